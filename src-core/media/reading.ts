import type { Part, Range } from './bytes.ts';
import { HEAD_LENGTH, examine } from './recognise.ts';

/** The most of a medium that is ever read, in bytes. */
export const READ_LIMIT = 1_000_000;
/** How often it is asked for more: each time is a few round trips to the host. */
export const MAX_ROUNDS = 8;
/** What is asked for is widened to whole blocks of this size: the next thing looked for often stands beside it. */
const BLOCK = 16 * 1024;

/**
 * Which ranges of a medium to read next, given what was read of it so far; empty: no more is needed, or no more may be read. A caller
 * reads what is asked, adds it to the parts, and asks again, at most MAX_ROUNDS times. All answers together ask for no more than
 * READ_LIMIT bytes, whatever the medium holds.
 * @param size length of the medium in bytes, or null: not known
 */
export function nextRanges(parts: readonly Part[], size: number | null): Range[] {
  if (size === 0) return [];
  if (parts.length === 0) return [{ at: 0, length: Math.min(HEAD_LENGTH, size ?? HEAD_LENGTH) }];
  const end = size ?? Infinity;
  let left = READ_LIMIT - parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const ranges: Range[] = [];
  for (const { at, length } of merged(examine(parts, size).wanted)) {
    for (const gap of gaps({ at, length: Math.min(at + length, end) - at }, parts)) {
      if (gap.length > left) return ranges;
      left -= gap.length;
      ranges.push(gap);
    }
  }
  return ranges;
}

/** Widened to whole blocks, in the order of their places, those that touch made one. */
function merged(wanted: readonly Range[]): Range[] {
  const blocks = wanted
    .map(({ at, length }) => {
      const from = Math.floor(at / BLOCK) * BLOCK;
      return { at: from, length: Math.ceil((at + length) / BLOCK) * BLOCK - from };
    })
    .sort((a, b) => a.at - b.at);
  const joined: Range[] = [];
  for (const block of blocks) {
    const last = joined.at(-1);
    if (last !== undefined && block.at <= last.at + last.length)
      joined[joined.length - 1] = { at: last.at, length: Math.max(last.length, block.at + block.length - last.at) };
    else joined.push(block);
  }
  return joined;
}

/** What of a range no part covers. */
function gaps(range: Range, parts: readonly Part[]): Range[] {
  let open: Range[] = range.length > 0 ? [range] : [];
  for (const { at, bytes } of parts) {
    const end = at + bytes.length;
    open = open.flatMap((piece) => {
      const stop = piece.at + piece.length;
      if (end <= piece.at || at >= stop) return [piece];
      return [
        { at: piece.at, length: at - piece.at },
        { at: end, length: stop - end },
      ].filter(({ length }) => length > 0);
    });
  }
  return open;
}
