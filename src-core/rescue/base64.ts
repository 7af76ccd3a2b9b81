/** Base64 (RFC 4648, section 4) of UTF-8 text: the core has neither Node's Buffer nor the window's btoa. */
import { utf8ToBytes } from '@noble/hashes/utils.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map(Array.from(ALPHABET, (letter, value) => [letter, value]));

export function encodeBase64(text: string): string {
  const bytes = utf8ToBytes(text);
  const letter = (value: number) => ALPHABET.charAt(value & 63);
  const out: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const left = bytes.length - at;
    out.push(
      letter(a >> 2),
      letter((a << 4) | (b >> 4)),
      left > 1 ? letter((b << 2) | (c >> 6)) : '=',
      left > 2 ? letter(c) : '=',
    );
  }
  return out.join('');
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

/** Strict: what is no UTF-8 (overlong forms and lone surrogates included) gives null. */
function decodeUtf8(bytes: readonly number[]): string | null {
  const percent = bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  try {
    return decodeURIComponent(percent);
  } catch {
    return null;
  }
}
