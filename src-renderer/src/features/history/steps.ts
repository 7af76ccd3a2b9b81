/** What the records of an operation tell of its steps. */
import type { JournalEntry, RecordedState } from '../../../../src-core/journal/types.ts';

export interface StepAccount {
  readonly id: string;
  readonly text: string;
  /** `pending`: it was not begun. */
  readonly state: RecordedState | 'pending';
  readonly began: string | null;
  /** Milliseconds until it had ended; null: it was not seen to, or the clock went backwards. */
  readonly took: number | null;
}

/** The steps in the order they were planned in, each as its last record leaves it; then those that nobody planned, of a later run. */
export function stepAccounts({ began, records }: JournalEntry): readonly StepAccount[] {
  const planned = new Set(began.steps.map(({ id }) => id));
  const others = records.flatMap((record) => (record.type === 'step' && !planned.has(record.id) ? [record.id] : []));
  const steps = [...began.steps, ...[...new Set(others)].map((id) => ({ id, text: id }))];
  return steps.map(({ id, text }) => {
    const own = records.filter((record) => record.type === 'step' && record.id === id);
    const last = own.findLast((record) => record.type === 'step');
    const first = own.find((record) => record.type === 'step' && record.state === 'running') ?? own[0];
    const state = last?.type === 'step' ? last.state : 'pending';
    return {
      id,
      text,
      state,
      began: first?.at ?? null,
      took: state === 'running' ? null : between(first?.at, last?.at),
    };
  });
}

function between(from: string | undefined, to: string | undefined): number | null {
  if (from === undefined || to === undefined) return null;
  const took = Date.parse(to) - Date.parse(from);
  return Number.isFinite(took) && took >= 0 ? took : null;
}
