/**
 * SIGKILL of the application: before, in the middle of and right after each record of its journal, which is every boundary between two
 * steps, and at random moments inside them; of the process that puts things right as well.
 */
import { afterAll, beforeAll, test } from 'vitest';
import { WHENS } from './fault.ts';
import type { Fault } from './fault.ts';
import { FULL } from './form.ts';
import { newDesk, openLane, run, told } from './lane.ts';
import type { Lane } from './lane.ts';
import { OPERATIONS, argsOf, killsAt, lead, recordsOf } from './records.ts';
import type { Operation } from './records.ts';
import { chance } from './seeded.ts';
import type { Chance } from './seeded.ts';
import { KINDS, recommended, reset, resumeArgs, unfinished, withSubject } from './trials.ts';
import type { Choose, Kind, Subject } from './trials.ts';
import { tried } from './tried.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await openLane('faults-a');
});
afterAll(() => lane.stop());

interface Kill {
  readonly operation: Operation;
  readonly fault: Partial<Fault>;
  readonly what: string;
}

/** One operation, one kill, and a fresh process that puts things right. */
async function killOnce(row: string, subject: Subject, { operation, fault, what }: Kill, choose: Choose, seed: number) {
  const before = await reset(subject, 'on');
  const desk = await newDesk(lane);
  await lead(desk, subject, operation);
  await tried({ row, what, seed, desk, subject, before, choose }, async (trail) => {
    const answer = await run(desk, argsOf(desk, subject, operation), { ...fault, then: 'kill' });
    trail.push(`${operation}: ${answer.signal ?? told(answer)}`);
  });
}

/** Each record of both operations, killed in each of the three ways; the short form takes some of them. */
async function killsAtRecords(subject: Subject): Promise<Kill[]> {
  return (await recordsOf(subject)).flatMap(({ operation, ...record }) =>
    killsAt(record).map(({ what, ...fault }) => ({ operation, fault, what: `${operation}, ${what}` })),
  );
}

/** Moments spread evenly over the time that an operation takes, each told as so long after the record before it. */
async function killsInside(subject: Subject, count: number, pick: Chance): Promise<Kill[]> {
  const all = await recordsOf(subject);
  return Array.from({ length: count }, () => {
    const operation = pick.pick(OPERATIONS);
    const records = all.filter((record) => record.operation === operation);
    const [begin, end] = [records[0]?.at ?? 0, records.at(-1)?.at ?? 0];
    const moment = begin + pick.next() * (end - begin);
    const from = records.findLast(({ at }) => at <= moment) ?? records[0];
    if (from === undefined) throw new Error('it keeps no journal');
    const afterMs = Math.max(1, Math.round(moment - from.at));
    const what = `${operation}, ${afterMs} ms after “${from.record}” (${from.number})`;
    return { operation, fault: { at: from.number, when: 'after' as const, afterMs }, what };
  });
}

/** Mostly what is recommended, now and then another offer. */
function choosing(pick: Chance): Choose {
  return (offers) => {
    const others = offers.filter(({ way }) => way !== 'forget');
    return pick.below(4) === 0 && others.length > 0 ? pick.pick(others) : recommended(offers);
  };
}

test.each(KINDS)('%s: at each record', async (kind) => {
  const pick = chance(`records ${kind}`);
  await withSubject(lane, kind, `records-${kind}`, async (subject) => {
    const all = await killsAtRecords(subject);
    for (const kill of FULL ? all : pick.sample(all, 7))
      await killOnce(`application killed at a record: ${kind}`, subject, kill, choosing(pick), pick.seed);
  });
});

test('inside steps, at random moments', async () => {
  const pick = chance('inside');
  for (const kind of KINDS)
    await withSubject(lane, kind, `inside-${kind}`, async (subject) => {
      for (const kill of await killsInside(subject, FULL ? 50 : 6, pick))
        await killOnce(`application killed inside steps: ${kind}`, subject, kill, choosing(pick), pick.seed);
    });
});

test('the process that puts things right is killed at each of its records, too', async () => {
  const pick = chance('double');
  for (const kind of FULL ? KINDS : pick.sample(KINDS, 2))
    await withSubject(lane, kind, `double-${kind}`, async (subject) => {
      const records = await killsAtRecords(subject);
      for (const first of pick.sample(records, FULL ? 8 : 1)) await killAgain(subject, kind, first, pick);
    });
});

/** Killed, taken up again and killed at the first record, again and at the second, and so on until it comes through. */
async function killAgain(subject: Subject, kind: Kind, first: Kill, pick: Chance): Promise<void> {
  const before = await reset(subject, 'on');
  const desk = await newDesk(lane);
  await lead(desk, subject, first.operation);
  const row = `application killed while it puts things right: ${kind}`;
  const context = { row, what: `after ${first.what}`, seed: pick.seed, desk, subject, before, choose: recommended };
  await tried(context, async (trail) => {
    await run(desk, argsOf(desk, subject, first.operation), { ...first.fault, then: 'kill' });
    for (let at = 1; at < 20; at += 1) {
      const [open] = await unfinished(desk, subject);
      const offer = open === undefined ? undefined : recommended(open.offers.filter(({ reason }) => reason === null));
      if (open === undefined || offer === undefined) return;
      const when = pick.pick(WHENS);
      const answer = await run(desk, resumeArgs(desk, open.operationId, offer.way), { at, when, then: 'kill' });
      trail.push(`${open.situation}: --${offer.way}, killed ${when} ${at}: ${answer.signal ?? told(answer)}`);
      if (answer.signal === null) return;
    }
  });
}
