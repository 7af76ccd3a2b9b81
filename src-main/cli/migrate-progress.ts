/** How a migration goes, on stderr: its steps, and a line of figures that is written over at a terminal. */
import type { MigrationProgress } from '../../src-core/migration/types.ts';
import { sentence } from '../../src-core/rescue/findings.ts';
import type { RunReport } from '../app/run.ts';
import { plain, tell } from './output.ts';
import { progress } from './progress.ts';
import type { Progress } from './progress.ts';
import { migrationProgressText } from './show-migration.ts';

/** How often a line is written where stderr is no terminal, in milliseconds. */
const LINE_MS = 10_000;
/** Columns of a terminal that does not tell how wide it is. */
const NARROW = 80;

export interface MigrationTelling extends Progress {
  readonly figures: (progress: MigrationProgress) => void;
  /** The phase that was told last; null: none yet. */
  readonly phase: () => MigrationProgress['phase'] | null;
}

export function tellMigration(quiet: boolean): MigrationTelling {
  const told = progress(quiet);
  // Before the plan is there, with all of its steps.
  told.report.steps([{ id: 'check', text: sentence('migrate-step-check').text }]);
  const live = process.stderr.isTTY;
  let phase: MigrationProgress['phase'] | null = null;
  let open = false;
  let at = 0;
  const endLine = () => {
    if (open) process.stderr.write('\n');
    open = false;
  };
  const report: RunReport = {
    ...told.report,
    step: (id, state) => {
      endLine();
      told.report.step(id, state);
    },
    // Notes of a migration say in words what the line says in figures.
    note: (id, note) => {
      if (phase === null) told.report.note(id, note);
    },
  };
  const figures = (now: MigrationProgress) => {
    const changed = now.phase !== phase;
    phase = now.phase;
    if (quiet || (!live && !changed && performance.now() - at < LINE_MS)) return;
    at = performance.now();
    const text = plain(migrationProgressText(now));
    if (!live) tell(`        ${text}`);
    else process.stderr.write(`\r\u001b[K        ${text.slice(0, (process.stderr.columns || NARROW) - 10)}`);
    open = live;
  };
  return { report, journalProblem: told.journalProblem, figures, phase: () => phase };
}
