/**
 * Reading numbers and text out of bytes that nobody has checked. A read that goes over the end gives 0 or '': every caller looks for a
 * signature first, and none of them is zero. Offsets may be anything, fractions and negative ones included.
 */
export function u8(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

export function u16le(bytes: Uint8Array, at: number): number {
  return u8(bytes, at) + u8(bytes, at + 1) * 0x100;
}

export function u32le(bytes: Uint8Array, at: number): number {
  return u16le(bytes, at) + u16le(bytes, at + 2) * 0x1_0000;
}

/** Above 2^53 the last bits are lost: nothing that large is a place in a file. */
export function u64le(bytes: Uint8Array, at: number): number {
  return u32le(bytes, at) + u32le(bytes, at + 4) * 0x1_0000_0000;
}

export function u16be(bytes: Uint8Array, at: number): number {
  return u8(bytes, at) * 0x100 + u8(bytes, at + 1);
}

export function u32be(bytes: Uint8Array, at: number): number {
  return u16be(bytes, at) * 0x1_0000 + u16be(bytes, at + 2);
}

export function u64be(bytes: Uint8Array, at: number): number {
  return u32be(bytes, at) * 0x1_0000_0000 + u32be(bytes, at + 4);
}

/** Are `length` bytes there from `at`? */
export function holds(bytes: Uint8Array, at: number, length: number): boolean {
  return at >= 0 && length >= 0 && at + length <= bytes.length;
}

/** Do the bytes from `at` spell this ASCII text? */
export function spells(bytes: Uint8Array, at: number, ascii: string): boolean {
  if (!holds(bytes, at, ascii.length)) return false;
  for (let i = 0; i < ascii.length; i += 1) if (bytes[at + i] !== ascii.charCodeAt(i)) return false;
  return true;
}

export function allZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to && at < bytes.length; at += 1) if (bytes[at] !== 0) return false;
  return true;
}

/** Control characters, halves of surrogate pairs, line separators, and characters that turn the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Text for people: each of those replaced by one mark. */
function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\uFFFD');
}

/** Text of at most `length` bytes up to the first NUL, as UTF-8 or, where it is none, as Latin-1. */
export function text(bytes: Uint8Array, at: number, length: number): string {
  let latin = '';
  let percent = '';
  for (let i = at; i < at + length && i < bytes.length; i += 1) {
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
export function text16(bytes: Uint8Array, at: number, length: number, read: typeof u16le): string {
  let result = '';
  for (let i = at; i + 1 < at + length && i + 1 < bytes.length; i += 2) {
    const unit = read(bytes, i);
    if (unit === 0) break;
    result += String.fromCharCode(unit);
  }
  return printable(result);
}

/** A GUID as EFI stores it (the first three fields little-endian), in its usual writing, lower case. */
export function guid(bytes: Uint8Array, at: number): string {
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
