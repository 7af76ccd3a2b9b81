import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Problem, say } from './problem.mjs';
import { root, stateDir } from './paths.mjs';

/** @typedef {{ env?: Record<string, string | undefined>, cwd?: string }} Where */

/**
 * The path of a program on PATH (and in the sbin folders, which a plain user's PATH may lack), or null.
 * @param {string} name
 * @returns {string | null}
 */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    if (folder === '') continue;
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here; look in the next folder.
    }
  }
  return null;
}

/**
 * Runs a short program and gives its exit code (127 when it is not there) and what it printed.
 * @param {string} program
 * @param {string[]} args
 * @param {Where} [where]
 * @returns {{ code: number, stdout: string, stderr: string }}
 */
export function ask(program, args, { env = {}, cwd = root } = {}) {
  const result = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: result.status ?? 127, stdout: result.stdout ?? '', stderr: result.stderr ?? '' };
}

/**
 * What a failed tool had to say, for people: some tools put the reason first, others last, and stack frames tell only
 * its own developers something.
 * @param {string} file
 */
function excerpt(file) {
  const all = readFileSync(file, 'utf8').trimEnd().split('\n');
  const lines = all.filter((line) => !/^\s+at .+:\d+:\d+\)?$/.test(line));
  return lines.length <= 40 ? lines.join('\n') : [...lines.slice(0, 12), '[…]', ...lines.slice(-24)].join('\n');
}

/**
 * Runs a long step of set-up. Its output goes to a log file; when it fails, the end of it is shown.
 * @param {{ name: string, program: string, args: string[], failed: string, todo?: string[] } & Where & { timeoutMs?: number, interactive?: boolean }} step
 *   `name` names the log file; `failed` is the sentence for a failure; `interactive` lets it ask on the terminal (sudo)
 * @returns {Promise<void>}
 */
export async function step({
  name,
  program,
  args,
  failed,
  todo = [],
  env = {},
  cwd = root,
  timeoutMs = 0,
  interactive = false,
}) {
  mkdirSync(stateDir, { recursive: true });
  const log = path.join(stateDir, `${name}.log`);
  const out = createWriteStream(log);
  const code = await new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', interactive ? 'inherit' : 'pipe'],
    });
    const timer = timeoutMs > 0 ? setTimeout(() => child.kill('SIGKILL'), timeoutMs) : null;
    child.stdout.pipe(out, { end: false });
    child.stderr?.pipe(out, { end: false });
    child.on('error', (error) => {
      out.write(`${error.message}\n`);
      resolve(127);
    });
    child.on('close', (status) => {
      if (timer !== null) clearTimeout(timer);
      resolve(status ?? 1);
    });
  });
  await new Promise((resolve) => out.end(resolve));
  if (code !== 0) {
    throw new Problem(failed, {
      detail: excerpt(log),
      todo: [...todo, `The whole output is in ${log}.`],
    });
  }
}

/**
 * The npm that goes with this run: the one that started the script, else the one on PATH.
 * @returns {{ program: string, args: string[] }}
 */
export function npmCommand() {
  const cli = process.env.npm_execpath;
  if (cli !== undefined && /npm-cli\.c?js$/.test(cli)) return { program: process.execPath, args: [cli] };
  const npm = findProgram('npm');
  if (npm === null) {
    throw new Problem('npm was not found.', {
      todo: ['Install it together with Node (on Debian and Ubuntu: apt-get install npm).'],
    });
  }
  return { program: npm, args: [] };
}

/**
 * Runs npm with scripts of packages off.
 * @param {{ name: string, args: string[], failed: string, cwd?: string }} what
 */
export async function npmStep({ name, args, failed, cwd }) {
  const npm = npmCommand();
  say(`npm ${args.join(' ')}`);
  await step({
    name,
    program: npm.program,
    // Our own words report a failure; npm's advice about engines and funding would only hide it.
    args: [...npm.args, ...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    failed,
    todo: ['Check the network connection (and the proxy settings of npm, if you use one), then run it again.'],
    ...(cwd === undefined ? {} : { cwd }),
  });
}
