import { create } from 'zustand';
import type { Answer } from '../../../../src-core/contract/channels.ts';
import type { AppEvent, MachineKey } from '../../../../src-core/contract/schemas.ts';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { History, ReportFormat } from '../../../../src-core/contract/journal-schemas.ts';
import type { JournalEntry } from '../../../../src-core/journal/types.ts';
import { ask } from '../../app/salvor.ts';
import { noteStarted } from '../../app/stores/operations.ts';

interface Asked<T> {
  /** The newest answer; stays in sight while the next one is on its way, and after an error. */
  readonly value: T | null;
  readonly error: ErrorData | null;
}

interface HistoryState {
  /** By the UUID of the machine they are of; `''`: of all. */
  readonly lists: Readonly<Record<string, Asked<History>>>;
  readonly entries: Readonly<Record<string, Asked<JournalEntry>>>;
  /** Counts what may have changed the journal: whoever shows it asks again. */
  readonly changes: number;
}

export const useHistory = create<HistoryState>()(() => ({ lists: {}, entries: {}, changes: 0 }));

const NOT_ASKED = { value: null, error: null } as const;

export function selectList({ lists }: HistoryState, uuid: string | null): Asked<History> {
  return lists[uuid ?? ''] ?? NOT_ASKED;
}

export function selectEntry({ entries }: HistoryState, id: string): Asked<JournalEntry> {
  return entries[id] ?? NOT_ASKED;
}

/** An operation that begins or ends writes to the journal. */
export function reduceHistory(state: HistoryState, events: readonly AppEvent[]): HistoryState {
  const wrote = events.some(({ type }) => type === 'operation-changed' || type === 'unfinished-changed');
  return wrote ? { ...state, changes: state.changes + 1 } : state;
}

let asked = 0;

/** The history of one machine, or of all. */
export async function loadHistory(uuid: string | null): Promise<void> {
  asked += 1;
  const mine = asked;
  const answer = await ask('history.list', { uuid });
  if (mine !== asked) return;
  useHistory.setState((state) => {
    const before = selectList(state, uuid).value;
    const list = answer.ok ? { value: answer.value, error: null } : { value: before, error: answer.error };
    return { lists: { ...state.lists, [uuid ?? '']: list } };
  });
}

/** Definitions are large: those looked at last are enough. */
const KEPT = 12;

export async function loadEntry(id: string): Promise<void> {
  const answer = await ask('history.entry', { id });
  useHistory.setState((state) => {
    const { [id]: before, ...others } = state.entries;
    const entry = answer.ok
      ? { value: answer.value, error: null }
      : { value: before?.value ?? null, error: answer.error };
    return { entries: { ...Object.fromEntries(Object.entries(others).slice(-(KEPT - 1))), [id]: entry } };
  });
}

/** Where a report was saved, null where the question for it was cancelled. */
export async function exportHistory(ids: readonly string[], format: ReportFormat): Promise<Answer<string | null>> {
  return ask('history.export', { ids: [...ids], format });
}

/** Put the UEFI variables kept with an operation back. Null where it is under way: how it goes is on the machine's Rescue page. */
export async function restoreVariables(operationId: string, machine: MachineKey): Promise<ErrorData | null> {
  const answer = await ask('nvram.restore', { operationId, machine });
  if (!answer.ok) return answer.error;
  noteStarted(answer.value);
  return null;
}
