import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from './line-diff.ts';

/** Few different lines, so that many are equal. */
const text = fc
  .array(fc.constantFrom('', 'a', 'b', 'c', '  <disk>', '  </disk>'), { maxLength: 40 })
  .map((lines) => lines.join('\n'));

/** The length of the longest common subsequence, by the slow and simple table. */
function commonLength(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    for (const [j, y] of b.entries()) next.push(x === y ? (row[j] ?? 0) + 1 : Math.max(row[j + 1] ?? 0, next[j] ?? 0));
    row = next;
  }
  return row[b.length] ?? 0;
}

describe('diffLines, for any two texts', () => {
  it('gives both texts back', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), fc.oneof(text, fc.string()), (before, after) => {
        const lines = diffLines(before, after);
        const without = (kind: string): string =>
          lines
            .filter((line) => line.kind !== kind)
            .map((line) => line.text)
            .join('\n');
        expect(without('added')).toBe(before);
        expect(without('removed')).toBe(after);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps as many lines as can be kept', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const same = diffLines(before, after).filter((line) => line.kind === 'same').length;
        expect(same).toBe(commonLength(before.split('\n'), after.split('\n')));
      }),
      { numRuns: 500 },
    );
  });

  it('puts removed lines before added ones', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const kinds = diffLines(before, after).map((line) => line.kind);
        expect(kinds.some((kind, i) => kind === 'added' && kinds[i + 1] === 'removed')).toBe(false);
      }),
    );
  });
});
