/**
 * Finding files of the host through the host's own eyes. A path is looked up among the volumes of its pools; where no pool holds it,
 * a transient directory pool over its folder is made for the moment and taken away again. So local and remote hosts work alike, and
 * what counts is what the daemon can read, not what this computer can.
 */
import { posix } from 'node:path';
import { randomBytes } from 'node:crypto';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorCode } from '../../src-core/contract/errors.ts';
import { errorOf } from './errors.ts';
import type { ExaminedVolume, Hypervisor, VolumeRef } from '../libvirt/port.ts';

export type Found =
  | { readonly volume: ExaminedVolume; readonly where: VolumeRef | { readonly path: string }; readonly problem: null }
  /** In words, to stand behind “… cannot be used: ”. `unseen`: it may be there all the same, where no pool reaches. */
  | { readonly volume: null; readonly problem: string; readonly unseen: boolean };

export const NO_SUCH_FILE = 'there is no such file on the host';

export interface Finder {
  /** Look up a path on the host and read its first bytes. */
  readonly find: (path: string, headBytes: number) => Promise<Found>;
  /** Is a file there, as far as pools know and folders that were opened already? Costs one call, and may miss it. */
  readonly glimpse: (path: string) => Promise<boolean>;
  /** Names of the files in a folder of the host, looked at afresh; null: it cannot be opened. */
  readonly names: (folder: string) => Promise<readonly string[] | null>;
  /**
   * Bytes free in a folder; null: not told. A pool's own figure is as old as its last look, so it is looked at afresh where that is less
   * than `enough`; `open`: one is made where there is none.
   */
  readonly free: (folder: string, enough: number, open: boolean) => Promise<number | null>;
}

/** Our transient pools. A crash may leave one behind: `sessions --clean` takes it away. */
export const SCRATCH_POOL = /^salvor-[0-9a-f]{16}$/;

/** How often a folder is tried again while another client's transient pool over it comes and goes. */
const CONFLICT_TRIES = 5;

/** How often, and how far apart, one of our own pools is asked to stop. */
const STOP_TRIES = 20;
const STOP_PAUSE_MS = 50;

/** Failures that say something of the folder, or of what the host lets one see; others are about the connection. */
const OF_THE_FOLDER: readonly ErrorCode[] = ['libvirt', 'pool-not-found', 'not-supported', 'permission-denied'];

/** Failures that come when a pool goes away between two calls. */
const OF_A_LOST_POOL: readonly ErrorCode[] = ['libvirt', 'pool-not-found'];

/** Folders that were opened, each through a pool over it. */
interface Folders {
  /** Name of an active pool over the folder. */
  readonly pool: (folder: string) => Promise<string>;
  /** The pool of a folder that was opened already. */
  readonly opened: (folder: string) => Promise<string> | undefined;
  /** Open the folder anew next time; false where its pool is our own, which nobody takes away. */
  readonly forget: (folder: string) => Promise<boolean>;
}

/** Give `use` a finder; whatever pools it had to make are gone when this resolves or rejects. */
export async function withFinder<T>(hypervisor: Hypervisor, use: (finder: Finder) => Promise<T>): Promise<T> {
  const made = new Set<string>();
  const known = new Map<string, Promise<string>>();
  const folders: Folders = {
    pool: (folder) => {
      const pool = known.get(folder) ?? openFolder(hypervisor, folder, made);
      known.set(folder, pool);
      return pool;
    },
    opened: (folder) => known.get(folder),
    forget: async (folder) => {
      const pool = await known.get(folder)?.catch(() => null);
      if (pool != null && made.has(pool)) return false;
      known.delete(folder);
      return true;
    },
  };
  const underWay = new Set<Promise<unknown>>();
  let over = false;
  const look = <U>(work: () => Promise<U>): Promise<U> => {
    if (over) return Promise.reject(new Error('the look into the host is over'));
    const answer = work();
    underWay.add(answer);
    const done = () => underWay.delete(answer);
    answer.then(done, done);
    return answer;
  };
  try {
    return await use({
      find: (path, headBytes) => look(() => findPath(hypervisor, folders, path, headBytes)),
      glimpse: (path) => look(() => glimpse(hypervisor, folders, path)),
      names: (folder) => look(() => namesIn(hypervisor, folders, folder)),
      free: (folder, enough, open) => look(() => freeIn(hypervisor, folders, folder, enough, open)),
    });
  } finally {
    // Of several looks one has failed: another, which nobody waits for any more, may be making a pool just now.
    over = true;
    await Promise.allSettled(underWay);
    // A pool that cannot be stopped (the connection is gone) is found and offered for removal by `sessions`.
    await Promise.allSettled([...made].map((name) => stopScratchPool(hypervisor, name)));
  }
}

/** libvirt refuses to stop a pool for as long as it is busy with it: somebody else may be looking through it just now. */
async function stopScratchPool(hypervisor: Hypervisor, name: string): Promise<void> {
  for (let tries = STOP_TRIES; ; tries -= 1) {
    try {
      await hypervisor.stopPool(name);
      return;
    } catch (error) {
      const { code } = errorOf(error);
      if (code === 'pool-not-found') return;
      if (code !== 'libvirt' || tries <= 1) throw error;
      await new Promise((resolve) => setTimeout(resolve, STOP_PAUSE_MS));
    }
  }
}

