/**
 * Races: two processes of Salvor act on one domain, at one computer or at two, and somebody with virsh acts while Salvor does. One wins,
 * the other is told; what became of the domain is put right by a fresh process, and nothing is lost.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finished } from '../testbed/command.ts';
import { withJson } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';
import { FULL } from './form.ts';
import { newDesk, openLane, run, start, told } from './lane.ts';
import type { Desk, Lane } from './lane.ts';
import { INTERFERENCES } from './interferences.ts';
import type { Interference } from './interferences.ts';
import { isOff } from './look.ts';
import type { Look } from './look.ts';
import { chance } from './seeded.ts';
import type { Chance } from './seeded.ts';
import { KINDS, endArgs, recommended, rescueArgs, reset, resumeArgs, unfinished, withSubject } from './trials.ts';
import type { Kind, Subject } from './trials.ts';
import { tried } from './tried.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await openLane('faults-c');
});
afterAll(() => lane.stop());

/** Whoever does not win is told one of these. `start-failed`, `stop-failed`, `verify-failed`: with what became of the guest. */
const TOLD = [
  'busy',
  'drift',
  'refused',
  'not-in-rescue',
  'entry-not-found',
  'start-failed',
  'stop-failed',
  'verify-failed',
  'end-failed',
  'rollback-failed',
  'domain-not-found',
  'record-unusable',
  'nothing-to-resume',
  'way-not-open',
];

const PAIRS = ['rescue/rescue', 'rescue/end', 'end/end', 'rescue/resume', 'resume/resume'] as const;
type Pair = (typeof PAIRS)[number];

/** What both are started with, the guest being as the pair needs it. */
async function prepare(pair: Pair, subject: Subject, desks: readonly [Desk, Desk], pick: Chance) {
  const [one, other] = desks;
  const rescue = (desk: Desk) => rescueArgs(desk, subject);
  const end = (desk: Desk) => endArgs(desk, subject);
  const resume = async (desk: Desk) => {
    const [open] = await unfinished(desk, subject);
    const offer = open === undefined ? undefined : recommended(open.offers);
    // Where nothing is unfinished, the guest is rescued or runs: the ending of what there is races instead.
    return open === undefined || offer === undefined ? end(desk) : resumeArgs(desk, open.operationId, offer.way);
  };
  switch (pair) {
    case 'rescue/rescue':
      return [rescue(one), rescue(other)] as const;
    case 'rescue/end':
      if (pick.below(2) === 0) await run(one, rescue(one));
      return [rescue(one), end(other)] as const;
    case 'end/end':
      await run(one, rescue(one));
      return [end(one), end(other)] as const;
    case 'rescue/resume':
    case 'resume/resume': {
      await run(one, rescue(one), { at: 3 + pick.below(8), when: 'after', then: 'kill' });
      const again = await resume(one);
      return [pair === 'rescue/resume' ? rescue(one) : again, again] as const;
    }
  }
}

/** The two, one some time after the other. */
async function race(desks: readonly [Desk, Desk], args: readonly (readonly string[])[], gap: number) {
  const [first = [], second = []] = args;
  const one = start(desks[0], first);
  await delay(gap);
  const other = start(desks[1], second);
  const finished: Finished[] = await Promise.all([one.finished, other.finished]);
  return finished.map((done, place) => withJson(done, args[place] ?? []));
}

function codeOf(answer: SalvorAnswer): string {
  const json = answer.json as { error?: { code: string }; refusals?: unknown[] } | undefined;
  return answer.code === 0 ? 'done' : (json?.error?.code ?? (json?.refusals === undefined ? 'none' : 'refused'));
}

/** Who is told “busy” is told who and when. */
function expectTold(pair: Pair, answers: readonly SalvorAnswer[]): void {
  const codes = answers.map(codeOf);
  const conflicting = pair === 'rescue/rescue' || pair === 'end/end' || pair === 'resume/resume';
  const winners = codes.filter((code) => code === 'done').length;
  if (conflicting && pair === 'rescue/rescue') expect(winners, codes.join()).toBeLessThanOrEqual(1);
  for (const [place, code] of codes.entries()) {
    if (code === 'done') continue;
    const answer = answers[place];
    expect(TOLD, answer === undefined ? '' : told(answer)).toContain(code);
    if (code !== 'busy') continue;
    // Who ends a rescue takes its mark away: at another computer nothing tells who that was.
    const who =
      pair === 'end/end'
        ? /by \S+@\S+.* at \d{4}-\d\d-\d\dT|somebody else has ended/
        : /by \S+@\S+.* at \d{4}-\d\d-\d\dT/;
    expect(answer?.stdout).toMatch(who);
  }
}

