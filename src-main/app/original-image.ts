/**
 * The image that a guest's root disk was made from: the deepest one below it (RESCUE.md "Boot from volume"). Looked for in what the
 * guest runs from, then in its definition, then from image to image as the host's storage reads them.
 */
import { backingChainOf } from '../../src-core/disks/backing-chain.ts';
import type { BackingChain } from '../../src-core/disks/backing-chain.ts';
import { MAX_LAYERS, ownFormat } from '../../src-core/disks/image-layers.ts';
import { rootDisk } from '../../src-core/disks/root-disk.ts';
import type { DiskView } from '../../src-core/disks/types.ts';
import type { ExaminedVolume } from '../libvirt/port.ts';
import { errorOf } from './errors.ts';
import type { MediumContext } from './medium-facts.ts';
import { readVolumeXml } from './storage-xml.ts';
import { volumeNamed } from './volume-place.ts';

interface Layer {
  /** file, block, network, …; null: a path as an image names it, which may be either of the first two. */
  readonly type: string | null;
  readonly source: string;
  readonly format: string | null;
}

export type OriginalImage =
  | {
      readonly image: { readonly source: string; readonly format: string | null };
      readonly lookedAt: readonly string[];
    }
  /** `problem`: why the search ended, in words. */
  | { readonly image: null; readonly problem: string; readonly lookedAt: readonly string[] };

export async function originalImage(context: MediumContext): Promise<OriginalImage> {
  const root = rootDisk(context.domain);
  if (root?.source == null) return { image: null, problem: 'it has no root disk with an image', lookedAt: [] };
  const told = await toldChain(context, root);
  const layers: Layer[] = [{ type: root.sourceType, source: root.source, format: ownFormat(root) }, ...told.images];
  const answer = (problem: string): OriginalImage => ({ image: null, problem, lookedAt: layers.map(nameOf) });
  while (!told.ends) {
    const last = layers.at(-1);
    // What is told to be raw stands on nothing, whatever its first bytes pretend: only QEMU's own way down is followed.
    if (last === undefined || !isLocal(last) || last.format === 'raw') break;
    const below = await imageBelow(context, last);
    if (below.problem !== null) return answer(`${last.source}: ${below.problem}`);
    if (below.layer === null) break;
    if (layers.some(({ source }) => source === below.layer?.source))
      return answer(`the chain of images loops at ${below.layer.source}`);
    layers.push(below.layer);
    if (layers.length > MAX_LAYERS) return answer(`the chain of images is longer than ${MAX_LAYERS}`);
  }
  const deepest = layers.at(-1);
  if (deepest === undefined || layers.length === 1) return answer(whyAlone(root, told.ends));
  if (!isPath(deepest))
    return answer(`the deepest image, ${deepest.source}, is no file or device of the host, and cannot be attached`);
  return { image: { source: deepest.source, format: deepest.format }, lookedAt: layers.map(nameOf) };
}

const nameOf = ({ source }: Layer): string => source;
const isPath = ({ type, source }: Layer): boolean =>
  source.startsWith('/') && (type === null || type === 'file' || type === 'block');
const isLocal = (layer: Layer): boolean => isPath(layer) || layer.type === 'volume';

/** What runs knows its chain to the end; a definition has one where somebody wrote it down. */
async function toldChain({ xml }: MediumContext, { target }: DiskView): Promise<BackingChain> {
  const live = await xml.live();
  const running = live === null ? null : backingChainOf(live, target);
  return running !== null && (running.ends || running.images.length > 0)
    ? running
    : backingChainOf(xml.definition, target);
}

type Below =
  | { readonly layer: Layer | null; readonly problem: null }
  /** In words: why the image could not be looked into. */
  | { readonly layer: null; readonly problem: string };

/** The image that stands under this one, as the host's storage reads it; a null layer: none. */
async function imageBelow(context: MediumContext, layer: Layer): Promise<Below> {
  const found =
    layer.type === 'volume' ? await findVolume(context, layer.source) : await context.finder.find(layer.source, 0);
  if (found.volume === null) return { layer: null, problem: found.problem };
  const { backingPath, backingFormat } = readVolumeXml(found.volume.xml);
  return {
    layer: backingPath === null ? null : { type: null, source: backingPath, format: backingFormat },
    problem: null,
  };
}

/** `source`: as volumeNamed takes it. */
async function findVolume(
  { hypervisor }: MediumContext,
  source: string,
): Promise<{ volume: ExaminedVolume; problem: null } | { volume: null; problem: string }> {
  try {
    const volume = await hypervisor.examineVolume(volumeNamed(source), 0);
    return volume === null ? { volume, problem: 'the pool has no such volume' } : { volume, problem: null };
  } catch (error) {
    const { code, detail, message } = errorOf(error);
    if (code === 'pool-not-found') return { volume: null, problem: 'there is no such storage pool on the host' };
    // What libvirt says of the pool: not active, mostly.
    if (code === 'libvirt') return { volume: null, problem: detail ?? message };
    throw error;
  }
}

function whyAlone({ source, sourceType, format }: DiskView, ends: boolean): string {
  const disk = `its root disk ${source ?? ''}`;
  if (sourceType === 'network') return `${disk} is network storage, and what it was made from only that storage knows`;
  if (!['file', 'block', 'volume'].includes(sourceType))
    return `${disk} (${sourceType}) is no image that can stand on another`;
  const what = format === null ? '' : ` (${format})`;
  return `${disk}${what} stands on no other image${ends ? ', as the guest’s definition says' : ''}`;
}
