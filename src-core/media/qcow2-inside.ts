/**
 * The disk inside a qcow2 image, as far as it can be read without unpacking (QEMU, docs/interop/qcow2.txt): its first bytes say whether
 * it boots, and which disk it is. Only what lies in the image itself: with a backing file, an external data file or encryption there is
 * no telling.
 */
import { holds, slice, u32be, u64be, u8, viewOf } from './bytes.ts';
import type { Bytes, Part, Range } from './bytes.ts';

const HEADER = 104;
const OFFSET_HIGH = 0x00ff_ffff;
const OFFSET_LOW = 0xffff_fe00;
const COMPRESSED_HIGH = 0x4000_0000;
const ZERO_LOW = 1;
/** Incompatible features: dirty and corrupt say nothing of the layout, compression type only of packed clusters; the rest does. */
const LAYOUT_FEATURES = 0xff - 0x01 - 0x02 - 0x08;
/** No more than this is looked for, and no more often: what is on the disk decides what is looked for. */
const MAX_RANGES = 32;
const MAX_RANGE = 128 * 1024;
const MAX_ROUNDS = 8;
/** What holds nearly every signature. */
const START: Range = { at: 0, length: 72 * 1024 };

interface Layout {
  readonly cluster: number;
  readonly l1: number;
  readonly l1Entries: number;
  readonly size: number;
}

function readLayout(bytes: Bytes): Layout | null {
  if (!holds(bytes, 0, HEADER)) return null;
  const version = u32be(bytes, 4);
  const bits = u32be(bytes, 20);
  const backed = u64be(bytes, 8) !== 0;
  const encrypted = u32be(bytes, 32) !== 0;
  const features = version >= 3 ? u8(bytes, 79) & LAYOUT_FEATURES : 0;
  const more = version >= 3 && (u32be(bytes, 72) !== 0 || u32be(bytes, 76) > 0xff);
  if (bits < 9 || bits > 21 || backed || encrypted || features !== 0 || more) return null;
  const layout = { cluster: 2 ** bits, l1: u64be(bytes, 40), l1Entries: u32be(bytes, 36), size: u64be(bytes, 24) };
  return layout.l1 === 0 || layout.l1Entries === 0 || !Number.isSafeInteger(layout.size) ? null : layout;
}

interface Entry {
  readonly offset: number;
  readonly high: number;
  readonly low: number;
}

/** An entry of a table; null: not read. */
function entryAt(bytes: Bytes, at: number): Entry | null {
  if (!holds(bytes, at, 8)) return null;
  const high = u32be(bytes, at);
  const low = u32be(bytes, at + 4);
  return { offset: (high & OFFSET_HIGH) * 2 ** 32 + ((low & OFFSET_LOW) >>> 0), high, low };
}

/** Bytes of the disk that lie in one cluster; null: not read, or packed. */
function piece(bytes: Bytes, { cluster, l1, l1Entries }: Layout, { at, length }: Range): Uint8Array | null {
  const index = Math.floor(at / cluster);
  const perTable = cluster / 8;
  const first = Math.floor(index / perTable);
  if (first >= l1Entries) return null;
  const table = entryAt(bytes, l1 + first * 8);
  if (table === null) return null;
  if (table.offset === 0) return new Uint8Array(length);
  const entry = entryAt(bytes, table.offset + (index % perTable) * 8);
  if (entry === null || (entry.high & COMPRESSED_HIGH) !== 0) return null;
  if (entry.offset === 0 || (entry.low & ZERO_LOW) !== 0) return new Uint8Array(length);
  return slice(bytes, entry.offset + (at % cluster), length);
}

/** A range of the disk as far as it can be read from its beginning: less than asked for where a cluster is missing. */
function readRange(bytes: Bytes, layout: Layout, range: Range): Uint8Array {
  const { cluster, size } = layout;
  const end = Math.min(range.at + range.length, size, range.at + MAX_RANGE);
  const found = new Uint8Array(Math.max(0, end - range.at));
  for (let from = range.at; from < end;) {
    const to = Math.min(end, (Math.floor(from / cluster) + 1) * cluster);
    const here = piece(bytes, layout, { at: from, length: to - from });
    if (here === null) return found.subarray(0, from - range.at);
    found.set(here, from - range.at);
    from = to;
  }
  return found;
}

/**
 * What `tell` says of the disk inside, given as much of it as it looks for; null: nothing of it can be read. What more of the image would
 * have to be read for that is noted as wanted of the image.
 */
export function insideQcow2<T>(bytes: Bytes, tell: (inside: Bytes) => T): T | null {
  const layout = readLayout(bytes);
  if (layout === null) return null;
  const parts: Part[] = [];
  let wanted: readonly Range[] = [START];
  let answer: T | null = null;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = wanted
      .slice(0, MAX_RANGES)
      .map((range) => ({ at: range.at, bytes: readRange(bytes, layout, range) }))
      .filter((part) => part.bytes.length > 0);
    if (found.length === 0) break;
    parts.push(...found);
    const inside = viewOf(parts, layout.size);
    answer = tell(inside);
    wanted = inside.wanted;
  }
  return answer;
}
