/**
 * Reading numbers and text out of bytes that nobody has checked, of which only some parts were read. A read of what is not there gives
 * 0 or '': every caller looks for a signature first, and none of them is zero. Offsets may be anything, fractions and negative ones included.
 */

/** A run of bytes and where in the medium it begins. */
export interface Part {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** A place in the medium, in bytes. */
export interface Range {
  readonly at: number;
  readonly length: number;
}

/** A medium as far as it was read. */
export interface Bytes {
  /** In the order of their places, none touching another. */
  readonly parts: readonly Part[];
  /** Length of the medium; Infinity: not known. */
  readonly end: number;
  /** What was looked for inside the medium and has not been read: noted by holds(). */
  readonly wanted: Range[];
}

/** The parts of a medium as one. Parts may overlap and come in any order; what lies behind `size` is left out. */
export function viewOf(parts: readonly Part[], size: number | null): Bytes {
  const end = size ?? Infinity;
  const joined: Part[] = [];
  for (const part of [...parts].sort((a, b) => a.at - b.at)) {
    const last = joined.at(-1);
    const inside = part.at + part.bytes.length > end ? part.bytes.subarray(0, Math.max(0, end - part.at)) : part.bytes;
    const lastEnd = last === undefined ? -1 : last.at + last.bytes.length;
    if (last !== undefined && part.at <= lastEnd) {
      const more = inside.subarray(Math.min(inside.length, lastEnd - part.at));
      if (more.length > 0) joined[joined.length - 1] = { at: last.at, bytes: concatenated(last.bytes, more) };
    } else if (inside.length > 0) joined.push({ at: part.at, bytes: inside });
  }
  return { parts: joined, end, wanted: [] };
}

function concatenated(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** The part that has the byte at this place. */
function partAt({ parts }: Bytes, at: number): Part | undefined {
  for (const part of parts) if (at >= part.at && at < part.at + part.bytes.length) return part;
  return undefined;
}

export function u8(bytes: Bytes, at: number): number {
  const part = partAt(bytes, at);
  return part?.bytes[at - part.at] ?? 0;
}

export function u16le(bytes: Bytes, at: number): number {
  return u8(bytes, at) + u8(bytes, at + 1) * 0x100;
}

export function u32le(bytes: Bytes, at: number): number {
  return u16le(bytes, at) + u16le(bytes, at + 2) * 0x1_0000;
}

/** Above 2^53 the last bits are lost: nothing that large is a place in a file. */
export function u64le(bytes: Bytes, at: number): number {
  return u32le(bytes, at) + u32le(bytes, at + 4) * 0x1_0000_0000;
}

export function u16be(bytes: Bytes, at: number): number {
  return u8(bytes, at) * 0x100 + u8(bytes, at + 1);
}

export function u32be(bytes: Bytes, at: number): number {
  return u16be(bytes, at) * 0x1_0000 + u16be(bytes, at + 2);
}

export function u64be(bytes: Bytes, at: number): number {
  return u32be(bytes, at) * 0x1_0000_0000 + u32be(bytes, at + 4);
}

/** Are `length` bytes there from `at`? Those that the medium has and that were not read are noted as wanted. */
export function holds(bytes: Bytes, at: number, length: number): boolean {
  if (!(at >= 0 && length >= 0 && at + length <= bytes.end)) return false;
  const part = partAt(bytes, at);
  if (length === 0 || (part !== undefined && at + length <= part.at + part.bytes.length)) return true;
  if (Number.isSafeInteger(at + length)) bytes.wanted.push({ at, length });
  return false;
}

/** The same for as many of `length` bytes as the medium has; false where it has none there. */
export function holdsWhatIsThere(bytes: Bytes, at: number, length: number): boolean {
  return at < bytes.end && holds(bytes, at, Math.min(length, bytes.end - at));
}

/** `length` bytes from `at`; null where they are not all there, noted as holds() does. */
export function slice(bytes: Bytes, at: number, length: number): Uint8Array | null {
  if (!holds(bytes, at, length)) return null;
  const part = partAt(bytes, at);
  return part?.bytes.subarray(at - part.at, at - part.at + length) ?? new Uint8Array(0);
}

/** Do the bytes from `at` spell this ASCII text? */
export function spells(bytes: Bytes, at: number, ascii: string): boolean {
  if (!holds(bytes, at, ascii.length)) return false;
  for (let i = 0; i < ascii.length; i += 1) if (u8(bytes, at + i) !== ascii.charCodeAt(i)) return false;
  return true;
}

/** Is there nothing but zeros in what was read from `from` to `to`? */
export function allZero({ parts }: Bytes, from: number, to: number): boolean {
  for (const part of parts) {
    const stop = Math.min(to - part.at, part.bytes.length);
    for (let at = Math.max(0, from - part.at); at < stop; at += 1) if (part.bytes[at] !== 0) return false;
  }
  return true;
}

/** Control characters, halves of surrogate pairs, line separators, and characters that turn the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Text for people: each of those replaced by one mark. */
function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\uFFFD');
}

/** Text of at most `length` bytes up to the first NUL, as UTF-8 or, where it is none, as Latin-1. */
export function text(bytes: Bytes, at: number, length: number): string {
  let latin = '';
  let percent = '';
  for (let i = at; i < at + length; i += 1) {
    const byte = u8(bytes, i);
    if (byte === 0) break;
    latin += String.fromCharCode(byte);
    percent += `%${byte.toString(16).padStart(2, '0')}`;
  }
  // The core has no TextDecoder: its library is the language alone.
  try {
    return printable(decodeURIComponent(percent));
  } catch {
    return printable(latin);
  }
}

/** UTF-16 text of at most `length` bytes up to the first NUL. */
export function text16(bytes: Bytes, at: number, length: number, read: typeof u16le): string {
  let result = '';
  for (let i = at; i + 1 < at + length; i += 2) {
    const unit = read(bytes, i);
    if (unit === 0) break;
    result += String.fromCharCode(unit);
  }
  return printable(result);
}

/** A GUID as EFI stores it (the first three fields little-endian), in its usual writing, lower case. */
export function guid(bytes: Bytes, at: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  const tail = [10, 11, 12, 13, 14, 15].map((i) => hex(u8(bytes, at + i), 2)).join('');
  return [
    hex(u32le(bytes, at), 8),
    hex(u16le(bytes, at + 4), 4),
    hex(u16le(bytes, at + 6), 4),
    hex(u16be(bytes, at + 8), 4),
    tail,
  ].join('-');
}

/** Trimmed text, or null where nothing is left. */
export function orNull(value: string): string | null {
  const trimmed = value.trim();
  return trimmed === '' ? null : trimmed;
}
