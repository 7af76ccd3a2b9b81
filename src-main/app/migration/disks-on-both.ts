/**
 * Each disk's image as both hosts have it. Whether it is the same one is found out by reading on both: what a person says may be so, and a copy
 * that is taken for the original costs the guest its data.
 */
import { posix } from 'node:path';
import { sameImage } from '../../../src-core/migration/same-image.ts';
import type { SeenImage } from '../../../src-core/migration/same-image.ts';
import { diskNames, disksStaying } from '../../../src-core/migration/there.ts';
import type { DiskNames } from '../../../src-core/migration/there.ts';
import type { DiskOnBoth, MigrationRules } from '../../../src-core/migration/types.ts';
import type { BlockSizes, DomainSources, ExaminedVolume, Hypervisor, StoragePool } from '../../libvirt/port.ts';
import { mapLimited, within } from '../patience.ts';
import { readPoolXml, readVolumeXml } from '../storage-xml.ts';
import type { VolumeView } from '../storage-xml.ts';
import { NO_SUCH_FILE, SCRATCH_POOL, withFinder } from '../volume-finder.ts';
import type { Finder } from '../volume-finder.ts';
import { placeOf } from '../volume-place.ts';

/** Of an image, so much is compared. */
const HEAD_BYTES = 512 * 1024;
/** A guest that runs may write while it is being compared. */
const TRIES = 3;
/** Names that are of one device wherever it is seen: its World Wide Name (NAA, EUI-64 or SCSI name), bare, of SCSI, of multipath. */
const WORLD_WIDE = /^\/dev\/disk\/by-id\/(?:wwn-|scsi-[238]|dm-uuid-(?:part\d+-)?mpath-[238])/;
/** A pool knows of a volume that was made elsewhere only once it is refreshed. Of these that is a look into a folder; others a failure turns off. */
const REFRESHED = /^<pool type=(?:'|")(?:dir|fs|netfs|logical)(?:'|")/;
/** All disks together: storage that hangs is not waited for. */
const PATIENCE_MS = 20_000;
const AT_ONCE = 2;

export interface DisksOrder {
  readonly uuid: string;
  /** What migrates: what runs, or the definition. */
  readonly xml: string;
  readonly on: boolean;
  readonly rules: MigrationRules;
}

/** In the order of the definition. Rejects with XmlProblem alone: what cannot be looked at in time is `unknown`. */
export async function disksOnBoth(
  source: Hypervisor,
  destination: Hypervisor,
  order: DisksOrder,
): Promise<DiskOnBoth[]> {
  return lookAtAll(source, destination, order, diskNames(order.xml, order.rules));
}

/**
 * The same of the disks that only what stays has: `stays` are the definition and the one in its record. `behind`: the look at the others. Both
 * look through the same folders, and at once each would find the other's pool over them come and go.
 */
export async function stayingOnBoth(
  source: Hypervisor,
  destination: Hypervisor,
  order: DisksOrder,
  stays: readonly string[],
  behind: Promise<unknown>,
): Promise<DiskOnBoth[]> {
  const names = disksStaying(order.xml, stays, order.rules);
  if (names.length === 0) return [];
  await behind;
  return lookAtAll(source, destination, { ...order, on: false }, names);
}

async function lookAtAll(
  source: Hypervisor,
  destination: Hypervisor,
  order: DisksOrder,
  names: readonly DiskNames[],
): Promise<DiskOnBoth[]> {
  const found = names.map(unseen);
  const look = withFinder(source, (here) =>
    withFinder(destination, async (there) => {
      const pools = poolsOf(destination);
      const users = disksOfOthers(destination, order.uuid);
      await mapLimited([...names.entries()], AT_ONCE, async ([index, disk]) => {
        found[index] = await lookAt({ source, destination, here, there, pools, users, order }, disk);
      });
    }),
  );
  await within(
    PATIENCE_MS,
    look.catch(() => undefined),
    undefined,
  );
  return [...found];
}

function unseen({ target, source, destination, format, readOnly, device }: DiskNames): DiskOnBoth {
  return {
    ...{ target, source, destination, format, readOnly, device },
    capacity: null,
    allocation: null,
    seen: 'unknown',
    pool: null,
    free: null,
    there: null,
    users: [],
  };
}

interface Context {
  readonly source: Hypervisor;
  readonly destination: Hypervisor;
  readonly here: Finder;
  readonly there: Finder;
  /** Active ones of the destination, asked once. */
  readonly pools: Promise<readonly StoragePool[]>;
  /** Of its other domains, running and off; asked once. */
  readonly users: Promise<readonly DomainSources[]>;
  readonly order: DisksOrder;
}

async function poolsOf(destination: Hypervisor): Promise<readonly StoragePool[]> {
  const all = await destination.listPools().catch(() => []);
  return all.filter(({ active, name }) => active && !SCRATCH_POOL.test(name));
}

async function disksOfOthers(destination: Hypervisor, uuid: string): Promise<readonly DomainSources[]> {
  const all = await Promise.all([destination.runningDisks(), destination.offDisks()]).catch(() => []);
  return all.flat().filter((other) => other.uuid !== uuid);
}

async function lookAt(context: Context, disk: DiskNames): Promise<DiskOnBoth> {
  const blank = unseen(disk);
  if (disk.source === null || disk.destination === null) return blank;
  const asked = context.order.on ? blockSizes(context, disk.target) : null;
  if (disk.type === 'network') {
    const sizes = await asked;
    const seen = disk.sameServer ? 'network' : 'unknown';
    return { ...blank, capacity: sizes?.capacity ?? null, allocation: sizes?.allocation ?? null, seen };
  }
  const [sizes, { seen, own, other }, room] = await Promise.all([
    asked,
    compare(context, disk, disk.source, disk.destination),
    roomFor(context, disk, disk.destination),
  ]);
  return {
    ...blank,
    ...room,
    capacity: sizes?.capacity ?? own?.capacity ?? null,
    allocation: sizes?.allocation ?? own?.allocation ?? null,
    seen,
    there: other?.capacity ?? null,
    users: usersOf(await context.users, [disk.destination, other?.path ?? null]),
  };
}

/** Names of the domains that have one of these as a disk. */
export function usersOf(all: readonly DomainSources[], names: readonly (string | null)[]): string[] {
  return all.filter(({ sources }) => sources?.some((each) => names.includes(each)) === true).map(({ name }) => name);
}

function blockSizes({ source, order }: Context, target: string): Promise<BlockSizes | null> {
  return source.blockSizes(order.uuid, target).catch(() => null);
}

/** The pool in which libvirt would make the file of a copy, and what is free there. */
async function roomFor(
  { destination, pools }: Context,
  { type }: DiskNames,
  name: string,
): Promise<Pick<DiskOnBoth, 'pool' | 'free'>> {
  const wanted = type === 'volume' ? name.slice(0, name.indexOf('/')) : null;
  const folder = name.startsWith('/') ? posix.dirname(name) : null;
  const pool = (await pools).find((each) => (wanted === null ? folderOf(each) === folder : each.name === wanted));
  if (pool === undefined || (wanted === null && folder === null)) return { pool: null, free: null };
  return { pool: pool.name, free: await destination.freeSpace(pool.name).catch(() => null) };
}

function folderOf({ xml }: StoragePool): string | null {
  try {
    return xml === null ? null : readPoolXml(xml).targetPath;
  } catch {
    return null;
  }
}

interface Compared {
  readonly seen: DiskOnBoth['seen'];
  readonly own: VolumeView | null;
  readonly other: VolumeView | null;
}

interface Read extends SeenImage {
  readonly view: VolumeView;
}

/** The source is read before and after the destination: what did not change meanwhile can be compared. */
async function compare(context: Context, { type }: DiskNames, from: string, to: string): Promise<Compared> {
  const readHere = () => read(context.source, context.here, type, from);
  let own: VolumeView | null = null;
  let other: VolumeView | null = null;
  for (let tries = TRIES; tries > 0; tries -= 1) {
    const before = await readHere();
    own = typeof before === 'string' ? null : before.view;
    const there = await read(context.destination, context.there, type, to);
    if (there === 'absent') return { seen: 'absent', own, other: null };
    if (there === 'unknown') return { seen: 'unknown', own, other: null };
    other = there.view;
    const after = await readHere();
    if (typeof before === 'string' || typeof after === 'string') return { seen: 'unknown', own, other };
    const seen = sameImage(before, there, after, from === to && WORLD_WIDE.test(from));
    if (seen !== 'unknown') return { seen, own, other };
  }
  return { seen: 'unknown', own, other };
}

async function read(
  hypervisor: Hypervisor,
  finder: Finder,
  type: string,
  name: string,
): Promise<Read | 'absent' | 'unknown'> {
  const place = placeOf(type, name);
  if (place === null) return 'unknown';
  try {
    if (!('path' in place)) {
      const known = await hypervisor.examineVolume(place, HEAD_BYTES);
      if (known !== null) return viewed(known);
      if (!(await isRefreshed(hypervisor, place.pool))) return 'unknown';
      const volume = await hypervisor.examineVolume(place, HEAD_BYTES);
      return volume === null ? 'absent' : viewed(volume);
    }
    const found = await finder.find(place.path, HEAD_BYTES);
    if (found.volume !== null) return viewed(found.volume);
    return found.problem === NO_SUCH_FILE || /No such file or directory/.test(found.problem) ? 'absent' : 'unknown';
  } catch {
    return 'unknown';
  }
}

async function isRefreshed(hypervisor: Hypervisor, name: string): Promise<boolean> {
  const pool = (await hypervisor.listPools()).find((each) => each.name === name);
  if (hypervisor.readOnly || pool?.active !== true || !REFRESHED.test(pool.xml ?? '')) return false;
  await hypervisor.refreshPool(name);
  return true;
}

function viewed({ xml, head }: ExaminedVolume): Read {
  const view = readVolumeXml(xml);
  const { type, capacity, changed } = view;
  return { view, type, capacity, changed, head };
}
