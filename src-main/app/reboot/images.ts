/** How the volumes and images of a domain are on its host: those that its definition names, and those that these stand on. */
import { posix } from 'node:path';
import { MAX_LAYERS, layerBelow, mayStandOnMore } from '../../../src-core/disks/image-layers.ts';
import { parseDomain } from '../../../src-core/domain-xml/domain.ts';
import { keyOf } from '../../../src-core/reboot/found.ts';
import type { Dependency } from '../../../src-core/reboot/types.ts';
import type { ExaminedVolume, Hypervisor, StoragePool } from '../../libvirt/port.ts';
import { nvramFacts } from '../nvram.ts';
import { IN_FLIGHT, mapLimited, within } from '../patience.ts';
import { TOO_SLOW } from '../storage-looks.ts';
import { readPoolXml, readVolumeXml } from '../storage-xml.ts';
import { NO_SUCH_FILE, withFinder } from '../volume-finder.ts';
import type { Finder } from '../volume-finder.ts';
import { quietly } from './looks.ts';
import type { Around, Told } from './looks.ts';

/** All looks at files together. */
const FILES_MS = 8000;

const POOL_FIRST = 'its pool is to be set up first';

export interface Images {
  /** By keyOf. */
  readonly states: ReadonlyMap<string, Told>;
  /** Images below those that were asked for, and pools that have to be started for an image to be there. May name what is known already. */
  readonly more: readonly Dependency[];
}

/** To be looked at. `open`: its own header may name an image below it. */
interface Wanted {
  readonly dependency: Dependency;
  readonly open: boolean;
}

/** `pool`: one that has to be started first. */
interface Seen {
  readonly told: Told;
  readonly volume: ExaminedVolume | null;
  readonly pool?: Dependency;
}

/** Volumes, images and the file of UEFI variables. `pools`: null: they could not be listed. */
export async function lookAtImages(
  around: Around,
  dependencies: readonly Dependency[],
  pools: readonly StoragePool[] | null,
): Promise<Images> {
  const states = new Map<string, Told>();
  const more: Dependency[] = [];
  const wanted = dependencies.map((dependency): Wanted => ({ dependency, open: around.ends.has(dependency.name) }));
  const known = new Set(dependencies.map(keyOf));
  /** Note what was seen; what lies below, and nobody has looked at. */
  const note = (one: Wanted, { told, volume, pool }: Seen): Wanted[] => {
    states.set(keyOf(one.dependency), told);
    if (pool !== undefined) more.push(pool);
    const below = belowOf(one, volume);
    if (below === null) return [];
    more.push(below.dependency);
    const key = keyOf(below.dependency);
    return known.has(key) ? [] : (known.add(key), [below]);
  };
  const look = (level: readonly Wanted[], how: (one: Dependency) => Promise<Seen>) =>
    mapLimited(level, IN_FLIGHT, async (one) => note(one, await how(one.dependency))).then((below) => below.flat());
  const ofKinds = (...kinds: readonly Dependency['kind'][]) =>
    wanted.filter(({ dependency }) => kinds.includes(dependency.kind));

  const belowVolumes = await look(ofKinds('volume'), (volume) => lookAtVolume(around.hypervisor, volume, pools));
  const files = [...ofKinds('image', 'nvram'), ...belowVolumes];
  const why = await lookAtFiles(around, files, (level, finder) =>
    look(level, (file) => lookAtFile(around, file, finder, pools)),
  );
  for (const each of [...files.map(({ dependency }) => dependency), ...more])
    if (each.kind !== 'pool' && !states.has(keyOf(each)))
      states.set(keyOf(each), { state: 'not-checked', detail: why });
  // A look that came too late changes nothing any more.
  return { states: new Map(states), more: [...more] };
}

/** One layer after the other; why some could not be looked at. */
async function lookAtFiles(
  { hypervisor, driver }: Around,
  files: readonly Wanted[],
  look: (level: readonly Wanted[], finder: Finder) => Promise<Wanted[]>,
): Promise<string> {
  if (driver === 'TEST') return 'libvirt’s test driver has no files, and opens none';
  if (files.length === 0) return TOO_SLOW;
  const looked = withFinder(hypervisor, async (finder) => {
    let level: readonly Wanted[] = files;
    for (let layers = 0; level.length > 0 && layers < MAX_LAYERS; layers += 1) level = await look(level, finder);
  });
  // What it still looks at afterwards, it takes its pools away from by itself.
  looked.catch(() => undefined);
  await within(FILES_MS, looked, undefined);
  return TOO_SLOW;
}

