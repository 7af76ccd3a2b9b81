/** One fault from its beginning to the verdict, told to the table. */
import { expect } from 'vitest';
import { rm } from 'node:fs/promises';
import type { Desk } from './lane.ts';
import type { Look } from './look.ts';
import { tell } from './table.ts';
import { dump, verdict } from './trials.ts';
import type { Choose, Subject } from './trials.ts';

export interface Context {
  readonly row: string;
  readonly what: string;
  readonly seed: number;
  readonly desk: Desk;
  readonly subject: Subject;
  readonly before: Look;
  readonly choose: Choose;
  /** Differences that this fault makes by itself: a guest whose QEMU was killed is off. */
  readonly allow?: (difference: string) => boolean;
}

/** Do it, put things right in fresh processes, and compare. A loss fails the test and does not stop it: the table is to be whole. */
export async function tried(context: Context, fault: (trail: string[]) => Promise<void>): Promise<void> {
  const { row, what, seed, desk, subject, before, choose, allow } = context;
  const began = performance.now();
  const trail: string[] = [];
  const problems: string[] = [];
  try {
    await fault(trail);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  problems.push(...(await verdict(desk, subject, before, choose, trail, allow)));
  const lost = problems.length > 0;
  const seconds = (performance.now() - began) / 1000;
  tell({ row, what, seed, seconds, problems, trail, dump: lost ? await dump(desk, subject) : null });
  expect.soft(problems, `${row} · ${what}\n${trail.join('\n')}`).toEqual([]);
  if (!lost) await rm(desk.state, { recursive: true, force: true });
}
