import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packageUrl, sanitized } from './package.ts';

export interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** Runs a program of test/programs in a process of its own, with the package's URL as its first argument. */
export function runProgram(
  name: string,
  args: readonly string[] = [],
  nodeArgs: readonly string[] = [],
): Promise<Outcome> {
  const file = fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url));
  const start = performance.now();
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...nodeArgs, file, packageUrl, ...args],
      {
        timeout: 120_000,
        env: { ...process.env, ...(sanitized ? { ASAN_OPTIONS: 'detect_leaks=1' } : {}) },
      },
      (_error, stdout, stderr) => {
        resolve({
          code: child.exitCode,
          signal: child.signalCode,
          stdout,
          stderr,
          milliseconds: performance.now() - start,
        });
      },
    );
  });
}