/** The image that an image names as the one below it; null: none, or it is not asked for. */
function belowOf({ dependency: { kind, name, users }, open }: Wanted, volume: ExaminedVolume | null): Wanted | null {
  if (!open || volume === null) return null;
  const { backingPath, backingFormat, path } = readVolumeXml(volume.xml);
  if (backingPath === null) return null;
  const layer = layerBelow({ backingPath, backingFormat }, kind === 'image' ? name : path);
  // Behind a network QEMU alone asks.
  if (layer.type === 'network' || layer.problem !== null) return null;
  return { dependency: { kind: 'image', name: layer.source, users, of: null }, open: mayStandOnMore(layer) };
}

/** Of pools that are active and answer, compared with what they list. */
async function lookAtVolume(
  hypervisor: Hypervisor,
  { name: key, of }: Dependency,
  pools: readonly StoragePool[] | null,
): Promise<Seen> {
  const pool = pools?.find((one) => one.name === of);
  const unseen = (state: 'not-checked' | 'stale', detail: string | null): Seen => ({
    told: { state, detail },
    volume: null,
  });
  if (pool?.active !== true || pool.xml === null) return unseen('not-checked', POOL_FIRST);
  const name = key.slice(pool.name.length + 1);
  const names = await quietly(hypervisor.listVolumeNames(pool.name));
  if (names === null) return unseen('not-checked', TOO_SLOW);
  if (!names.includes(name)) return unseen('stale', null);
  // Described from what is there: one that has gone since the pool was read cannot be.
  const volume = await quietly(hypervisor.examineVolume({ pool: pool.name, name }, 0).then((found) => ({ found })));
  if (volume === null) return unseen('not-checked', TOO_SLOW);
  if (volume.found === null) return unseen('stale', null);
  return { told: { state: 'ready', detail: null }, volume: volume.found };
}

async function lookAtFile(
  around: Around,
  file: Dependency,
  finder: Finder,
  pools: readonly StoragePool[] | null,
): Promise<Seen> {
  const seen = file.kind === 'nvram' ? lookAtVariables(around, finder) : lookAtImage(file, finder, pools);
  return (await quietly(seen)) ?? { told: { state: 'not-checked', detail: TOO_SLOW }, volume: null };
}

async function lookAtImage(
  { name, users }: Dependency,
  finder: Finder,
  pools: readonly StoragePool[] | null,
): Promise<Seen> {
  const { volume, problem } = await finder.find(name, 0);
  const holder = pools?.find(({ xml }) => xml !== null && readPoolXml(xml).targetPath === posix.dirname(name));
  const of = holder === undefined ? {} : { of: holder.name };
  if (problem === null) return { told: { state: 'ready', detail: null, ...of }, volume };
  const pool = mountingPool(name, pools ?? []);
  if (pool !== null) {
    const told = { state: 'not-checked', detail: POOL_FIRST, of: pool } as const;
    return { told, volume: null, pool: { kind: 'pool', name: pool, users, of: null } };
  }
  return {
    told: { state: problem === NO_SUCH_FILE ? 'missing' : 'not-checked', detail: problem, ...of },
    volume: null,
  };
}

/**
 * The inactive pool whose start mounts or activates what lies below its folder; null: none, or several claim it alike. A pool of a folder
 * (`dir`) brings nothing that is not there.
 */
function mountingPool(path: string, pools: readonly StoragePool[]): string | null {
  const folders = pools.flatMap(({ name, active, xml }) => {
    if (active || xml === null) return [];
    const { type, targetPath } = readPoolXml(xml);
    const folder = type === 'dir' || targetPath === null ? null : targetPath.replace(/\/+$/, '');
    return folder !== null && folder !== '' && path.startsWith(`${folder}/`) ? [{ name, length: folder.length }] : [];
  });
  const [nearest, next] = folders.sort((one, other) => other.length - one.length);
  return nearest === undefined || nearest.length === next?.length ? null : nearest.name;
}

async function lookAtVariables({ hypervisor, facts }: Around, finder: Finder): Promise<Seen> {
  const view = parseDomain(facts.definitionXml);
  const nvram = await nvramFacts(hypervisor, { facts, view }, () => Promise.resolve(facts.liveXml), finder);
  if (nvram.kind === 'out-of-reach') return { told: { state: 'not-checked', detail: nvram.why }, volume: null };
  return { told: { state: nvram.kind === 'file' ? 'ready' : 'missing', detail: null }, volume: null };
}
