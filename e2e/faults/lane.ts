/** One host on which faults are tried one after the other, and the command line as a real process that a fault can be put into. */
import { copyFile, mkdir, mkdtemp, readFile, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { detectAcceleration } from '../testbed/acceleration.ts';
import type { DomainType } from '../testbed/acceleration.ts';
import { outputOf, startCommand } from '../testbed/command.ts';
import type { Finished, Started } from '../testbed/command.ts';
import { medium, mediaFolder } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { SALVOR, withJson } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';
import type { Fault, Passed } from './fault.ts';

export interface Lane {
  readonly host: Hypervisor;
  /** For guests that boot from BIOS; UEFI guests are emulated. */
  readonly type: DomainType;
  readonly biosMedium: string;
  readonly uefiMedium: string;
  readonly program: Program;
  readonly stop: () => Promise<void>;
}

/** The command line as built when the tests began: what is built anew meanwhile changes nothing here. */
export interface Program {
  readonly node: string;
  readonly bundle: string;
}

/** One administrator's workstation: Salvor's state in a folder of its own, and what it connects to. */
export interface Desk {
  readonly lane: Lane;
  readonly uri: string;
  readonly state: string;
  /** Another computer: what processes of one computer know of each other does not reach there, the host's socket does. */
  readonly elsewhere: boolean;
}

const ROOT = join(import.meta.dirname, '../..');
const RESULTS = join(ROOT, 'test-results');

/** For the kinds of session that have an overlay of their own. */
export const OVERLAY_POOL = 'overlays';

export async function openLane(hostname: string): Promise<Lane> {
  const program = await copyProgram();
  const host = await startHypervisor({ hostname });
  // Beside the media: what is left in it shows. Defined, so that it outlives a daemon that is killed.
  const overlays = join(await mediaFolder(host), OVERLAY_POOL);
  await mkdir(overlays);
  await host.virsh('pool-define-as', OVERLAY_POOL, 'dir', '--target', overlays);
  await host.virsh('pool-autostart', OVERLAY_POOL);
  await host.virsh('pool-start', OVERLAY_POOL);
  return {
    host,
    type: await detectAcceleration(),
    biosMedium: await medium(host, 'medium'),
    uefiMedium: await medium(host, 'uefiMedium'),
    program,
    stop: async () => {
      await host.stop();
      await removeProgram(program);
    },
  };
}

export async function copyProgram(): Promise<Program> {
  // Builds it where a source is newer.
  await outputOf(SALVOR, ['--help'], { timeoutSeconds: 300 });
  const built = join(ROOT, 'out/cli');
  await mkdir(RESULTS, { recursive: true });
  const folder = await mkdtemp(join(RESULTS, 'faults-cli-'));
  const modules = (await readdir(built)).filter((name) => name.endsWith('.mjs'));
  await Promise.all(modules.map((name) => copyFile(join(built, name), join(folder, name))));
  return { node: (await readFile(join(built, 'node'), 'utf8')).trim(), bundle: join(folder, 'salvor.mjs') };
}

export function removeProgram({ bundle }: Program): Promise<void> {
  return rm(join(bundle, '..'), { recursive: true, force: true });
}

/** A workstation that has never run Salvor. */
export async function newDesk(
  lane: Lane,
  more: { uri?: string; elsewhere?: boolean; state?: string } = {},
): Promise<Desk> {
  const { uri = lane.host.uri, elsewhere = false } = more;
  const state = more.state ?? (await realpath(await mkdtemp(join(lane.host.dir, 'state-'))));
  return { lane, uri, state, elsewhere };
}

export const journalFolder = (desk: Desk) => join(desk.state, 'journal');

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'boundary.ts')).href;

export const NO_FAULT: Omit<Fault, 'folder'> = {
  log: null,
  at: 0,
  when: 'after',
  then: 'kill',
  afterMs: 0,
  held: '',
  go: '',
};

/** What the command line is started with, its state in that folder. */
export function environmentOf(state: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_OPTIONS: '',
    XDG_CONFIG_HOME: state,
    XDG_STATE_HOME: state,
    NODE_COMPILE_CACHE: join(ROOT, '.cache/compile'),
    SALVOR_STATE: state,
  };
}

/** Start the command line, with a fault in it where one is given. */
export function start(desk: Desk, args: readonly string[], fault: Partial<Fault> | null = null): Started {
  const { node, bundle } = desk.lane.program;
  const order: Fault = { ...NO_FAULT, folder: journalFolder(desk), ...fault };
  const faulty = fault === null ? {} : { SALVOR_FAULT: JSON.stringify(order), NODE_OPTIONS: `--import=${PRELOAD}` };
  const env = { ...environmentOf(desk.state), ...faulty };
  const own = [bundle, ...args];
  const [program, all] = desk.elsewhere ? ['unshare', ['--net', '--', node, ...own]] : [node, own];
  return startCommand(program, all, { env, cwd: ROOT, timeoutSeconds: 240 });
}

export async function run(desk: Desk, args: readonly string[], fault: Partial<Fault> | null = null) {
  return withJson(await start(desk, args, fault).finished, args);
}

/** In one line, for a report of what went wrong. */
export function told({ code, signal, stdout, stderr, json }: SalvorAnswer | (Finished & { json?: unknown })): string {
  const error = (json as { error?: { code: string; message: string; detail: string | null } } | undefined)?.error;
  const refusals = (json as { refusals?: { code: string; message: string }[] } | undefined)?.refusals ?? [];
  if (refusals.length > 0)
    return `refused: ${refusals.map(({ code: why, message }) => `${why}: ${message}`).join(' ')}`;
  if (error !== undefined) return `${error.code}: ${error.message} ${error.detail ?? ''}`.trim();
  return code === 0 ? 'done' : `exit ${String(code ?? signal)}: ${(stderr || stdout).trim().slice(0, 400)}`;
}

/** The syncs that a run passed, read from its log. */
export async function passedIn(log: string): Promise<Passed[]> {
  const lines = (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Passed);
}
