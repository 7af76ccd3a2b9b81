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
import type { ExaminedVolume, Hypervisor } from '../libvirt/port.ts';

export type Found =
  | { readonly volume: ExaminedVolume; readonly problem: null }
  /** In words, to stand behind “… cannot be used: ”. */
  | { readonly volume: null; readonly problem: string };

export interface Finder {
  /** Look up a path on the host and read its first bytes. */
  readonly find: (path: string, headBytes: number) => Promise<Found>;
  /** Is a file there, as far as pools know and folders that were opened already? Costs one call, and may miss it. */
  readonly glimpse: (path: string) => Promise<boolean>;
}

/** Our transient pools. A crash may leave one behind: `sessions --clean` takes it away. */
export const SCRATCH_POOL = /^salvor-[0-9a-f]{16}$/;

/** How often a folder is tried again while another client's transient pool over it comes and goes. */
const CONFLICT_TRIES = 5;

/** Failures that say something of the folder, or of what the host lets one see; others are about the connection. */
const OF_THE_FOLDER: readonly ErrorCode[] = ['libvirt', 'pool-not-found', 'not-supported', 'permission-denied'];

/** Give `use` a finder; whatever pools it had to make are gone when this resolves or rejects. */
export async function withFinder<T>(hypervisor: Hypervisor, use: (finder: Finder) => Promise<T>): Promise<T> {
  const made = new Set<string>();
  const folders = new Map<string, Promise<string>>();
  const poolOver = (folder: string): Promise<string> => {
    const known = folders.get(folder) ?? openFolder(hypervisor, folder, made);
    folders.set(folder, known);
    return known;
  };
  try {
    return await use({
      find: (path, headBytes) => findPath(hypervisor, poolOver, path, headBytes),
      glimpse: async (path) => {
        const pool = await folders.get(posix.dirname(path));
        const where = pool === undefined ? { path } : { pool, name: posix.basename(path) };
        return (await hypervisor.examineVolume(where, 0)) !== null;
      },
    });
  } finally {
    // A pool that cannot be stopped (the connection is gone) is found and offered for removal by `sessions`.
    await Promise.allSettled([...made].map((name) => hypervisor.stopPool(name)));
  }
}

async function findPath(
  hypervisor: Hypervisor,
  poolOver: (folder: string) => Promise<string>,
  path: string,
  headBytes: number,
): Promise<Found> {
  if (!posix.isAbsolute(path) || path.includes('\0')) return missing('it is not an absolute path on the host');
  const where = posix.normalize(path);
  const known = await hypervisor.examineVolume({ path: where }, headBytes);
  if (known !== null) return { volume: known, problem: null };
  if (hypervisor.readOnly)
    return missing('no storage pool of the host holds it, and a read-only connection cannot look further');
  if (where.startsWith('/dev/'))
    return missing('no storage pool of the host holds this device; define a pool for it, or name a file');
  const folder = posix.dirname(where);
  try {
    const pool = await poolOver(folder);
    const volume = await hypervisor.examineVolume({ pool, name: posix.basename(where) }, headBytes);
    return volume === null ? missing('there is no such file on the host') : { volume, problem: null };
  } catch (error) {
    const { code, detail, message } = errorOf(error);
    if (!OF_THE_FOLDER.includes(code)) throw error;
    return missing(`its folder ${folder} cannot be opened on the host (${detail ?? message})`);
  }
}

function missing(problem: string): Found {
  return { volume: null, problem };
}

/** Name of an active pool over the folder: a transient one of ours, or the one that has the folder already. */
async function openFolder(hypervisor: Hypervisor, folder: string, made: Set<string>): Promise<string> {
  for (let tries = CONFLICT_TRIES; ; tries -= 1) {
    const name = `salvor-${randomBytes(8).toString('hex')}`;
    const xml = `<pool type='dir'><name>${name}</name><target><path>${escapeXml(folder)}</path></target></pool>`;
    made.add(name);
    if ((await hypervisor.createPool(xml)) === 'created') return name;
    made.delete(name);
    // libvirt allows one pool a folder: use that one, looked at afresh.
    const owner = await hypervisor.poolByTarget(folder);
    if (owner !== null) {
      await hypervisor.refreshPool(owner);
      return owner;
    }
    if (tries <= 1) throw new SalvorError('libvirt', { call: 'create pool' }, `other pools over ${folder} come and go`);
  }
}

/** Text for between tags. Control characters that XML cannot hold make libvirt refuse the pool, which is the right answer. */
function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
