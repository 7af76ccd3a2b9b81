/** The table at the end of `npm run test:faults`, and test-results/faults.json: a global set-up of vitest, for the sake of its end. */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER } from './table.ts';
import type { Figures, Tried } from './table.ts';

interface Row {
  readonly row: string;
  readonly tried: number;
  readonly survived: number;
  readonly lost: number;
  readonly figures: readonly string[];
}

/** Before the first file of a run. */
export function setup(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}

/** When all have ended. */
export function teardown(): void {
  const lines = existsSync(FOLDER) ? readdirSync(FOLDER).flatMap((name) => linesOf(join(FOLDER, name))) : [];
  const tried = lines.filter((line): line is Tried => 'problems' in line);
  const rows = rowsOf(lines);
  const seeds = [...new Set(tried.map(({ seed }) => seed))];
  const lost = tried.filter(({ problems }) => problems.length > 0);
  if (rows.length === 0) return;
  writeFileSync(`${FOLDER}.json`, `${JSON.stringify({ seeds, rows, lost, tried }, null, 2)}\n`);
  for (const { row, what, problems } of lost) console.log(`LOST  ${row} · ${what}\n      ${problems.join('\n      ')}`);
  console.log(`\n${tableOf(rows)}\nSALVOR_SEED=${seeds.join(', ')}`);
}

function linesOf(file: string): (Tried | Figures)[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Tried | Figures);
}

function rowsOf(lines: readonly (Tried | Figures)[]): Row[] {
  const names = [...new Set(lines.map(({ row }) => row))].sort();
  return names.map((row) => {
    const own = lines.filter((line) => line.row === row);
    const tried = own.filter((line) => 'problems' in line);
    const survived = tried.filter(({ problems }) => problems.length === 0).length;
    const figures = own.flatMap((line) => ('figures' in line ? [line.figures] : []));
    return { row, tried: tried.length, survived, lost: tried.length - survived, figures };
  });
}

function tableOf(rows: readonly Row[]): string {
  const sum = (key: 'tried' | 'survived' | 'lost') => rows.reduce((total, row) => total + row[key], 0);
  const total: Row = { row: 'all', tried: sum('tried'), survived: sum('survived'), lost: sum('lost'), figures: [] };
  const width = Math.max(...rows.map(({ row }) => row.length));
  const line = (cells: readonly (string | number)[]) =>
    cells.map((cell, place) => (place === 0 ? String(cell).padEnd(width) : String(cell).padStart(12))).join('  ');
  return [
    line(['', 'faults tried', 'survived', 'lost']),
    ...[...rows, total].flatMap(({ row, tried, survived, lost, figures }) => [
      line([row, tried, survived, lost]),
      ...figures.map((text) => `  ${text}`),
    ]),
  ].join('\n');
}
