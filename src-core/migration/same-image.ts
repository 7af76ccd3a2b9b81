/** Is what two hosts have under a name one image? A copy that is taken for the original costs the guest its data. */

/** An image as one host sees it. */
export interface SeenImage {
  /** file, block, … */
  readonly type: string;
  /** Bytes; null: not told. */
  readonly capacity: number | null;
  /** Seconds since 1970 of its last change (ctime), as libvirt writes them; null: not told. */
  readonly changed: string | null;
  /** Its first bytes; null: not read. */
  readonly head: Uint8Array | null;
}

/** So much a host may lag behind in what it knows of a file that another one writes (NFS: acregmax is 60 s). */
const LAG_SECONDS = 120;

/**
 * Looked at here, there, and here again: only what did not change meanwhile can be compared. `oneDevice`: both have one name that belongs to the
 * device itself.
 */
export function sameImage(
  before: SeenImage,
  there: SeenImage,
  after: SeenImage,
  oneDevice: boolean,
): 'same-bytes' | 'differs' | 'unknown' {
  if (before.head === null || there.head === null || after.head === null) return 'unknown';
  if (before.capacity !== there.capacity) return 'differs';
  if (!sameBytes(before.head, after.head)) return 'unknown';
  if (!sameBytes(before.head, there.head)) return 'differs';
  // The first bytes of a copy are the same, also of one that was never finished. A file that was copied was last changed at another moment; a
  // device's node tells nothing of the kind, and of a clone has the same name: only a name that belongs to the device itself tells.
  if (oneDevice) return 'same-bytes';
  const [first, then, last] = [before, there, after].map(changedAt);
  if (before.type !== 'file' || first == null || then == null || last == null) return 'unknown';
  if (first <= then && then <= last) return 'same-bytes';
  const lag = BigInt(LAG_SECONDS) * 1_000_000_000n;
  return then < first - lag || then > last + lag ? 'differs' : 'unknown';
}

/** Nanoseconds since 1970; null: not told. */
function changedAt({ changed }: SeenImage): bigint | null {
  const [, seconds, fraction = ''] = /^(\d{1,15})(?:\.(\d{1,9}))?$/.exec(changed ?? '') ?? [];
  return seconds === undefined ? null : BigInt(`${seconds}${fraction.padEnd(9, '0')}`);
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  // A callback for each of half a million bytes would be felt.
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false;
  return true;
}