async function raceOnce(pair: Pair, kind: Kind, subject: Subject, pick: Chance): Promise<void> {
  const before = await reset(subject, 'on');
  const one = await newDesk(lane);
  // Two processes of one computer with one journal, or two workstations.
  const elsewhere = !pair.endsWith('resume') && pick.below(3) === 0;
  const other = elsewhere ? await newDesk(lane, { elsewhere }) : one;
  const gap = pick.pick([0, 0, 50, 150, 300, 500]);
  const args = await prepare(pair, subject, [one, other], pick);
  const what = `${kind}, ${elsewhere ? 'at two computers' : 'at one computer'}, the second ${gap} ms later`;
  const row = `race: ${pair}`;
  // A rescue that finds the guest off, as the one before was killed, leaves it off when it ends.
  const allow = (difference: string) => pair === 'rescue/resume' && isOff(difference);
  const context = { row, what, seed: pick.seed, desk: one, subject, before, choose: recommended, allow };
  await tried(context, async (trail) => {
    const answers = await race([one, other], args, gap);
    trail.push(...answers.map((answer) => told(answer)));
    if (elsewhere) await putRight(other, subject, trail);
    expectTold(pair, answers);
  });
}

/** What the second workstation was at is in its own journal. */
async function putRight(desk: Desk, subject: Subject, trail: string[]): Promise<void> {
  for (const { operationId, situation, offers } of await unfinished(desk, subject)) {
    const offer = recommended(offers.filter(({ reason }) => reason === null));
    if (offer === undefined) continue;
    const answer = await run({ ...desk, elsewhere: false }, resumeArgs(desk, operationId, offer.way));
    trail.push(`elsewhere, ${situation}: resume --${offer.way}: ${told(answer)}`);
  }
}

test('two processes on one domain', async () => {
  const pick = chance('pairs');
  const rounds = Array.from({ length: FULL ? 116 : 5 }, (_, round) => ({
    pair: PAIRS[round % PAIRS.length] ?? 'rescue/rescue',
    kind: pick.pick(KINDS),
  }));
  for (const kind of KINDS)
    await withSubject(lane, kind, `pairs-${kind}`, async (subject) => {
      for (const round of rounds) if (round.kind === kind) await raceOnce(round.pair, kind, subject, pick);
    });
});

test('somebody with virsh', async () => {
  const pick = chance('virsh');
  for (let round = 0; round < (FULL ? 84 : 4); round += 1) {
    const interference = FULL ? INTERFERENCES[round % INTERFERENCES.length] : pick.pick(INTERFERENCES);
    if (interference === undefined) continue;
    const kind = pick.pick(KINDS);
    // A guest of its own each time: what others do to it stays.
    await withSubject(lane, kind, `virsh-${round}`, (subject) => interfere(interference, subject, pick));
  }
});

async function interfere({ name, act, allow }: Interference, subject: Subject, pick: Chance): Promise<void> {
  const before = await reset(subject, pick.pick(['on', 'on', 'off']));
  const desk = await newDesk(lane);
  const operation = pick.pick(['rescue', 'end'] as const);
  if (operation === 'end') await run(desk, rescueArgs(desk, subject));
  const after = pick.below(700);
  const what = `${subject.kind}, ${after} ms after the start of ${operation}`;
  const context = { row: `virsh: ${name}`, what, seed: pick.seed, desk, subject, before, choose: recommended, allow };
  await tried(context, async (trail) => {
    const args = operation === 'rescue' ? rescueArgs(desk, subject) : endArgs(desk, subject);
    const running = start(desk, args);
    await delay(after);
    trail.push(`virsh ${name}: ${await act(lane.host, subject.guest)}`);
    const answer = withJson(await running.finished, args);
    trail.push(`${operation}: ${told(answer)}`);
    if (codeOf(answer) !== 'done') expect(TOLD, told(answer)).toContain(codeOf(answer));
    if (name === 'undefine') trail.push(await expectInJournal(desk, subject, before));
  });
}

/** Whoever takes a definition away while Salvor is at work takes nothing that the journal does not give back. */
async function expectInJournal(desk: Desk, { guest, kind }: Subject, before: Look): Promise<string> {
  const history = await run(desk, ['history', '--domain', guest.name, '--json']);
  const ids = (history.json as { rows: { id: string }[] }).rows.map(({ id }) => id);
  if (ids.length === 0 || kind === 'transient') return `${ids.length} operations in the journal`;
  for (const id of ids) {
    const shown = await run(desk, ['history', 'show', id, '--out', 'xml']);
    expect(shown.stdout.trim(), `what operation ${id} keeps`).toBe(withoutPassword(before.definition ?? ''));
  }
  return `the journal keeps its definition, ${ids.length} times`;
}

const withoutPassword = (xml: string) => xml.trim().replace(/passwd='[^']*'/g, "passwd=''");
