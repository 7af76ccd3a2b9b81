import { create } from 'zustand';
import type { AppEvent, MachineKey } from '../../../../src-core/contract/schemas.ts';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Unfinished } from '../../../../src-core/contract/journal-schemas.ts';
import type { Way } from '../../../../src-core/journal/resume.ts';
import type { StopRequest } from '../../../../src-core/rescue/types.ts';
import { keyOf } from '../../app/machine-key.ts';
import { ask } from '../../app/salvor.ts';
import { noteStarted } from '../../app/stores/operations.ts';

interface UnfinishedState {
  readonly items: readonly Unfinished[];
  readonly loaded: boolean;
  readonly error: ErrorData | null;
  /** What a way that was tried answered at once, by operation. */
  readonly errors: Readonly<Record<string, ErrorData | null>>;
}

export const useUnfinished = create<UnfinishedState>()(() => ({ items: [], loaded: false, error: null, errors: {} }));

let asked = 0;

export async function loadUnfinished(): Promise<void> {
  asked += 1;
  const mine = asked;
  const answer = await ask('unfinished.list', null);
  if (mine !== asked) return;
  useUnfinished.setState(
    answer.ok ? { items: answer.value, loaded: true, error: null } : { loaded: true, error: answer.error },
  );
}

/** How things stand is looked at by the main process: when it says that the list is another one, it is asked for again. */
export function noteUnfinished(events: readonly AppEvent[]): void {
  if (events.some(({ type }) => type === 'unfinished-changed')) void loadUnfinished();
}

/** The one to tell on a machine's page; null: none. */
export function selectOf({ items }: UnfinishedState, machineKey: string): Unfinished | null {
  return items.find(({ machine }) => machine !== null && keyOf(machine) === machineKey) ?? null;
}

/** Go that way. Answers whether it is under way (or done, where there was nothing to do but to put it away). */
export async function takeWay(item: Unfinished, way: Way, stop: StopRequest): Promise<boolean> {
  const { operationId } = item;
  const note = (error: ErrorData | null): boolean => {
    useUnfinished.setState((state) => ({ errors: { ...state.errors, [operationId]: error } }));
    return error === null;
  };
  note(null);
  if (way === 'forget') {
    const answer = await ask('unfinished.forget', { operationId });
    if (answer.ok) await loadUnfinished();
    return note(answer.ok ? null : answer.error);
  }
  const machine: MachineKey | null = item.machine;
  if (machine === null) return false;
  const answer = await ask('unfinished.resume', {
    operationId,
    machine: { hostId: machine.hostId, uuid: machine.uuid },
    way,
    situation: item.situation,
    stop,
  });
  if (answer.ok) noteStarted(answer.value);
  return note(answer.ok ? null : answer.error);
}
