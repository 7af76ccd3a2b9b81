import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';

interface ChainAllocation {
  /** Bytes that the disk's image and all below it take; null: nothing is known. */
  readonly bytes: number | null;
  /** How many images it is the sum of. */
  readonly images: number;
  /** The host told of each of them. */
  readonly complete: boolean;
}

/** What a disk really takes on its host: its own image, and those that it stands on. */
export function chainAllocation({ allocation, layers }: MachineDisk): ChainAllocation {
  const parts =
    layers.length === 0 ? [allocation] : layers.map((layer, at) => layer.allocation ?? (at === 0 ? allocation : null));
  const known = parts.filter((part) => part !== null);
  return {
    bytes: known.length === 0 ? null : known.reduce((sum, part) => sum + part, 0),
    images: Math.max(1, layers.length),
    complete: known.length === parts.length,
  };
}

/** How much of a disk's size is allocated, from 0 to 1; null where either is not known. */
export function allocatedShare(disk: MachineDisk): number | null {
  const { bytes } = chainAllocation(disk);
  if (bytes === null || disk.capacity === null || disk.capacity <= 0) return null;
  return Math.min(1, bytes / disk.capacity);
}
