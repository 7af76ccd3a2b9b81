/** A guest in a known state, a rescue or an ending that meets a fault, a fresh process that puts things right, and the verdict. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awaitCondition } from '../testbed/await-condition.ts';
import { defineGuest, definitionOf } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { OVERLAY_POOL, run, told } from './lane.ts';
import type { Desk, Lane } from './lane.ts';
import { differences, lookAt } from './look.ts';
import type { Look } from './look.ts';

export const KINDS = ['one-shot', 'until-ended', 'transient', 'uefi'] as const;
/** `uefi`: until ended, with variables of the session's own, since nothing else may boot, and an overlay of its own in a pool. */
export type Kind = (typeof KINDS)[number];

const HOW: Readonly<Record<Kind, readonly string[]>> = {
  'one-shot': [],
  'until-ended': ['--session', 'until-ended'],
  transient: ['--allow-transient'],
  uefi: ['--session', 'until-ended', '--fall-through', 'none', '--overlay-pool', OVERLAY_POOL],
};

export interface Subject {
  readonly lane: Lane;
  readonly guest: Guest;
  readonly kind: Kind;
  readonly medium: string;
  /** The guest defined and off. */
  readonly baseline: Look;
}

/** Its definition, as libvirt gave it. */
const BASELINE = 'baseline.xml';

/** A guest of that kind for the time of `work`, defined and off. */
export async function withSubject<T>(
  lane: Lane,
  kind: Kind,
  name: string,
  work: (subject: Subject) => Promise<T>,
): Promise<T> {
  const uefi = kind === 'uefi';
  const guest = await defineGuest(lane.host, {
    name,
    machine: uefi ? 'q35' : 'pc',
    firmware: uefi ? 'uefi' : 'bios',
    type: uefi ? 'qemu' : lane.type,
  });
  const medium = uefi ? lane.uefiMedium : lane.biosMedium;
  await writeFile(join(guest.dir, BASELINE), await definitionOf(guest));
  try {
    return await work({ lane, guest, kind, medium, baseline: await lookAt(guest, medium) });
  } finally {
    await lane.host.tryVirsh('destroy', name);
    await lane.host.tryVirsh('undefine', '--nvram', '--managed-save', '--snapshots-metadata', name);
  }
}

/** As it is before each trial: running from its own definition, or from its own XML, or off; in no session. */
export async function reset(subject: Subject, power: 'on' | 'off'): Promise<Look> {
  const { lane, guest, kind, medium } = subject;
  const { host } = lane;
  const { name } = guest;
  if ((await host.tryVirsh('domstate', name)).stdout.trim() !== 'shut off') await host.tryVirsh('destroy', name);
  if (kind === 'transient') {
    await host.tryVirsh('undefine', '--keep-nvram', '--managed-save', name);
    await host.virsh('create', join(guest.dir, BASELINE));
  } else {
    if (lost.has(subject)) await startOver(subject);
    if (power === 'on') await host.virsh('start', name);
  }
  return lookAt(guest, medium);
}

/** What was lost once is made anew: what comes next is not to suffer from it. */
const lost = new Set<Subject>();

async function startOver(subject: Subject): Promise<void> {
  const { lane, guest, medium, baseline } = subject;
  await lane.host.tryVirsh('undefine', '--keep-nvram', '--managed-save', '--snapshots-metadata', guest.name);
  await lane.host.virsh('define', join(guest.dir, BASELINE));
  const { files } = await lookAt(guest, medium);
  const ours = files.filter((file) => !baseline.files.includes(file) && /salvor|medium.*\./.test(file));
  await Promise.all(ours.map((file) => rm(file, { force: true })));
  lost.delete(subject);
}

export function rescueArgs(desk: Desk, { guest, kind, medium }: Subject, ...more: readonly string[]): string[] {
  const how = ['--medium', `path:${medium}`, '--stop', 'force', '--yes', '--json', ...HOW[kind], ...more];
  return ['rescue', '--uri', desk.uri, guest.name, ...how];
}

export function endArgs(desk: Desk, { guest }: Subject, ...more: readonly string[]): string[] {
  return ['end', '--uri', desk.uri, guest.name, '--stop', 'force', '--json', ...more];
}

interface Offer {
  readonly way: string;
  readonly recommended: boolean;
  /** Why it cannot be done now. */
  readonly reason: string | null;
}

interface Unfinished {
  readonly operationId: string;
  readonly domain: { readonly name: string };
  readonly situation: string;
  readonly offers: readonly Offer[];
}

/** What a fresh process lists as unfinished for this guest. */
export async function unfinished(desk: Desk, { guest }: Subject): Promise<Unfinished[]> {
  const answer = await run(desk, ['resume', '--uri', desk.uri, '--json']);
  const list = (answer.json as { unfinished?: Unfinished[] } | undefined)?.unfinished;
  if (list === undefined) throw new Error(`salvor resume: ${told(answer)}`);
  return list.filter(({ domain }) => domain.name === guest.name);
}

export const resumeArgs = (desk: Desk, id: string, way: string) => [
  ...['resume', id, '--uri', desk.uri, `--${way}`, '--yes', '--stop', 'force', '--json'],
];

/** Takes one of the offers that can be taken. */
export type Choose = (offers: readonly Offer[]) => Offer | undefined;
export const recommended: Choose = (offers) => offers.find((offer) => offer.recommended) ?? offers[0];

/** At most so often is a fresh process asked for what is unfinished: putting things right must come to an end. */
const ROUNDS = 4;

/**
 * What an administrator does after a fault, each time in a fresh process: take the offers, end the session that is open, clean up.
 * Gives what went wrong on the way, in words, and the trail of what was done.
 */
