import { journalNote } from '../app/recording.ts';
import type { RunReport } from '../app/run.ts';
import { plain, tell } from './output.ts';

export interface Progress {
  readonly report: RunReport;
  /** Why the journal of the run lacks records; null: it does not. */
  readonly journalProblem: () => string | null;
}

/**
 * `check`: the first step, in words, which is told before the plan that has its own. Steps go to stderr as they begin and end, in the words that they began with, and
 * what a step waits for when that changes (not each second of it); with --json neither does.
 */
export function progress(quiet: boolean, check = 'Check the domain, the medium and the host'): Progress {
  const texts = new Map([['check', check]]);
  let journalProblem: string | null = null;
  let told = '';
  const running = new Set<string>();
  const report: RunReport = {
    steps: (steps) => {
      for (const { id, text } of steps) if (!running.has(id)) texts.set(id, text);
    },
    step: (id, state) => {
      const isTold = state === 'running' && running.has(id);
      if (state === 'running') running.add(id);
      else running.delete(id);
      if (!quiet && state !== 'pending' && !isTold) tell(`${state.padEnd(7)} ${plain(texts.get(id) ?? id)}`);
    },
    note: (_id, note) => {
      const kind = (note ?? '').replace(/\d+/g, '');
      if (!quiet && note !== null && kind !== told) tell(`        ${plain(note)}`);
      told = kind;
    },
    cancellable: () => undefined,
    journalIncomplete: (problem) => {
      journalProblem = problem;
      tell(`salvor: ${plain(journalNote(problem))}`);
    },
  };
  return { report, journalProblem: () => journalProblem };
}
