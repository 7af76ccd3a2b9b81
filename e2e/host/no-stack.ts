import { expect } from 'vitest';
import type { Finished } from '../testbed/command.ts';

/** No stack trace, of ours or of Node, reaches a user. */
export function expectNoStack(done: Finished): void {
  expect(done.stdout + done.stderr).not.toMatch(/^\s+at .*(:\d+:\d+|<anonymous>|\(native\))\)?$/m);
  expect(done.stderr).not.toMatch(/node:internal|UnhandledPromise|Node\.js v\d/);
}
