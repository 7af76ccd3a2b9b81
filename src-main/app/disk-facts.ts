/** What a host tells of a machine's disks beyond its definition: the images below, their sizes, labels, and who else has them open. */
import { backingChainsOf } from '../../src-core/disks/backing-chain.ts';
import type { BackingChain } from '../../src-core/disks/backing-chain.ts';
import {
  chainProblem,
  formatProblem,
  layerBelow,
  mayStandOnMore,
  toldLayers,
} from '../../src-core/disks/image-layers.ts';
import type { ImageSizes } from '../../src-core/disks/image-layers.ts';
import type { DiskView, ImageLayer } from '../../src-core/disks/types.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import type { MediumContent } from '../../src-core/media/recognise.ts';
import type { DiskUser } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { looks, usersElsewhere, usersHere } from './disk-users.ts';
import type { Elsewhere } from './disk-users.ts';
import { mapLimited } from './patience.ts';
import { readMedium } from './read-medium.ts';
import type { StorageLooks } from './storage-looks.ts';
import { placeOf } from './volume-place.ts';

/** By target, the sizes of each disk's images as far down as the host knew them, its own first. */
export type Sizes = ReadonlyMap<string, readonly ImageSizes[]>;

/** How many disks are asked about at once where each takes a call. */
const AT_ONCE = 2;

/** The sizes of a disk's images in one call, or, where the driver has none such, those of each disk's own image. Rejects with domain-not-found. */
export async function readSizes(
  hypervisor: Hypervisor,
  uuid: string,
  view: DomainView,
  { ask }: StorageLooks,
): Promise<Sizes> {
  const told = await ask(() => hypervisor.imageSizes(uuid));
  if (told === null || told.size > 0) return told ?? new Map();
  const own = view.disks.filter(({ source, target }) => source !== null && target !== '');
  const sizes = await mapLimited(own, AT_ONCE, async ({ target }) => {
    const size = await ask(() => hypervisor.blockSizes(uuid, target));
    return [target, size === null ? [] : [size]] as const;
  });
  return new Map(sizes);
}

/** A definition, or what runs, read. */
export interface ReadXml {
  readonly xml: string;
  readonly view: DomainView;
  readonly chains: ReadonlyMap<string, BackingChain>;
}

/** Throws XmlProblem. */
export function readXml(xml: string): ReadXml {
  return { xml, view: parseDomain(xml), chains: backingChainsOf(xml) };
}

const NO_CHAIN: BackingChain = { images: [], ends: false };

/** The images of a disk as far as the definition, or what runs, tells them. */
export function definedLayers({ chains }: ReadXml, disk: DiskView, sizes: Sizes): ImageLayer[] {
  return toldLayers(disk, chains.get(disk.target) ?? NO_CHAIN, sizes.get(disk.target) ?? []);
}

/** The same to the end of the chain, as the host's pools read the images. */
export function wholeLayers(read: ReadXml, disk: DiskView, sizes: Sizes, storage: StorageLooks): Promise<ImageLayer[]> {
  return followed(definedLayers(read, disk, sizes), read.chains.get(disk.target)?.ends ?? false, storage);
}

/** `ends`: nothing follows the last of those that are told. */
async function followed(told: readonly ImageLayer[], ends: boolean, storage: StorageLooks): Promise<ImageLayer[]> {
  const layers: ImageLayer[] = [];
  const waiting = [...told];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const problem = chainProblem(next, layers);
    if (problem !== null) return [...layers, { ...next, problem }];
    const isLast = waiting.length === 0;
    const { layer, below } = await looked(next, isLast && !ends, storage);
    layers.push(layer);
    if (isLast && below !== null) waiting.push(below);
  }
  return layers;
}

/** One image with what its pool tells, and the one below it where that is asked for. */
async function looked(
  layer: ImageLayer,
  onward: boolean,
  storage: StorageLooks,
): Promise<{ layer: ImageLayer; below: ImageLayer | null }> {
  const place = placeOf(layer.type, layer.source);
  const wanted = layer.allocation === null || (onward && mayStandOnMore(layer));
  if (place === null || !wanted || layer.problem !== null) return { layer, below: null };
  const { volume, problem } = await storage.volume(place);
  if (volume === null) return { layer: { ...layer, problem }, below: null };
  const format = layer.format ?? volume.format;
  const seen = {
    ...layer,
    // A path that an image names may be a file or a device: that is known only now.
    type: layer.told === 'host' && volume.type === 'block' ? 'block' : layer.type,
    format,
    capacity: layer.capacity ?? volume.capacity,
    allocation: layer.allocation ?? volume.allocation,
    physical: layer.physical ?? volume.physical,
    // A logical volume's pool does not look at its content.
    problem: volume.type === 'file' ? formatProblem(layer.format, volume.format) : null,
  };
  const { backingPath, backingFormat } = volume;
  const goesOn = onward && backingPath !== null && seen.problem === null && mayStandOnMore(seen);
  const above = 'path' in place ? place.path : volume.path;
  return { layer: seen, below: goesOn ? layerBelow({ backingPath, backingFormat }, above) : null };
}

/** An ISO's label stands behind 32 KiB, and all others before. */
const LABEL_HEAD = 64 * 1024;
/** Only an image has its content elsewhere than in front. */
const isSeen = ({ kind, label }: MediumContent): boolean => kind !== 'image' || label !== null;

/** The label of the file system that fills a disk; null: none, or it cannot be read. */
export function readLabel(hypervisor: Hypervisor, disk: DiskView, { ask }: StorageLooks): Promise<string | null> {
  return ask(() => labelOf(hypervisor, disk));
}

async function labelOf(hypervisor: Hypervisor, { sourceType, source }: DiskView): Promise<string | null> {
  const place = source === null ? null : placeOf(sourceType, source);
  const volume = place === null ? null : await hypervisor.examineVolume(place, LABEL_HEAD);
  if (place === null || volume?.head == null) return null;
  const read = (ranges: Parameters<Hypervisor['readVolume']>[1]) => hypervisor.readVolume(place, ranges);
  const { content } = await readMedium(volume.head, null, read, isSeen);
  return content.kind === 'iso9660' || content.kind === 'filesystem' || content.kind === 'image' ? content.label : null;
}

/** Running domains elsewhere that have its disks open; none: nobody, or the host did not say. */
export async function otherUsers(
  hypervisor: Hypervisor,
  uuid: string,
  view: DomainView,
  elsewhere: readonly Elsewhere[],
  { ask }: StorageLooks,
): Promise<readonly DiskUser[]> {
  const found = await ask(async () => {
    const running = await hypervisor.runningDisks();
    const [here, there] = await Promise.all([
      usersHere(hypervisor, uuid, view, running, looks(hypervisor, 'live')),
      usersElsewhere(uuid, view, running, elsewhere),
    ]);
    return [...here, ...there];
  });
  return found ?? [];
}
