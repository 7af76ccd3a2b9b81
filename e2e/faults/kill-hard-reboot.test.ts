/**
 * SIGKILL of the application in a hard reboot, before, in the middle of and right after each record of its journal: of a machine whose pool is
 * off, in both kinds of rescue that go on, and in one that is ended by it. What a fresh process says of it is compared with what virsh sees,
 * what it recommends is done, and the machine has to run from what it is to run from.
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { nextBoot, definitionOf, serialPosition } from '../testbed/guests.ts';
import { FULL } from './form.ts';
import { newDesk, openLane, run, told } from './lane.ts';
import type { Desk, Lane } from './lane.ts';
import { killsAt, lead, passedBy } from './records.ts';
import { chance } from './seeded.ts';
import { endArgs, recommended, reset, resumeArgs, unfinished, withSubject } from './trials.ts';
import type { Kind, Subject } from './trials.ts';
import { tried } from './tried.ts';

let lane: Lane;
beforeAll(async () => {
  lane = await openLane('faults-r');
});
afterAll(() => lane.stop());

interface Case {
  readonly name: string;
  /** The rescue that it is in; null: none. */
  readonly rescue: Kind | null;
  readonly session: 'keep' | 'end';
  /** What it runs from in the end, which its serial port tells. */
  readonly boots: 'ROOT-BOOTED' | 'RESCUE-BOOTED';
}

const CASES: readonly Case[] = [
  { name: 'in no rescue, its pool off', rescue: null, session: 'keep', boots: 'ROOT-BOOTED' },
  { name: 'one-shot rescue, kept', rescue: 'one-shot', session: 'keep', boots: 'RESCUE-BOOTED' },
  { name: 'rescue until ended, kept', rescue: 'until-ended', session: 'keep', boots: 'RESCUE-BOOTED' },
  { name: 'rescue until ended, ended first', rescue: 'until-ended', session: 'end', boots: 'ROOT-BOOTED' },
];

/** Its swap disk is a volume of it. */
const POOL = 'swaps';

const rebootArgs = ({ uri }: Desk, { guest }: Subject, { session }: Case) => [
  ...['reboot', guest.name, '--uri', uri, '--hard', '--session', session, '--stop', 'force', '--yes', '--json'],
];

/** A guest one of whose disks is in a pool: what a hard reboot has to set up. */
async function withPool<T>(name: string, kind: Kind, work: (subject: Subject) => Promise<T>): Promise<T> {
  return withSubject(lane, kind, name, async (subject) => {
    const { guest } = subject;
    const pool = `${POOL}-${name}`;
    const folder = join(guest.dir, POOL);
    await mkdir(folder);
    await copyFile(join(guest.dir, 'swap.img'), join(folder, 'swap.img'));
    await lane.host.virsh('pool-define-as', pool, 'dir', '--target', folder);
    await lane.host.virsh('pool-start', pool);
    const file = join(guest.dir, 'baseline.xml');
    const own = (await readFile(file, 'utf8')).replace(
      /<disk type='file'([^>]*>\s*<driver[^>]*>\s*)<source file='[^']*\/swap\.img'\/>/,
      (_all, between: string) => `<disk type='volume'${between}<source pool='${pool}' volume='swap.img'/>`,
    );
    await writeFile(file, own);
    await lane.host.virsh('define', file);
    return work(subject);
  });
}

/** Running as the hard reboot is to find it; the definition that it has to keep, and for the verdict how it was before all. */
async function ready(desk: Desk, subject: Subject, { rescue }: Case) {
  const pool = `${POOL}-${subject.guest.name}`;
  await lane.host.tryVirsh('pool-start', pool);
  const before = await reset(subject, 'on');
  if (rescue === null) await lane.host.virsh('pool-destroy', pool);
  else await lead(desk, subject, 'end');
  return { before, definition: await definitionOf(subject.guest) };
}

const stateOf = async ({ guest }: Subject) => (await lane.host.virsh('domstate', guest.name)).trim();

