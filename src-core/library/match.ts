/** Is what a host has there the medium that the library means? */
import { sizeText } from '../rescue/size-text.ts';
import type { HeadHash, MediumFacts } from '../rescue/types.ts';
import type { LibraryMedium } from './types.ts';

/** What a look at a host found. */
export type Found = Pick<MediumFacts, 'size' | 'hash'>;

export interface Match {
  readonly state: 'here' | 'other';
  /** A sentence: what was compared. */
  readonly why: string;
  /** How many things both sides knew. */
  readonly compared: number;
}

/** Size and bytes of a medium as one place tells them: of a kernel, those of the kernel itself. */
export function foundOf({ size, hash, bootFiles }: MediumFacts): Found {
  const [kernel] = bootFiles;
  return kernel === undefined ? { size, hash } : { size: kernel.size, hash: kernel.hash };
}

/** Bytes that it should have; null: nobody said. */
function expectedSize({ whole, told, seen }: LibraryMedium): number | null {
  return whole?.bytes ?? seen?.size ?? told?.size ?? null;
}

/** The hash that the first `bytes` bytes should have; null: of so many nobody knows. */
function expectedHash({ whole, told, seen }: LibraryMedium, bytes: number): string | null {
  if (seen?.hash?.bytes === bytes) return seen.hash.sha256;
  if (whole?.bytes === bytes) return whole.sha256;
  return told?.size === bytes && told.hash?.algorithm === 'sha256' ? told.hash.value : null;
}

function hashWords({ bytes }: HeadHash, size: number | null): string {
  return bytes === size ? 'the hash of all its bytes' : `the hash of its first ${sizeText(bytes)}`;
}

/** Compare what both sides know: the size, and the hash of the first bytes (of all of them where there are no more). */
export function matchMedium(medium: LibraryMedium, found: Found): Match {
  const size = expectedSize(medium);
  const sizes = size !== null && found.size !== null;
  if (sizes && size !== found.size)
    return {
      state: 'other',
      why: `Something of its name is there, and another one: ${exactSize(found.size)}, where the library has ${exactSize(size)}.`,
      compared: 1,
    };
  const hash = found.hash === null ? null : expectedHash(medium, found.hash.bytes);
  const hashes = found.hash !== null && hash !== null;
  if (hashes && hash !== found.hash.sha256)
    return {
      state: 'other',
      why: `Something of its name is there, and another one: ${hashWords(found.hash, found.size)} is not that of the library.`,
      compared: 2,
    };
  const alike = [...(sizes ? ['its size'] : []), ...(hashes ? [hashWords(found.hash, found.size)] : [])];
  return { state: 'here', why: hereWhy(alike), compared: alike.length };
}

function hereWhy(alike: readonly string[]): string {
  const [first, second] = alike;
  if (first === undefined) return 'It is there under its name; the library knows neither size nor hash to compare.';
  const what = second === undefined ? `${first} is` : `${first} and ${second} are`;
  return `It is there: ${what} as in the library.`;
}

/** Two sizes that differ by a byte must not read the same. */
function exactSize(bytes: number): string {
  return bytes < 1024 ? sizeText(bytes) : `${sizeText(bytes)} (${bytes} bytes)`;
}
