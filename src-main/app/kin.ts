/** What a medium is to the guest's own disks where its name does not tell: the same file by another name, or an image that one stands on. */
import { backingChainOf } from '../../src-core/disks/backing-chain.ts';
import { rootDisk } from '../../src-core/disks/root-disk.ts';
import type { DiskView } from '../../src-core/disks/types.ts';
import type { MediumFacts } from '../../src-core/rescue/types.ts';
import { errorOf } from './errors.ts';
import type { MediumContext } from './medium-facts.ts';
import { mapLimited } from './patience.ts';
import { readVolumeXml } from './storage-xml.ts';
import type { VolumeView } from './storage-xml.ts';

/** How many calls may wait at once. */
const IN_FLIGHT = 4;
/** Layers that are asked for one after the other: a guess at the root's images is not worth more. */
const MAX_LAYERS = 16;

/**
 * Only what the host's pools know is compared, so that no folder has to be opened for it. A symbolic link has the times and the length
 * of the file it leads to: two files that were last changed in the same nanosecond, written in the same one and are equally long are one.
 */
export async function kinOf(context: MediumContext, path: string, volume: VolumeView): Promise<MediumFacts['kin']> {
  const own = context.domain.disks.filter(
    (disk) => disk.sourceType === 'file' && disk.source !== null && disk.source !== path && !disk.readonly,
  );
  const same = await mapLimited(own, IN_FLIGHT, async ({ target, source }) => {
    const other = await look(context, source ?? '');
    return other !== null && isSameFile(other, volume) ? target : null;
  });
  const target = same.find((found) => found !== null);
  if (target !== undefined) return { target, as: 'same-file' };
  const root = rootDisk(context.domain);
  return root !== null && (await imagesBelow(context, root)).includes(path)
    ? { target: root.target, as: 'base' }
    : null;
}

function isSameFile(a: VolumeView, b: VolumeView): boolean {
  if (a.path?.startsWith('/dev/') === true || a.modified === null || a.changed === null) return false;
  return a.modified === b.modified && a.changed === b.changed && a.physical === b.physical;
}

/** A file as a pool describes it; null: no pool knows it, or it cannot be asked. */
async function look({ hypervisor }: MediumContext, path: string): Promise<VolumeView | null> {
  try {
    const found = await hypervisor.examineVolume({ path }, 0);
    return found === null ? null : readVolumeXml(found.xml);
  } catch (error) {
    if (['libvirt', 'pool-not-found', 'permission-denied'].includes(errorOf(error).code)) return null;
    throw error;
  }
}

/** The images that a disk stands on: as it runs, as its definition has it, or as the pools read them. */
async function imagesBelow(context: MediumContext, { target, source, format: own }: DiskView): Promise<string[]> {
  const live = await context.xml.live();
  const told = backingChainOf(live ?? context.xml.definition, target);
  const images = told.images.map((image) => image.source);
  let format = told.images.at(-1)?.format ?? own ?? 'raw';
  let next = images.at(-1) ?? source;
  // What is told to be raw stands on nothing.
  while (!told.ends && format !== 'raw' && next?.startsWith('/') === true && images.length < MAX_LAYERS) {
    const image = await look(context, next);
    next = image?.backingPath ?? null;
    if (next === null || images.includes(next)) break;
    images.push(next);
    format = image?.backingFormat ?? 'raw';
  }
  return images;
}