async function findPath(hypervisor: Hypervisor, folders: Folders, path: string, headBytes: number): Promise<Found> {
  if (!posix.isAbsolute(path) || path.includes('\0')) return missing('it is not an absolute path on the host');
  const where = posix.normalize(path);
  const folder = posix.dirname(where);
  for (let tries = CONFLICT_TRIES; ; tries -= 1) {
    try {
      return await lookFor(hypervisor, folders, where, headBytes);
    } catch (error) {
      const { code, detail, message } = errorOf(error);
      if (!OF_THE_FOLDER.includes(code)) throw error;
      // Seen through another client's transient pool, which went away meanwhile: then through another one, or our own.
      const again = tries > 1 && OF_A_LOST_POOL.includes(code) && (await folders.forget(folder));
      if (!again) return missing(`its folder ${folder} cannot be opened on the host (${detail ?? message})`);
    }
  }
}

async function lookFor(hypervisor: Hypervisor, folders: Folders, where: string, headBytes: number): Promise<Found> {
  const known = await hypervisor.examineVolume({ path: where }, headBytes);
  if (known !== null) return { volume: known, where: { path: where }, problem: null };
  if (hypervisor.readOnly)
    return missing('no storage pool of the host holds it, and a read-only connection cannot look further');
  if (!mayBeOpened(posix.dirname(where)))
    return missing(
      'no storage pool of the host holds this device; name it by /dev/disk/by-id or /dev/mapper, or define a pool for it',
      true,
    );
  const place = { pool: await folders.pool(posix.dirname(where)), name: posix.basename(where) };
  const volume = await hypervisor.examineVolume(place, headBytes);
  return volume === null ? missing(NO_SUCH_FILE) : { volume, where: place, problem: null };
}

/** The network interfaces of a host, each a folder of its own. */
export const INTERFACES = '/sys/class/net';

/**
 * May a pool be made over this folder? libvirt opens whatever lies in it, for reading. In /dev that sets off devices: a host reboots a
 * minute after its /dev/watchdog was opened and closed again. So only folders that hold nothing but disks are opened there, and in /sys one of folders.
 */
function mayBeOpened(folder: string): boolean {
  if (folder === INTERFACES) return true;
  if (/^\/dev\/(?:mapper|disk\/by-[a-z-]+|shm(?:\/.*)?)$/.test(folder)) return true;
  return !/^\/(?:dev|proc|sys)(?:\/|$)/.test(folder);
}

async function glimpse(hypervisor: Hypervisor, folders: Folders, path: string): Promise<boolean> {
  try {
    const pool = await folders.opened(posix.dirname(path));
    const where = pool === undefined ? { path } : { pool, name: posix.basename(path) };
    return (await hypervisor.examineVolume(where, 0)) !== null;
  } catch (error) {
    if (OF_A_LOST_POOL.includes(errorOf(error).code)) return false;
    throw error;
  }
}

async function namesIn(hypervisor: Hypervisor, folders: Folders, folder: string): Promise<readonly string[] | null> {
  if (hypervisor.readOnly || !posix.isAbsolute(folder) || !mayBeOpened(folder)) return null;
  for (let tries = CONFLICT_TRIES; ; tries -= 1) {
    try {
      return await hypervisor.listVolumeNames(await folders.pool(folder));
    } catch (error) {
      const { code } = errorOf(error);
      if (!OF_THE_FOLDER.includes(code)) throw error;
      const again = tries > 1 && OF_A_LOST_POOL.includes(code) && (await folders.forget(folder));
      if (!again) return null;
    }
  }
}

async function freeIn(
  hypervisor: Hypervisor,
  folders: Folders,
  folder: string,
  enough: number,
  open: boolean,
): Promise<number | null> {
  try {
    const opened = open && mayBeOpened(folder) ? folders.pool(folder) : folders.opened(folder);
    // Opened just now, so that its figure is new.
    if (opened !== undefined) return await hypervisor.freeSpace(await opened);
    const owner = await hypervisor.poolByTarget(folder);
    const free = owner === null ? null : await hypervisor.freeSpace(owner);
    if (owner === null || free === null || free >= enough) return free;
    await hypervisor.refreshPool(owner);
    return await hypervisor.freeSpace(owner);
  } catch (error) {
    if (OF_THE_FOLDER.includes(errorOf(error).code)) return null;
    throw error;
  }
}

function missing(problem: string, unseen = false): Found {
  return { volume: null, problem, unseen };
}

/** Name of an active pool over the folder: a transient one of ours, or the one that has the folder already. */
async function openFolder(hypervisor: Hypervisor, folder: string, made: Set<string>): Promise<string> {
  for (let tries = CONFLICT_TRIES; ; tries -= 1) {
    const name = `salvor-${randomBytes(8).toString('hex')}`;
    const xml = `<pool type='dir'><name>${name}</name><target><path>${escapeXml(folder)}</path></target></pool>`;
    // Stays noted whatever the answer: libvirt may say of a pool that it failed and keep it all the same.
    made.add(name);
    if ((await hypervisor.createPool(xml)) === 'created') return name;
    // libvirt allows one pool a folder: use that one, looked at afresh.
    const owner = await hypervisor.poolByTarget(folder);
    if (owner !== null && (await isRefreshed(hypervisor, owner))) return owner;
    if (tries <= 1) throw new SalvorError('libvirt', { call: 'create pool' }, `other pools over ${folder} come and go`);
  }
}

/** Look at a pool afresh; false: it is another client's transient one, and has gone. */
async function isRefreshed(hypervisor: Hypervisor, pool: string): Promise<boolean> {
  try {
    await hypervisor.refreshPool(pool);
    return true;
  } catch (error) {
    if (SCRATCH_POOL.test(pool) && OF_A_LOST_POOL.includes(errorOf(error).code)) return false;
    throw error;
  }
}

/** Text for between tags. Control characters that XML cannot hold make libvirt refuse the pool, which is the right answer. */
function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
