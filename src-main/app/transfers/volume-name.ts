/** What a volume can be called. */
import { SalvorError } from '../../../src-core/contract/errors.ts';

/** Bytes: NAME_MAX of every file system that a host keeps pools on. */
const LONGEST = 255;

/** Why nothing can be called that, or null. Everything else is a name: spaces, quotes and marks of direction too. */
export function volumeNameProblem(name: string): SalvorError | null {
  const why = whyNot(name);
  return why === null ? null : new SalvorError('volume-name', { name, why });
}

function whyNot(name: string): string | null {
  if (name.trim() === '') return 'it is empty';
  if (name === '.' || name === '..') return 'that is a folder';
  if (name.includes('/')) return 'it holds a slash';
  if (/\p{Cc}/u.test(name)) return 'it holds a control character, such as a line break';
  // Halves of surrogate pairs, and U+FFFE and U+FFFF, which XML has no place for.
  if (/[\p{Cs}\uFFFE\uFFFF]/u.test(name)) return 'it holds something that is no character';
  const bytes = Buffer.byteLength(name);
  return bytes > LONGEST ? `it is ${String(bytes)} bytes long, and a file name has ${String(LONGEST)} at most` : null;
}