/** What it says of a domain that is off, or runs, by situation. */
const SAID: Readonly<Record<string, string>> = {
  'reboot-off': 'shut off',
  'reboot-off-by-others': 'shut off',
  'reboot-as-before': 'running',
  'reboot-running': 'running',
  'reboot-started': 'running',
};

/** What fresh processes do until nothing is unfinished. Throws what is not true, and what does not work. */
async function goOn(desk: Desk, subject: Subject, trail: string[]): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    const [entry] = await unfinished(desk, subject);
    if (entry === undefined) return;
    const state = await stateOf(subject);
    if ((SAID[entry.situation] ?? state) !== state) throw new Error(`said ${entry.situation}, and it is ${state}`);
    const offer = recommended(entry.offers);
    if (offer === undefined) throw new Error(`no offer: ${JSON.stringify(entry)}`);
    const answer = await run(desk, resumeArgs(desk, entry.operationId, offer.way));
    trail.push(`${entry.situation}: resume --${offer.way}: ${told(answer)}`);
    if (answer.code !== 0) throw new Error(`resume --${offer.way}: ${told(answer)}`);
  }
  throw new Error('still unfinished');
}

async function isOver(desk: Desk): Promise<boolean> {
  const { json } = await run(desk, ['history', '--json']);
  const { rows } = json as { rows: readonly { kind: string; outcome: string }[] };
  return rows.some(({ kind, outcome }) => kind === 'hard-reboot' && outcome === 'done');
}

async function killed(subject: Subject, which: Case, fault: ReturnType<typeof killsAt>[number], seed: number) {
  const { guest } = subject;
  const desk = await newDesk(lane);
  const { before, definition } = await ready(desk, subject, which);
  const row = `application killed in a hard reboot: ${which.name}`;
  await tried({ row, what: fault.what, seed, desk, subject, before, choose: recommended }, async (trail) => {
    const heard = await serialPosition(guest);
    const { what: _what, ...at } = fault;
    const answer = await run(desk, rebootArgs(desk, subject, which), { ...at, then: 'kill' });
    trail.push(`reboot: ${answer.signal ?? told(answer)}`);
    const [open] = await unfinished(desk, subject);
    await goOn(desk, subject, trail);
    if ((await stateOf(subject)) !== 'running') throw new Error(`it is ${await stateOf(subject)}`);
    // A reboot that had not begun to act is forgotten: it runs as it ran, in its rescue where it was in one. One that was over is over.
    const untouched = open === undefined ? !(await isOver(desk)) : open.situation === 'reboot-as-before';
    // A rescue for one run is over where nothing but that run knew of it.
    const boots = which.rescue === 'one-shot' && open?.situation === 'reboot-off' ? 'ROOT-BOOTED' : which.boots;
    if (!untouched) {
      const booted = await nextBoot(guest, heard);
      if (booted !== boots) throw new Error(`it booted ${booted}`);
    }
    const isKept = which.session === 'keep' || untouched;
    if (isKept && (await definitionOf(guest)) !== definition) throw new Error('another definition than before');
  });
}

/** What a hard reboot without a fault writes down; the rescue that it kept is ended. */
async function killsOf(subject: Subject, which: Case) {
  const desk = await newDesk(lane);
  await ready(desk, subject, which);
  const passed = await passedBy(desk, rebootArgs(desk, subject, which));
  if (which.boots === 'RESCUE-BOOTED') await run(desk, endArgs(desk, subject));
  return passed.flatMap(killsAt);
}

test.each(FULL ? CASES : chance('hard reboot').sample(CASES, 2))('$name: at each record', async (which) => {
  const pick = chance(`hard reboot ${which.name}`);
  const place = CASES.indexOf(which);
  await withPool(`reboot-${String(place)}`, which.rescue ?? 'one-shot', async (subject) => {
    const kills = await killsOf(subject, which);
    for (const kill of FULL ? kills : pick.sample(kills, 1)) await killed(subject, which, kill, pick.seed);
  });
});
