import { create } from 'zustand';
import type { MachineKey, Preview } from '../../../../src-core/contract/schemas.ts';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { TrustedRecord } from '../../../../src-core/rescue/put-back.ts';
import type { StopRequest } from '../../../../src-core/rescue/types.ts';
import { keyOf } from '../../app/machine-key.ts';
import { ask } from '../../app/salvor.ts';
import { noteStarted } from '../../app/stores/operations.ts';
import type { OperationsState } from '../../app/stores/operations.ts';
import { FIRST_DRAFT } from './draft.ts';
import type { Draft, Order } from './draft.ts';

/** While a path or an address is being typed, the host is asked once it has rested for so long. A click asks at once. */
export const TYPING_MS = 150;

export interface PreviewEntry {
  /** The newest answer; stays in sight while the next one is on its way. */
  readonly preview: Preview | null;
  readonly error: ErrorData | null;
  readonly pending: boolean;
}

interface RescueState {
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly previews: Readonly<Record<string, PreviewEntry>>;
  /** What a start or an end answered at once, by machine: drift, busy, … */
  readonly errors: Readonly<Record<string, ErrorData | null>>;
  /** The machine whose rescue is about to be ended: the panel is open. */
  readonly ending: string | null;
}

export const useRescue = create<RescueState>()(() => ({ drafts: {}, previews: {}, errors: {}, ending: null }));

export const NO_PREVIEW: PreviewEntry = { preview: null, error: null, pending: false };

export function selectDraft(state: RescueState, key: string): Draft {
  return state.drafts[key] ?? FIRST_DRAFT;
}

export function selectPreview(state: RescueState, key: string): PreviewEntry {
  return state.previews[key] ?? NO_PREVIEW;
}

export function changeDraft(key: string, change: Partial<Draft>): void {
  useRescue.setState((state) => ({
    drafts: { ...state.drafts, [key]: { ...selectDraft(state, key), ...change } },
    errors: { ...state.errors, [key]: null },
  }));
}

export function setEnding(key: string | null): void {
  useRescue.setState({ ending: key });
}

function putPreview(key: string, change: Partial<PreviewEntry>): void {
  useRescue.setState((state) => ({
    previews: { ...state.previews, [key]: { ...selectPreview(state, key), ...change } },
  }));
}

function putError(key: string, error: ErrorData | null): void {
  useRescue.setState((state) => ({ errors: { ...state.errors, [key]: error } }));
}

/** Counts the questions: an answer to any but the last one is late, and dropped. */
let asked = 0;
let timer: number | null = null;

/** Media that are written letter by letter, as the last question named them. */
let lastTyped = '';

/** Ask for the plan of an order; null (no medium yet) clears the last one. */
export function requestPreview(machine: MachineKey, order: Order | null): void {
  const key = keyOf(machine);
  asked += 1;
  const mine = asked;
  if (timer !== null) window.clearTimeout(timer);
  timer = null;
  if (order === null) {
    putPreview(key, NO_PREVIEW);
    return;
  }
  putPreview(key, { pending: true });
  const send = async (): Promise<void> => {
    const answer = await ask('rescue.preview', { machine, ...order });
    if (mine !== asked) return;
    if (answer.ok) {
      const before = selectPreview(useRescue.getState(), key).preview;
      putPreview(key, { preview: withKnown(before, answer.value), error: null, pending: false });
    } else putPreview(key, { error: answer.error, pending: false });
  };
  const typed = typedMedia(order);
  const typing = typed !== lastTyped && typed !== '';
  lastTyped = typed;
  if (typing) timer = window.setTimeout(() => void send(), TYPING_MS);
  else void send();
}

/** What is as it was stays the same object, so that what shows it need not be drawn anew: a change of bus leaves the media alone. */
function withKnown(before: Preview | null, after: Preview): Preview {
  if (before === null) return after;
  const { choices, media } = before;
  return { ...after, choices: sameOr(choices, after.choices), media: sameOr(media, after.media) };
}

function sameOr<T>(before: T, after: T): T {
  return JSON.stringify(before) === JSON.stringify(after) ? before : after;
}

function typedMedia({ request: { media } }: Order): string {
  const typed = media.filter(({ kind }) => kind === 'path' || kind === 'url' || kind === 'kernel');
  return typed.length === 0 ? '' : JSON.stringify(typed);
}

/**
 * Start the rescue that was previewed. Any error (drift, busy, refused) is shown on the page, beside a preview of what is now.
 */
export async function startRescue(machine: MachineKey, order: Order, fingerprint: string): Promise<void> {
  const key = keyOf(machine);
  putError(key, null);
  const answer = await ask('rescue.start', { machine, ...order, fingerprint });
  if (answer.ok) {
    noteStarted(answer.value);
    return;
  }
  putError(key, answer.error);
  requestPreview(machine, order);
}

export async function endRescue(
  machine: MachineKey,
  stop: StopRequest,
  power: 'as-before' | 'on' | 'off',
  record: TrustedRecord | null,
): Promise<boolean> {
  const key = keyOf(machine);
  putError(key, null);
  const answer = await ask('rescue.end', { machine, stop, power, record });
  if (!answer.ok) {
    putError(key, answer.error);
    return false;
  }
  noteStarted(answer.value);
  setEnding(null);
  return true;
}

/** Did the last try to end end because two records of the definition differ, or one cannot be used? Then a person says which is right. */
export function recordInDoubt({ byId, newest }: Pick<OperationsState, 'byId' | 'newest'>, machineKey: string): boolean {
  const last = byId[newest[machineKey] ?? ''];
  return last?.kind === 'end' && (last.error?.code === 'records-differ' || last.error?.code === 'record-unusable');
}
