/** What the command line prints. Names and paths come from strangers: control characters never reach the terminal. */
import type { ErrorData } from '../../src-core/contract/errors.ts';
import { plain, plainLines } from '../../src-core/plain-text.ts';

export { plain, plainLines };

export const EXIT = { done: 0, failed: 1, refused: 2, usage: 64 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

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

/** An error for people: what happened, what is unchanged, what to do next. */
export function errorText(error: ErrorData): string {
  const lines = [`salvor: ${error.message}`];
  if (error.detail !== null) lines.push(`  reason:    ${error.detail}`);
  return plainLines([...lines, `  unchanged: ${error.unchanged}`, `  next:      ${error.next}`].join('\n'));
}

export function exitOf({ code }: ErrorData): Exit {
  if (code === 'usage') return EXIT.usage;
  return code === 'refused' ? EXIT.refused : EXIT.failed;
}
