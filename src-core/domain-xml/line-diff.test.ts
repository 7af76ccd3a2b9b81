import { describe, expect, it } from 'vitest';
import { diffLines } from './line-diff.ts';

const marks = { same: ' ', added: '+', removed: '-' } as const;
const show = (before: string, after: string): string[] =>
  diffLines(before, after).map((line) => marks[line.kind] + line.text);

describe('diffLines', () => {
  it.each([
    ['equal texts', 'a\nb', 'a\nb', [' a', ' b']],
    ['two empty texts', '', '', [' ']],
    ['a line in the middle', 'a\nc', 'a\nb\nc', [' a', '+b', ' c']],
    ['a line at the end', 'a', 'a\nb', [' a', '+b']],
    ['a line at the start', 'b', 'a\nb', ['+a', ' b']],
    ['a removed line', 'a\nb\nc', 'a\nc', [' a', '-b', ' c']],
    ['replaced lines: removed ones first', 'a\nb\nc\nd', 'a\nx\ny\nd', [' a', '-b', '-c', '+x', '+y', ' d']],
    ['two changes apart', 'a\nb\nc\nd\ne', 'a\nB\nc\nd\nE', [' a', '-b', '+B', ' c', ' d', '-e', '+E']],
    ['everything', 'a\nb', 'c', ['-a', '-b', '+c']],
    ['a final line break', 'a', 'a\n', [' a', '+']],
    ['repeated lines', 'x\nx', 'x\nx\nx', [' x', ' x', '+x']],
  ])('%s', (_name, before, after, expected) => {
    expect(show(before, after)).toEqual(expected);
  });

  it("shows Myers' own example in five changes", () => {
    const lines = diffLines('a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc');
    expect(lines.filter((line) => line.kind !== 'same')).toHaveLength(5);
  });

  it('shows a rescue as the lines it changes and no more', () => {
    const before = [
      '<domain>',
      '  <os>',
      "    <boot dev='hd'/>",
      '  </os>',
      '  <devices>',
      "    <disk target='vda'/>",
      '  </devices>',
      '</domain>',
    ];
    const after = [
      ...before.slice(0, 2),
      ...before.slice(3, 5),
      "    <disk target='vda' order='2'/>",
      "    <disk target='sda' order='1'/>",
      ...before.slice(6),
    ];
    expect(show(before.join('\n'), after.join('\n')).filter((line) => !line.startsWith(' '))).toEqual([
      "-    <boot dev='hd'/>",
      "-    <disk target='vda'/>",
      "+    <disk target='vda' order='2'/>",
      "+    <disk target='sda' order='1'/>",
    ]);
  });

  it('gives up on the fewest changes, not on being right, when nearly everything differs', () => {
    const before = Array.from({ length: 3000 }, (_, i) => `before ${i}`).join('\n');
    const after = Array.from({ length: 3000 }, (_, i) => (i === 1500 ? 'before 7' : `after ${i}`)).join('\n');
    const lines = diffLines(before, after);
    expect(lines).toHaveLength(5999);
    expect(lines.filter((line) => line.kind === 'same')).toEqual([{ kind: 'same', text: 'before 7' }]);
  });

  it('shows a change in each of a thousand disks as that', () => {
    const disks = (order: (i: number) => number) =>
      Array.from({ length: 1000 }, (_, i) =>
        ['<disk>', `  <target dev='sd${i}'/>`, `  <boot order='${order(i)}'/>`, '</disk>'].join('\n'),
      ).join('\n');
    const lines = diffLines(
      disks((i) => i + 1),
      disks((i) => i + 2),
    );
    const kinds = (kind: string) => lines.filter((line) => line.kind === kind).map(({ text }) => text.trim());
    expect(kinds('same')).toHaveLength(3000);
    expect(kinds('added')).toEqual(Array.from({ length: 1000 }, (_, i) => `<boot order='${i + 2}'/>`));
  });
});
