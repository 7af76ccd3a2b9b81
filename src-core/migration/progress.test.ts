/** Figures as libvirt 9.0 gave them, phase by phase. */
import { expect, test } from 'vitest';
import { NO_PROGRESS, nextProgress } from './progress.ts';
import type { JobStats, PostCopy, ProgressState } from './progress.ts';

const MIB = 1024 * 1024;
const stats = (values: Record<string, number>, type = 'unbounded'): JobStats => ({ type, values });

/** Looks, one a second. */
function looks(all: readonly (JobStats | null)[], postCopy: PostCopy = 'off'): ProgressState {
  return all.reduce((state, each, second) => nextProgress(state, each, 5000 + second * 1000, postCopy), NO_PROGRESS);
}

const SETUP = stats({ time_elapsed: 12, data_total: 0, data_processed: 0, disk_total: 0, memory_total: 0 });
const disks = (processed: number) =>
  stats({
    time_elapsed: 1000,
    data_processed: processed,
    disk_total: 64 * MIB,
    disk_processed: processed,
    disk_remaining: 64 * MIB - processed,
    memory_total: 0,
    memory_processed: 0,
    memory_iteration: 0,
  });
const memory = (processed: number, iteration: number, more: Record<string, number> = {}) =>
  stats({
    time_elapsed: 4000,
    downtime: 300,
    data_processed: processed,
    memory_total: 268 * MIB,
    memory_processed: processed,
    memory_remaining: 268 * MIB - processed,
    memory_bps: 20 * MIB,
    memory_iteration: iteration,
    memory_page_size: 4096,
    memory_dirty_rate: iteration > 1 ? 1024 : 0,
    ...more,
  });

test('before anything goes over nothing is told', () => {
  expect(looks([SETUP]).progress).toEqual({
    phase: 'setup',
    total: null,
    processed: null,
    remaining: null,
    rate: null,
    dirtyRate: null,
    iteration: null,
    downtime: null,
    throttle: null,
    elapsed: 0,
    left: null,
    stalled: 0,
    mayPostCopy: false,
  });
});

test('disks, while memory is 0: their own figures, and how fast they grow', () => {
  expect(looks([SETUP, disks(16 * MIB), disks(24 * MIB)]).progress).toMatchObject({
    phase: 'disks',
    total: 64 * MIB,
    processed: 24 * MIB,
    remaining: 40 * MIB,
    rate: 8 * MIB,
    left: 5,
  });
});

test('memory: the first pass knows no dirty rate, later ones do, and reckon with it', () => {
  const first = looks([memory(68 * MIB, 1)], 'allowed').progress;
  expect(first).toMatchObject({
    phase: 'memory',
    rate: 20 * MIB,
    dirtyRate: null,
    left: 10,
    downtime: 300,
    elapsed: 4,
  });
  expect(first?.mayPostCopy).toBe(true);
  const second = looks([memory(68 * MIB, 1), memory(108 * MIB, 2)]).progress;
  expect(second).toMatchObject({ dirtyRate: 4 * MIB, left: 10, iteration: 2, mayPostCopy: false });
});

test('a guest that is faster than the line has no end', () => {
  expect(looks([memory(8 * MIB, 3, { memory_dirty_rate: 6000 })]).progress?.left).toBeNull();
  expect(looks([memory(8 * MIB, 3, { auto_converge_throttle: 40 })]).progress?.throttle).toBe(40);
});

test('rate is reckoned where it is not told yet', () => {
  const early = (processed: number) => {
    const { memory_bps, downtime, ...rest } = memory(processed, 1).values;
    expect([memory_bps, downtime]).toEqual([20 * MIB, 300]);
    return stats(rest);
  };
  expect(looks([early(10 * MIB), early(16 * MIB)]).progress).toMatchObject({ rate: 6 * MIB, downtime: null });
});

test('a link that is down: not a byte, the seconds are counted, and no end is told; then it goes on', () => {
  const still = memory(68 * MIB, 1);
  expect(looks([still, still], 'allowed').progress).toMatchObject({ stalled: 1, mayPostCopy: true });
  expect(looks([still, still, still, still], 'allowed').progress).toMatchObject({ stalled: 3, mayPostCopy: false });
  expect(looks([still, null, null, null], 'allowed').progress).toMatchObject({ stalled: 3, mayPostCopy: false });
  const down = looks([still, still, still, still, null]);
  expect(down.progress).toMatchObject({ stalled: 4, left: null, remaining: 200 * MIB });
  const back = nextProgress(down, memory(70 * MIB, 1), 11_000);
  expect(back.progress).toMatchObject({ stalled: 0, left: 10 });
});

test('counters that begin anew are movement', () => {
  expect(looks([disks(60 * MIB), disks(60 * MIB), memory(MIB, 1)]).progress?.stalled).toBe(0);
});

test('post-copy, by what was begun or by what is counted; the end', () => {
  expect(looks([memory(MIB, 2)], 'started').progress).toMatchObject({ phase: 'post-copy', mayPostCopy: false });
  expect(looks([memory(MIB, 2, { memory_postcopy_requests: 3 })], 'allowed').progress?.phase).toBe('post-copy');
  expect(looks([memory(268 * MIB, 4)]).progress).toMatchObject({ phase: 'finishing', left: 0 });
  expect(looks([stats({ time_elapsed: 1700 }, 'completed')]).progress).toMatchObject({
    phase: 'finishing',
    elapsed: 1,
  });
});

test('no look, no figures', () => {
  expect(looks([null, null]).progress).toBeNull();
});
