/** Programs run as argument vectors, their output kept apart. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export interface Finished {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
  /** Killed (SIGKILL) after this long; the test then fails on what it gives back. Default 120. */
  readonly timeoutSeconds?: number;
}

export interface Started {
  readonly process: ChildProcess;
  readonly finished: Promise<Finished>;
  /** What it has written so far. */
  readonly output: () => { readonly stdout: string; readonly stderr: string };
}

/** Start a program; it is the caller's to await `finished`. */
export function startCommand(file: string, args: readonly string[], options: CommandOptions = {}): Started {
  const child = spawn(file, args, { cwd: options.cwd, env: options.env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A program that ends without reading its input breaks the pipe: its exit code says what the matter was.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const timer = setTimeout(() => child.kill('SIGKILL'), (options.timeoutSeconds ?? 120) * 1000);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { process: child, finished, output: () => ({ stdout, stderr }) };
}

export function runCommand(file: string, args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  return startCommand(file, args, options).finished;
}

/** Its standard output; an error with its standard error where it failed. */
export async function outputOf(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const done = await runCommand(file, args, options);
  if (done.code !== 0)
    throw new Error(`${file} ${args.join(' ')}: ${done.stderr.trim() || `exit ${String(done.code ?? done.signal)}`}`);
  return done.stdout;
}
