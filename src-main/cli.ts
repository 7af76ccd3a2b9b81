/** Composition root of the command line. */
import { CommanderError } from 'commander';
import { errorData } from '../src-core/contract/errors.ts';
import type { ErrorData } from '../src-core/contract/errors.ts';
import { errorOf } from './app/errors.ts';
import { EXIT, errorText, exitOf, printJson, tell } from './cli/output.ts';
import type { Exit } from './cli/output.ts';
import { program } from './cli/program.ts';

/** Known before anything is parsed: even wrong usage is answered in JSON where JSON was asked for. */
const json = process.argv.includes('--json');

/** What commander found, as a sentence of ours. */
function problemOf({ message }: CommanderError): string {
  const problem = message.replace(/^error: /, '');
  return `${problem.charAt(0).toUpperCase()}${problem.slice(1)}${/[.?)]$/.test(problem) ? '' : '.'}`;
}

function errorDataOf(thrown: unknown): ErrorData {
  if (thrown instanceof CommanderError) return errorData('usage', { problem: problemOf(thrown) });
  const error = errorOf(thrown);
  // There is no log here: the one line that there is goes along.
  return error.code === 'internal'
    ? errorData('internal', {}, thrown instanceof Error ? (thrown.message.split('\n')[0] ?? null) : null)
    : error;
}

async function main(): Promise<Exit> {
  let exit: Exit = EXIT.done;
  try {
    await program(json, (code) => (exit = code)).parseAsync();
    return exit;
  } catch (thrown) {
    // Help and version are no failures; other things commander throws are wrong usage.
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.done;
    const error = errorDataOf(thrown);
    if (json) printJson({ error });
    else tell(errorText(error));
    return exitOf(error);
  }
}

// A reader that goes away (| head, a terminal that is closed) is no failure of ours, and never ends a run in the middle: a guest may be off just then.
process.stderr.on('error', () => undefined);
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return;
  tell(`salvor: what there was to tell could not be written: ${message}`);
  process.once('exit', (exit) => {
    if (exit === EXIT.done) process.exitCode = EXIT.failed;
  });
});
process.exitCode = await main();
