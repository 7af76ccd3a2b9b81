/** Reading as much of a medium as it takes to say what it is, and no more than READ_LIMIT bytes of it. */
import { createHash } from 'node:crypto';
import type { Part, Range } from '../../src-core/media/bytes.ts';
import { MAX_ROUNDS, nextRanges } from '../../src-core/media/reading.ts';
import { examine } from '../../src-core/media/recognise.ts';
import type { MediumContent } from '../../src-core/media/recognise.ts';
import type { HeadHash } from '../../src-core/rescue/types.ts';

export interface ReadMedium {
  readonly content: MediumContent;
  readonly hash: HeadHash;
}

/**
 * @param head its first bytes: what nextRanges asks for when nothing was read yet
 * @param size its length in bytes; null: not known
 * @param read gives those ranges, each as far as the medium reaches; null where they cannot be read: then the answer is by what was
 * @param enough is asked before each further read: no more is read once it says so
 */
export async function readMedium(
  head: Uint8Array,
  size: number | null,
  read: (ranges: readonly Range[]) => Promise<readonly Uint8Array[] | null>,
  enough: (content: MediumContent) => boolean = () => false,
): Promise<ReadMedium> {
  const parts: Part[] = [{ at: 0, bytes: head }];
  for (let round = 1; round < MAX_ROUNDS; round += 1) {
    const ranges = enough(examine(parts, size).content) ? [] : nextRanges(parts, size);
    const answers = ranges.length === 0 ? null : await read(ranges);
    if (answers === null) break;
    const found = ranges.map(({ at, length }, index) => ({ at, bytes: (answers[index] ?? NONE).subarray(0, length) }));
    // Where nothing new comes, asking again brings nothing new.
    if (found.every(({ bytes }) => bytes.length === 0)) break;
    parts.push(...found);
  }
  return { content: examine(parts, size).content, hash: hashOf(head) };
}

const NONE = new Uint8Array(0);

/** The hash of the first bytes of something. */
export function hashOf(head: Uint8Array): HeadHash {
  return { sha256: createHash('sha256').update(head).digest('hex'), bytes: head.length };
}