export async function recover(desk: Desk, subject: Subject, choose: Choose, trail: string[]): Promise<string[]> {
  const problems: string[] = [];
  for (let round = 0; ; round += 1) {
    const open = await unfinished(desk, subject);
    if (open.length === 0) break;
    if (round === ROUNDS) return [...problems, `still unfinished: ${JSON.stringify(open)}`];
    for (const entry of open) {
      const offer = choose(entry.offers.filter(({ reason }) => reason === null));
      if (offer === undefined) return [...problems, `no offer: ${JSON.stringify(entry)}`];
      const answer = await run(desk, resumeArgs(desk, entry.operationId, offer.way));
      trail.push(`${entry.situation}: resume --${offer.way}: ${told(answer)}`);
    }
  }
  let sessions = await cleaned(desk, trail, problems);
  if (sessions.includes(subject.guest.name)) {
    let answer = await run(desk, endArgs(desk, subject));
    trail.push(`end: ${told(answer)}`);
    // Somebody undefined it: the error says to define it again, and from what.
    if (answer.code !== 0 && told(answer).includes('define it again first')) {
      trail.push(await makeAgain(desk, subject, 'define'));
      answer = await run(desk, endArgs(desk, subject));
      trail.push(`end: ${told(answer)}`);
    }
    // Somebody saved its memory in the rescue: which of the two counts, a person decides; this one says the disks.
    if (answer.code !== 0 && told(answer).includes('saved its memory')) {
      await subject.lane.host.tryVirsh('managedsave-remove', subject.guest.name);
      answer = await run(desk, endArgs(desk, subject));
      trail.push(`managedsave-remove; end: ${told(answer)}`);
    }
    // A definition that somebody changed in between is theirs, and named: the rescue has ended.
    const isTheirs = told(answer).includes('its definition is not the one from before the rescue: somebody changed it');
    if (answer.code !== 0 && !isTheirs) problems.push(`the session cannot be ended: ${told(answer)}`);
    sessions = await cleaned(desk, trail, problems);
  }
  if (sessions.includes(subject.guest.name)) problems.push('the session is still listed after its end');
  // A transient guest whose QEMU ends before it is given a definition is gone, with Salvor or without.
  if (subject.kind === 'transient' && (await subject.lane.host.tryVirsh('domstate', subject.guest.name)).code !== 0)
    trail.push(await makeAgain(desk, subject, 'create'));
  return problems;
}

/** What virsh makes of the definition that the journal keeps, as an administrator would who is told to. Gives what came of it. */
async function makeAgain(desk: Desk, { lane, guest }: Subject, how: 'create' | 'define'): Promise<string> {
  const history = await run(desk, ['history', '--domain', guest.name, '--json']);
  const id = (history.json as { rows?: { id: string }[] } | undefined)?.rows?.[0]?.id;
  const shown = await run(desk, ['history', 'show', id ?? '', '--out', 'xml']);
  const file = join(desk.state, 'from-journal.xml');
  // Passwords are never written: the administrator gives it its own.
  await writeFile(file, shown.stdout.replace("passwd=''", "passwd='s3cret'"));
  const made = await lane.host.tryVirsh(how, file);
  return `virsh ${how} of what the journal keeps: ${made.code === 0 ? 'done' : `${told(shown)} ${made.stderr.trim()}`}`;
}

/** salvor sessions --clean; the names of the domains in a session. Leftovers that stay are told. */
async function cleaned(desk: Desk, trail: string[], problems: string[]): Promise<string[]> {
  const answer = await run(desk, ['sessions', '--uri', desk.uri, '--clean', '--json']);
  const json = answer.json as
    { sessions?: { domain: { name: string } }[]; leftovers?: unknown[]; removed?: unknown[] } | undefined;
  if (answer.code !== 0 || json?.sessions === undefined) {
    problems.push(`salvor sessions --clean: ${told(answer)}`);
    return [];
  }
  if ((json.leftovers?.length ?? 0) > 0)
    trail.push(`left over ${JSON.stringify(json.leftovers)}, removed ${JSON.stringify(json.removed)}`);
  return json.sessions.map(({ domain }) => domain.name);
}

/** Recover and compare: empty when nothing was lost. */
export async function verdict(
  desk: Desk,
  subject: Subject,
  before: Look,
  choose: Choose,
  trail: string[],
  allow: (difference: string) => boolean = () => false,
): Promise<string[]> {
  const problems: string[] = [];
  try {
    problems.push(...(await recover(desk, subject, choose, trail)));
    problems.push(...(await settledDifferences(subject, before, allow)));
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  if (problems.length > 0) lost.add(subject);
  return problems;
}

const SETTLED_SECONDS = 3;

/** libvirt may still be at what it was asked for by a process that is gone: what differs for some seconds counts. */
async function settledDifferences(
  { guest, medium }: Subject,
  before: Look,
  allow: (difference: string) => boolean,
): Promise<string[]> {
  let last: string[] = [];
  await awaitCondition('', SETTLED_SECONDS, async () => {
    last = differences(before, await lookAt(guest, medium)).filter((difference) => !allow(difference));
    return last.length === 0;
  }).catch(() => undefined);
  return last;
}

/** For whoever repairs it: the journal as it is, the definition, the host's words. */
export async function dump(desk: Desk, { lane: { host }, guest }: Subject): Promise<string> {
  const history = await run(desk, ['history', 'export', '--out', 'text']);
  const xml = await host.tryVirsh('dumpxml', '--inactive', guest.name);
  const log = await readFile(join(host.dir, 'libvirtd.log'), 'utf8').catch(() => '');
  return [history.stdout, xml.stdout || xml.stderr, log.split('\n').slice(-20).join('\n')].join('\n----\n');
}
