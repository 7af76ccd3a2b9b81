/** What was tried and what became of it, kept in test-results/faults for the table at the end (print-table.ts). */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const FOLDER = join(import.meta.dirname, '../../test-results/faults');

/** One fault that was tried. */
export interface Tried {
  readonly row: string;
  /** What exactly, to find it again under the seed. */
  readonly what: string;
  readonly seed: number;
  readonly seconds: number;
  /** Empty: survived. */
  readonly problems: readonly string[];
  /** What the recovery did, step by step. */
  readonly trail: readonly string[];
  /** Where something was lost: all that helps to repair it. */
  readonly dump: string | null;
}

/** Figures of a row that are no faults: memory, descriptors. */
export interface Figures {
  readonly row: string;
  readonly figures: string;
}

const file = join(FOLDER, `${String(process.pid)}.jsonl`);

function write(line: Tried | Figures): void {
  mkdirSync(FOLDER, { recursive: true });
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

export function tell(tried: Tried): void {
  write(tried);
  const { row, what, seconds, problems, trail } = tried;
  const verdict = problems.length === 0 ? 'survived' : 'LOST';
  console.log(`${verdict.padEnd(8)} ${row} · ${what} (${seconds.toFixed(1)} s)`);
  if (problems.length > 0) console.log([...problems, ...trail].map((line) => `           ${line}`).join('\n'));
}

export function tellFigures(row: string, figures: string): void {
  write({ row, figures });
  console.log(`${row}: ${figures}`);
}
