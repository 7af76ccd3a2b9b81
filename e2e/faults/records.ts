/** The operations that faults are put into, and the records of their journals when they meet none. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { WHENS } from './fault.ts';
import type { Fault, Passed } from './fault.ts';
import { newDesk, passedIn, run, told } from './lane.ts';
import type { Desk } from './lane.ts';
import { endArgs, rescueArgs, reset } from './trials.ts';
import type { Kind, Subject } from './trials.ts';

export const OPERATIONS = ['rescue', 'end'] as const;
export type Operation = (typeof OPERATIONS)[number];

export const argsOf = (desk: Desk, subject: Subject, operation: Operation) =>
  operation === 'rescue' ? rescueArgs(desk, subject) : endArgs(desk, subject);

/** Before its ending, a guest has to be in rescue. */
export async function lead(desk: Desk, subject: Subject, operation: Operation): Promise<void> {
  if (operation === 'rescue') return;
  const answer = await run(desk, rescueArgs(desk, subject));
  expect(answer, told(answer)).toMatchObject({ code: 0 });
}

export interface OperationRecord extends Passed {
  readonly operation: Operation;
}

const known = new Map<Kind, OperationRecord[]>();

/** All records of both operations, in their order, as a run without a fault writes them; of each kind of guest looked at once. */
export async function recordsOf(subject: Subject): Promise<OperationRecord[]> {
  const records = known.get(subject.kind) ?? (await readRecords(subject));
  known.set(subject.kind, records);
  return records;
}

async function readRecords(subject: Subject): Promise<OperationRecord[]> {
  await reset(subject, 'on');
  const desk = await newDesk(subject.lane);
  const all: OperationRecord[] = [];
  for (const operation of OPERATIONS) {
    const passed = await passedBy(desk, argsOf(desk, subject, operation));
    all.push(...passed.map((each) => ({ ...each, operation })));
  }
  return all;
}

/** What a run of the command line writes into its journal when it meets no fault. */
export async function passedBy(desk: Desk, args: readonly string[]): Promise<Passed[]> {
  const log = join(desk.state, `passed-${args[0] ?? ''}`);
  const answer = await run(desk, args, { log });
  expect(answer, told(answer)).toMatchObject({ code: 0 });
  const passed = await passedIn(log);
  expect(passed.length, 'it keeps a journal').toBeGreaterThan(5);
  return passed;
}

/** A kill at each of them: before it is written, in the middle of it, right after it is on disk. */
export function killsAt({ number, record }: Passed): (Pick<Fault, 'at' | 'when'> & { readonly what: string })[] {
  // Nothing is written into a folder that could be cut off.
  const whens = record === 'folder' ? (['after'] as const) : WHENS;
  return whens.map((when) => ({ at: number, when, what: `${when} “${record}” (${String(number)})` }));
}
