/**
 * A guest on its way between two hosts, what happens to it in mid-run, a fresh process that puts things right, and the verdict: one guest, its
 * definition whole where it is and nowhere else, its memory unless that was told to be lost, and words that were true.
 */
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import { startCommand } from '../testbed/command.ts';
import type { Started } from '../testbed/command.ts';
import type { Guest } from '../testbed/guests.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { withJson } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';
import { defineTraveller, startTraveller } from '../testbed/travellers.ts';
import type { TravellerOptions } from '../testbed/travellers.ts';
import { startTwoHosts } from '../testbed/two-hosts.ts';
import type { TwoHosts } from '../testbed/two-hosts.ts';
import { copyProgram, environmentOf, removeProgram, told } from './lane.ts';
import type { Program } from './lane.ts';
import { tell } from './table.ts';

export const WAYS = ['direct', 'p2p'] as const;
type Way = (typeof WAYS)[number];

export interface MigrationFault {
  readonly name: string;
  readonly ways: readonly Way[];
  readonly phase: 'pre-copy' | 'post-copy';
  /** What happens in mid-run; both hosts work again when it is over. */
  readonly happens: (travel: Travel) => Promise<void>;
  /** Memory is lost by its nature, which the plan has told beforehand: the guest is started from its disks. */
  readonly losesMemory?: true;
  /** Where the guest must be in the end; else either host will do. */
  readonly ends?: 'source' | 'destination';
}

/** A migration under way. */
export interface Travel {
  readonly two: TwoHosts;
  readonly guest: Guest;
  /** `salvor migrate`. */
  readonly started: Started;
}

/** Fills most of its memory with what cannot be left out, then rests: as long as that takes, it is under way. */
const FILLED: Omit<TravellerOptions, 'name'> = { memory: 64, writes: { mib: 40, pagesPerTick: 2 } };
/** MiB a second: ten seconds in pre-copy. */
const BANDWIDTH = 4;

/** Two hosts that see the same images under other names, so that no definition fits both; and the command line as built when the tests began. */
export interface Road extends TwoHosts {
  readonly program: Program;
}

export async function openRoad(): Promise<Road> {
  const program = await copyProgram();
  const two = await startTwoHosts();
  await symlink(join(two.a.dir, 'guests'), join(two.b.dir, 'shared'));
  const stop = async () => {
    await two.stop();
    await removeProgram(program);
  };
  return { ...two, program, stop };
}

function start({ program }: Road, state: string, args: readonly string[]): Started {
  return startCommand(program.node, [program.bundle, ...args], { env: environmentOf(state), timeoutSeconds: 180 });
}

