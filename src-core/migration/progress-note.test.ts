import { expect, test } from 'vitest';
import { progressNote } from './progress-note.ts';
import type { MigrationProgress } from './types.ts';

const MEMORY: MigrationProgress = {
  phase: 'memory',
  total: 1000,
  processed: 250,
  remaining: 750,
  rate: 3 * 1024 * 1024,
  dirtyRate: null,
  iteration: 1,
  downtime: 300,
  throttle: null,
  elapsed: 4,
  left: 9,
  stalled: 0,
  mayPostCopy: false,
};

test.each([
  [{}, 'memory, 25 %, 3 MiB/s, it would stand still for 300 ms, 9 s to go'],
  [{ iteration: 4, left: null }, 'memory, pass 4, 25 %, 3 MiB/s, it would stand still for 300 ms'],
  [{ phase: 'setup', total: null, processed: null, rate: null, downtime: null, left: null }, 'being set up'],
  [{ phase: 'disks', downtime: 0 }, 'disks, 25 %, 3 MiB/s, 9 s to go'],
  [{ phase: 'finishing', left: 0, rate: null }, 'handing over'],
  [{ stalled: 12, rate: null, left: null, downtime: null }, 'memory, 25 %, not a byte for 12 s: the link may be down'],
] as const)('%o', (figures, told) => {
  expect(progressNote({ ...MEMORY, ...figures })).toBe(told);
});
