import { create } from 'zustand';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { MachineKey } from '../../../../src-core/contract/schemas.ts';
import type { MigrationPlan } from '../../../../src-core/migration/types.ts';
import { keyOf } from '../../app/machine-key.ts';
import { ask } from '../../app/salvor.ts';
import { noteDestination } from '../../app/stores/migrations.ts';
import { noteStarted } from '../../app/stores/operations.ts';
import { FIRST_DRAFT } from './draft.ts';
import type { Draft, MapKind, Order } from './draft.ts';

/** While something is being written, the hosts are asked once it has rested for so long. A click asks at once. */
const TYPING_MS = 200;

export interface PreviewEntry {
  /** The newest answer, and the destination it is of; stays in sight while the next one is on its way. */
  readonly plan: MigrationPlan | null;
  readonly to: string | null;
  readonly error: ErrorData | null;
  readonly pending: boolean;
}

interface MigrateState {
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly previews: Readonly<Record<string, PreviewEntry>>;
  /** What was answered at once to what was asked for last, by machine: drift, busy, … */
  readonly errors: Readonly<Record<string, ErrorData | null>>;
  /** Counts the rows that were added to rules: the next one's id. */
  readonly rows: number;
  /** The one that was just added, until it has the focus. */
  readonly newRow: number | null;
}

export const useMigrate = create<MigrateState>()(() => ({
  drafts: {},
  previews: {},
  errors: {},
  rows: 0,
  newRow: null,
}));

const NO_PREVIEW: PreviewEntry = { plan: null, to: null, error: null, pending: false };

export function selectDraft(state: MigrateState, key: string): Draft {
  return state.drafts[key] ?? FIRST_DRAFT;
}

export function selectPreview(state: MigrateState, key: string): PreviewEntry {
  return state.previews[key] ?? NO_PREVIEW;
}

export function changeDraft(key: string, change: Partial<Draft>): void {
  useMigrate.setState((state) => ({
    drafts: { ...state.drafts, [key]: { ...selectDraft(state, key), ...change } },
    errors: { ...state.errors, [key]: null },
  }));
}

/** A further row of a rule, beginning with what is known of it. */
export function addRow(key: string, kind: MapKind, from = ''): void {
  const { rows } = useMigrate.getState();
  useMigrate.setState({ rows: rows + 1, newRow: rows });
  const { maps } = selectDraft(useMigrate.getState(), key);
  changeDraft(key, { maps: { ...maps, [kind]: [...maps[kind], { id: rows, from, to: '' }] } });
}

export function rowSeen(): void {
  useMigrate.setState({ newRow: null });
}

function putPreview(key: string, change: Partial<PreviewEntry>): void {
  useMigrate.setState((state) => ({
    previews: { ...state.previews, [key]: { ...selectPreview(state, key), ...change } },
  }));
}

function putError(key: string, error: ErrorData | null): void {
  useMigrate.setState((state) => ({ errors: { ...state.errors, [key]: error } }));
}

/** Counts the questions: an answer to any but the last one is late, and dropped. */
let asked = 0;
let timer: number | null = null;
/** What is written by hand of the last order that was asked about. */
let lastWritten = '';

function writtenIn({ request: { rules, migrateUri, destinationUri, options } }: Order): string {
  const { bandwidth, parallel, maxDowntime } = options;
  return JSON.stringify([rules, migrateUri, destinationUri, bandwidth, parallel, maxDowntime]);
}

/** Ask for the plan of an order; null (no destination yet, or a field that cannot be read) asks for none. */
export function requestPreview(machine: MachineKey, order: Order | null): void {
  const key = keyOf(machine);
  asked += 1;
  const mine = asked;
  if (timer !== null) window.clearTimeout(timer);
  timer = null;
  if (order === null) {
    putPreview(key, { pending: false, error: null });
    return;
  }
  // The plan for another host says nothing of this one.
  const known = selectPreview(useMigrate.getState(), key).to === order.to;
  putPreview(key, known ? { pending: true } : { ...NO_PREVIEW, to: order.to, pending: true });
  const send = async (): Promise<void> => {
    const answer = await ask('migration.preview', { machine, ...order });
    if (mine !== asked) return;
    if (answer.ok) putPreview(key, { plan: answer.value, error: null, pending: false });
    else putPreview(key, { error: answer.error, pending: false });
  };
  const written = writtenIn(order);
  const typing = known && written !== lastWritten;
  lastWritten = written;
  if (typing) timer = window.setTimeout(() => void send(), TYPING_MS);
  else void send();
}

/**
 * Start the migration that was previewed. Any error (drift, busy, refused) is shown on the page, beside a preview of what is now.
 */
export async function startMigration(machine: MachineKey, order: Order, fingerprint: string): Promise<void> {
  const key = keyOf(machine);
  putError(key, null);
  const answer = await ask('migration.start', { machine, ...order, fingerprint });
  if (answer.ok) {
    noteDestination(answer.value.id, order.to);
    noteStarted(answer.value);
    return;
  }
  putError(key, answer.error);
  requestPreview(machine, order);
}
