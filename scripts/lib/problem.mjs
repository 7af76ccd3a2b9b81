/**
 * What the scripts say to people. Everything goes to stderr: stdout belongs to the program that a script starts
 * (`bin/salvor --json` must print one JSON document and nothing else).
 */

/** Something the user can act on: what happened, what to do, and the last lines of the tool that failed. */
export class Problem extends Error {
  /**
   * @param {string} what one sentence: what happened
   * @param {{ todo?: string[], detail?: string }} [more] what to do, a line each; output of the failed tool
   */
  constructor(what, { todo = [], detail = '' } = {}) {
    super(what);
    this.todo = todo;
    this.detail = detail;
  }
}

let quiet = false;

/** @param {boolean} on only problems are printed from now on */
export function setQuiet(on) {
  quiet = on;
}

/** @param {string} line */
export function say(line) {
  if (!quiet) process.stderr.write(`salvor: ${line}\n`);
}

/** Said even in quiet mode: something the user must know. @param {string} line */
export function notice(line) {
  process.stderr.write(`salvor: ${line}\n`);
}

/** @param {unknown} error */
export function report(error) {
  if (error instanceof Problem) {
    if (error.detail !== '') process.stderr.write(`${error.detail.trimEnd()}\n\n`);
    process.stderr.write(`salvor: ${error.message}\n`);
    for (const line of error.todo) process.stderr.write(`        ${line}\n`);
    return;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`salvor: Unexpected failure in the set-up scripts: ${message}\n`);
  if (process.env.SALVOR_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  else process.stderr.write('        Set SALVOR_DEBUG=1 to see where, and please report it.\n');
}

/**
 * Runs a script's main function; its result is the exit code. No stack trace reaches the user.
 * @param {() => Promise<number>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    report(error);
    process.exitCode = 1;
  }
}
