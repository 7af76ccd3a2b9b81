/** What a disk takes on its host: the one number that picture, table and command line tell of it. */

export interface ChainAllocation {
  /** Bytes that the disk's image and all below it take; null: nothing is known. */
  readonly bytes: number | null;
  /** How many images it is the sum of. */
  readonly images: number;
  /** The host told of each of them; else it is at least so much. */
  readonly complete: boolean;
}

interface Layered {
  /** Of its own image, bytes; null: not told. */
  readonly allocation: number | null;
  /** Its own image and those below, as far as they are known; empty: not read. */
  readonly layers: readonly { readonly allocation: number | null }[];
}

/** A disk's own image, and those that it stands on. */
export function chainAllocation({ allocation, layers }: Layered): ChainAllocation {
  const parts =
    layers.length === 0 ? [allocation] : layers.map((layer, at) => layer.allocation ?? (at === 0 ? allocation : null));
  const known = parts.filter((part) => part !== null);
  return {
    bytes: known.length === 0 ? null : known.reduce((sum, part) => sum + part, 0),
    images: Math.max(1, layers.length),
    complete: known.length === parts.length,
  };
}