/** One fault from its beginning to the verdict, told to the table. A loss fails the test and does not stop it: the table is to be whole. */
export async function meet(two: Road, fault: MigrationFault, way: Way, name: string, seed: number): Promise<void> {
  const began = performance.now();
  const trail: string[] = [];
  const state = await mkdtemp(join(two.a.dir, 'state-'));
  const guest = await defineTraveller(two.a, { name, ...FILLED });
  const definition = await persistentXml(two.a, name);
  const problems: string[] = [];
  try {
    await startTraveller(guest, { name, ...FILLED });
    const answer = await migrated(two, guest, fault, way, state, trail);
    problems.push(...(await isTrue(two, name, answer)));
    problems.push(...(await putRight(two, name, state, trail)));
    problems.push(...(await verdict(two, guest, fault, definition)));
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  const lost = problems.length > 0;
  const dump = lost ? await standings(two, name) : null;
  const row = `migration, ${fault.phase}, ${fault.name}: ${way}`;
  const what = fault.losesMemory === true ? 'memory lost as told beforehand, machine whole' : 'the machine goes on';
  tell({ row, what, seed, seconds: (performance.now() - began) / 1000, problems, trail, dump });
  expect.soft(problems, `${row}\n${trail.join('\n')}\n${dump ?? ''}`).toEqual([]);
  for (const host of [two.a, two.b]) {
    await host.tryVirsh('destroy', name);
    await host.tryVirsh('undefine', name);
  }
  if (!lost) await rm(state, { recursive: true, force: true });
}

/** Begin it, let it happen in mid-run, and wait for what Salvor says. */
async function migrated(
  two: Road,
  guest: Guest,
  fault: MigrationFault,
  way: Way,
  state: string,
  trail: string[],
): Promise<SalvorAnswer> {
  const { name } = guest;
  const isPostCopy = fault.phase === 'post-copy';
  if (isPostCopy) await narrow(two);
  try {
    const args = [
      ...['migrate', name, '--uri', two.a.uri, '--to', two.b.uri, '--yes', '--json', '--disk', 'vda=shared'],
      ...['--map-path', `${join(two.a.dir, 'guests')}=${join(two.b.dir, 'shared')}`],
      ...(way === 'p2p' ? ['--p2p', '--destination-uri', `qemu+tcp://${two.b.hostname}/system`] : []),
      ...(isPostCopy ? ['--post-copy'] : ['--bandwidth', String(BANDWIDTH)]),
    ];
    const started = start(two, state, args);
    const isUnderWay = await underWay(two.a, name, started);
    if (isUnderWay && isPostCopy) await switchOver(two, name);
    trail.push(isUnderWay ? await standings(two, name) : 'it never got under way');
    if (isUnderWay) await fault.happens({ two, guest, started });
    const answer = withJson(await started.finished, args);
    trail.push(`migrate: ${told(answer)}`, await standings(two, name));
    if (!isUnderWay) throw new Error(`it was over before anything could happen: ${told(answer)}`);
    return answer;
  } finally {
    if (isPostCopy) await two.a.inside('tc', 'qdisc', 'del', 'dev', 'link0', 'root');
  }
}

/** A bandwidth that was asked for holds in pre-copy only: for post-copy the line itself is made a slow one. */
async function narrow(two: TwoHosts): Promise<void> {
  const { code, stderr } = await two.a.inside(
    ...(['tc', 'qdisc', 'add', 'dev', 'link0', 'root', 'tbf'] as const),
    ...['rate', '40mbit', 'burst', '64kb', 'latency', '300ms'],
  );
  if (code !== 0) throw new Error(`tc: ${stderr}`);
}

const RAW_PROCESSED = /^memory_processed:\s*(\d+)$/m;

/** Wait until a part of its memory has gone over. false: Salvor has ended before. */
async function underWay(source: Hypervisor, name: string, started: Started): Promise<boolean> {
  const isOver = () => started.process.exitCode !== null || started.process.signalCode !== null;
  for (let tries = 600; tries > 0 && !isOver(); tries -= 1) {
    const { stdout } = await source.tryVirsh('domjobinfo', name, '--rawstats');
    if (Number(RAW_PROCESSED.exec(stdout)?.[1] ?? 0) > 4 * 2 ** 20) return true;
    await delay(100);
  }
  return false;
}

async function switchOver(two: TwoHosts, name: string): Promise<void> {
  for (let tries = 40; tries > 0; tries -= 1) {
    if ((await two.a.tryVirsh('migrate-postcopy', name)).code === 0) break;
    await delay(200);
  }
  for (let tries = 50; tries > 0; tries -= 1) {
    if ((await standing(two.b, name)) === 'running (post-copy)') return;
    await delay(100);
  }
  throw new Error(`it was not switched over: ${await standings(two, name)}`);
}

/** State and why, by virsh; `absent` without one. */
async function standing(host: Hypervisor, name: string): Promise<string> {
  const { code, stdout } = await host.tryVirsh('domstate', '--reason', name);
  return code === 0 ? stdout.trim() : 'absent';
}

async function standings({ a, b }: TwoHosts, name: string): Promise<string> {
  return `${a.hostname}: ${await standing(a, name)}; ${b.hostname}: ${await standing(b, name)}`;
}

async function persistentXml(host: Hypervisor, name: string): Promise<string | null> {
  const { code, stdout } = await host.tryVirsh('dumpxml', '--inactive', '--security-info', name);
  return code === 0 ? stdout.trim() : null;
}

/** Was what Salvor said the truth? It may say that it does not know. */
async function isTrue({ a, b }: TwoHosts, name: string, answer: SalvorAnswer): Promise<string[]> {
  const here = await standing(a, name);
  const there = await standing(b, name);
  const words = `said “${told(answer)}”, found ${here} and ${there}`;
  const code = (answer.json as { error?: { code?: string } } | undefined)?.error?.code ?? null;
  if (answer.code === 0) return there.startsWith('running') && here === 'absent' ? [] : [words];
  if (answer.signal !== null) return [];
  switch (code) {
    case 'migration-failed':
    case 'cancelled':
      return here.startsWith('running') ? [] : [words];
    case 'migration-lost':
      return here.startsWith('running') || there === 'running (migrated)' ? [words] : [];
    case 'migration-unclear':
    case 'connection-lost':
    case 'timeout':
      return [];
    default:
      return [`no answer to go by: ${words}`];
  }
}

interface Open {
  readonly operationId: string;
  readonly domain: { readonly name: string };
  readonly situation: string;
  readonly stands: string;
  readonly offers: readonly { readonly way: string; readonly recommended: boolean }[];
}

/** What passes by itself is looked at again so often, a second or two apart. */
const ROUNDS = 20;

/** What an administrator does afterwards, each time in a fresh process: see how it stands, and take what is recommended. */
async function putRight(two: Road, name: string, state: string, trail: string[]): Promise<string[]> {
  const run = async (...args: string[]) => {
    const all = ['resume', ...args, '--uri', two.a.uri, '--json'];
    return withJson(await start(two, state, all).finished, all);
  };
  let last = '';
  for (let round = ROUNDS; round > 0; round -= 1) {
    const answer = await run();
    const open = (answer.json as { unfinished?: Open[] } | undefined)?.unfinished;
    if (open === undefined) return [`salvor resume: ${told(answer)}`];
    const entry = open.find(({ domain }) => domain.name === name);
    if (entry === undefined) return [];
    last = `${entry.situation}: ${entry.stands}`;
    const offer = entry.offers.find(({ recommended }) => recommended);
    if (offer === undefined) await delay(1500);
    else {
      const taken = await run(entry.operationId, `--${offer.way}`, '--yes');
      trail.push(`${entry.situation}: resume --${offer.way}: ${told(taken)}`);
      if (taken.code !== 0) await delay(1500);
    }
  }
  return [`still unfinished: ${last}`];
}

/** One guest that works, where its definition fits, and nothing of it at the other host. */
async function verdict(
  two: TwoHosts,
  guest: Guest,
  { ends, losesMemory }: MigrationFault,
  definition: string | null,
): Promise<string[]> {
  const { name } = guest;
  const { a, b } = two;
  const problems: string[] = [];
  const found = { here: await standing(a, name), there: await standing(b, name) };
  const runs = [a, b].filter((_host, index) => [found.here, found.there][index]?.startsWith('running'));
  const words = await standings(two, name);
  const [owner] = runs;
  if (owner === undefined || runs.length !== 1) return [`${String(runs.length)} guests run: ${words}`];
  const isHere = owner === a;
  if ((isHere ? found.there : found.here) !== 'absent') problems.push(`something is left of it: ${words}`);
  if (ends !== undefined && (ends === 'source') !== isHere) problems.push(`it was to be at the ${ends}: ${words}`);
  const expected = isHere ? definition : definition?.replaceAll(join(a.dir, 'guests'), join(b.dir, 'shared'));
  if ((await persistentXml(owner, name)) !== expected) problems.push(`another definition at ${owner.hostname}`);
  const boots = (await readFile(guest.serialLog, 'latin1')).split(ROOT_BOOTED).length - 1;
  if (boots !== (losesMemory === true ? 2 : 1)) problems.push(`it has booted ${String(boots)} times`);
  if (!(await works(owner, name))) problems.push(`it does not work at ${owner.hostname}`);
  return problems;
}

/** Does its clock go on? The BIOS counts ticks of the timer at 0x46c, 18 a second; what the processor has used up is too little to tell. */
async function works(host: Hypervisor, name: string): Promise<boolean> {
  const ticks = () => host.virsh('qemu-monitor-command', name, '--hmp', 'xp /1wx 0x46c');
  const before = await ticks();
  for (let tries = 50; tries > 0; tries -= 1) {
    await delay(200);
    if ((await ticks()) !== before) return true;
  }
  return false;
}
