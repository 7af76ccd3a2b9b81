/**
 * The images that a disk consists of, from its own to the deepest: the definition names some, each image names the one below it. Pure: the
 * host is asked by who calls this.
 */
import type { BackingChain } from './backing-chain.ts';
import type { DiskView, ImageLayer } from './types.ts';

/** What a host tells of one image, bytes. `allocation`: what it takes on the storage; `physical`: its length. null: not told. */
export interface ImageSizes {
  readonly capacity: number | null;
  readonly allocation: number | null;
  readonly physical: number | null;
}

/** A chain longer than this is beyond what QEMU is asked to open (libvirt: 200 layers). */
export const MAX_LAYERS = 200;

const NO_SIZES: ImageSizes = { capacity: null, allocation: null, physical: null };

/** The images that the definition tells of a disk, its own first; empty: it has none. `sizes`: as far down as the host told them. */
export function toldLayers(disk: DiskView, chain: BackingChain, sizes: readonly ImageSizes[]): ImageLayer[] {
  if (disk.source === null) return [];
  const images = [{ type: disk.sourceType, source: disk.source, format: ownFormat(disk) }, ...chain.images];
  return images.map((image, index) => ({
    ...image,
    ...(sizes[index] ?? NO_SIZES),
    told: 'definition',
    problem: null,
  }));
}

/** libvirt takes a disk without a format as raw; of a volume it asks the pool. */
export function ownFormat({ sourceType, format }: Pick<DiskView, 'sourceType' | 'format'>): string | null {
  return format === null && sourceType !== 'volume' ? 'raw' : format;
}

/**
 * May an image stand below this one, of which nobody has told? What is told to be raw stands on nothing, whatever its first bytes pretend:
 * a guest can write a header into its own raw disk.
 */
export const mayStandOnMore = ({ type, format }: ImageLayer): boolean =>
  format !== 'raw' && ['file', 'block', 'volume'].includes(type);

/** What an image's own header says of the one below it. */
export interface BackingNamed {
  /** As the image has it or as libvirt has resolved it: a path, a relative one, a URL, `json:{…}`. */
  readonly backingPath: string;
  /** null: not told. */
  readonly backingFormat: string | null;
}

/** `above`: the path of the image on the host, or null where it has none. */
export function layerBelow({ backingPath, backingFormat }: BackingNamed, above: string | null): ImageLayer {
  const layer = (type: string, source: string, problem: string | null = null): ImageLayer => ({
    ...{ type, source, format: backingFormat, ...NO_SIZES, told: 'host', problem },
  });
  const ofPath = (path: string) => layer(path.startsWith('/dev/') ? 'block' : 'file', plainPath(path));
  if (backingPath.startsWith('/')) return ofPath(backingPath);
  // QEMU's rule: a name with a colon before its first slash has a protocol.
  if (/^[^/]*:/.test(backingPath)) {
    const file = /^file:(?:\/\/)?(\/.*)$/s.exec(backingPath)?.[1];
    if (file !== undefined) return ofPath(file);
    if (/^(?:json|nbd|rbd|https?|ftps?|iscsi|gluster(?:\+\w+)?|ssh|nfs|sheepdog|vxhs):/.test(backingPath))
      return layer('network', backingPath);
  }
  if (above === null)
    return layer('file', backingPath, 'its name is a relative one, and relative to what is not known');
  return ofPath(`${above.slice(0, above.lastIndexOf('/'))}/${backingPath}`);
}

/** An absolute path without `.` and `..`, by which pools know files. */
function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Why the chain goes no further with this one, in words; null: it may. `above`: those above it, nearest last. */
export function chainProblem(layer: ImageLayer, above: readonly ImageLayer[]): string | null {
  if (above.some(({ source }) => source === layer.source))
    return 'it is above already: the chain goes in circles, and QEMU cannot open it';
  if (above.length >= MAX_LAYERS) return `the chain is longer than the ${MAX_LAYERS} images that libvirt opens`;
  return null;
}

/** Formats that a file's first bytes tell for sure. */
const CONTAINERS: readonly string[] = ['qcow', 'qcow2', 'qed', 'vmdk', 'vdi', 'vpc', 'vhdx', 'ploop'];

/** An image that is not what it is used as, in words; null: nothing speaks against it. `found`: the format that libvirt found in its first bytes. */
export function formatProblem(used: string | null, found: string | null): string | null {
  if (used === null || found === null || used === found) return null;
  if (used === 'raw' && CONTAINERS.includes(found))
    return `it is used as raw, and its first bytes are those of ${found}: the guest wrote them, or the definition is wrong`;
  if (CONTAINERS.includes(used) && (found === 'raw' || CONTAINERS.includes(found)))
    return `it is used as ${used}, and its first bytes are ${found === 'raw' ? 'of no such image' : `those of ${found}`}`;
  return null;
}
