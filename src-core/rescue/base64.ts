/** Base64 (RFC 4648, section 4) of UTF-8 text: the core has neither Node's Buffer nor the window's btoa. */
import { utf8ToBytes } from '@noble/hashes/utils.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map(Array.from(ALPHABET, (letter, value) => [letter, value]));

/** The two letters of twelve bits. A definition can be megabytes long, and its preview is made at each click. */
const PAIRS = Array.from({ length: 4096 }, (_, bits) => ALPHABET.charAt(bits >> 6) + ALPHABET.charAt(bits & 63));

export function encodeBase64(text: string): string {
  const bytes = utf8ToBytes(text);
  const byte = (at: number) => bytes[at] ?? 0;
  const pair = (bits: number) => PAIRS[bits & 4095] ?? '';
  let letters = '';
  for (let at = 0; at < bytes.length; at += 3) {
    letters += pair((byte(at) << 4) | (byte(at + 1) >> 4)) + pair((byte(at + 1) << 8) | byte(at + 2));
  }
  const missing = (3 - (bytes.length % 3)) % 3;
  return letters.slice(0, letters.length - missing) + '='.repeat(missing);
}

/** The text again, or null where that is no base64 of UTF-8 text. White space between is left out, as base64 -d does with line breaks. */
export function decodeBase64(base64: string): string | null {
  const letters = base64.replace(/\s+/g, '');
  if (letters.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(letters)) return null;
  const bytes: number[] = [];
  for (let at = 0; at < letters.length; at += 4) {
    const value = (offset: number) => VALUES.get(letters.charAt(at + offset)) ?? 0;
    const bits = (value(0) << 18) | (value(1) << 12) | (value(2) << 6) | value(3);
    bytes.push(bits >> 16);
    if (letters.charAt(at + 2) !== '=') bytes.push((bits >> 8) & 255);
    if (letters.charAt(at + 3) !== '=') bytes.push(bits & 255);
  }
  return decodeUtf8(bytes);
}

/** How each byte is written for decodeURIComponent. */
const PERCENT = Array.from({ length: 256 }, (_, byte) =>
  byte < 128 && byte !== 37 ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`,
);

/** Strict: what is no UTF-8 (overlong forms and lone surrogates included) gives null. */
function decodeUtf8(bytes: readonly number[]): string | null {
  let percent = '';
  for (const byte of bytes) percent += PERCENT[byte] ?? '';
  try {
    return decodeURIComponent(percent);
  } catch {
    return null;
  }
}
