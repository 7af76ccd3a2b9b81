import { expect, test } from 'vitest';
import { sanitized } from './support/package.ts';
import { runProgram } from './support/program.ts';

// The sanitizer keeps freed memory for a while, so there the figures say nothing; its own checks do.
const cycles = sanitized ? 500 : 10_000;

test.for(['connections', 'droppedConnections', 'objects', 'failures', 'listeners'])(
  `${String(cycles)} cycles of %s leave no memory behind`,
  { timeout: 120_000 },
  async (what) => {
    const outcome = await runProgram('memory', [what, String(cycles)], ['--expose-gc']);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const held = outcome.stdout.trim().split('\n').map(Number);
    expect(held).toHaveLength(10);
    // From the middle on, when every cache is warm: a leak of 200 bytes a cycle would show.
    const growth = Math.min(...held.slice(7)) - Math.min(...held.slice(3, 6));
    if (!sanitized) expect(growth, `held, in KiB: ${held.join(' ')}`).toBeLessThan(1024);
  },
);
