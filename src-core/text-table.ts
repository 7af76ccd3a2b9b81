import { plain } from './plain-text.ts';

/** Aligned columns, two spaces apart; a null is shown as “-”. The last column is not padded. */
export function table(
  header: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
  indent = '',
): string {
  const cells = [header, ...rows].map((row) =>
    row.map((cell) => (cell === null || cell === '' ? '-' : plain(String(cell)))),
  );
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map(
      (row) =>
        `${indent}${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ')}`,
    )
    .join('\n');
}
