import type { DiffLine } from '../../../../src-core/domain-xml/line-diff.ts';

interface DiffTexts {
  readonly before: string;
  readonly after: string;
  readonly added: number;
  readonly removed: number;
}

/** The two texts that a diff was made from, and how many lines of each side are its own. */
export function diffTexts(lines: readonly DiffLine[]): DiffTexts {
  const of = (...kinds: readonly DiffLine['kind'][]) => lines.filter((line) => kinds.includes(line.kind));
  return {
    before: of('same', 'removed')
      .map((line) => line.text)
      .join('\n'),
    after: of('same', 'added')
      .map((line) => line.text)
      .join('\n'),
    added: of('added').length,
    removed: of('removed').length,
  };
}
