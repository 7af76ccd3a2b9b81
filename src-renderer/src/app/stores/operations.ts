import { create } from 'zustand';
import type { ChannelInput } from '../../../../src-core/contract/channels.ts';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { AppEvent, Operation } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../machine-key.ts';
import { ask } from '../salvor.ts';

export interface OperationsState {
  readonly byId: Readonly<Record<string, Operation>>;
  /** Id of the newest operation of each machine. */
  readonly newest: Readonly<Record<string, string>>;
  /** Ids of ended operations that the administrator has read and put away. */
  readonly acknowledged: readonly string[];
  /** What was answered against what was asked of one under way, by its id: why it was not cancelled, switched to post-copy, … */
  readonly refused: Readonly<Record<string, ErrorData | null>>;
}

export const useOperations = create<OperationsState>()(() => ({
  byId: {},
  newest: {},
  acknowledged: [],
  refused: {},
}));

function put(state: OperationsState, operation: Operation): OperationsState {
  const key = keyOf(operation.machine);
  const before = state.byId[state.newest[key] ?? ''];
  const isNewest = before === undefined || before.startedAt <= operation.startedAt;
  return {
    ...state,
    byId: { ...state.byId, [operation.id]: operation },
    newest: isNewest ? { ...state.newest, [key]: operation.id } : state.newest,
  };
}

export function reduceOperations(state: OperationsState, event: AppEvent): OperationsState {
  return event.type === 'operation-changed' ? put(state, event.operation) : state;
}

/** A reply to a start carries the operation before its first event does. An event that was faster is not overwritten. */
export function noteStarted(operation: Operation): void {
  useOperations.setState((state) => (Object.hasOwn(state.byId, operation.id) ? state : put(state, operation)));
}

export async function loadOperations(): Promise<void> {
  const answer = await ask('operations.list', null);
  if (!answer.ok) return;
  useOperations.setState((state) =>
    answer.value.reduce(
      (into, operation) => (Object.hasOwn(into.byId, operation.id) ? into : put(into, operation)),
      state,
    ),
  );
}

/** Ask for a change of one that is under way; what is answered against it is shown where it was asked for, until the next change is. */
export async function steer<C extends 'operations.cancel' | `migration.${'startPostCopy' | 'setMaxDowntime'}`>(
  what: C,
  input: ChannelInput<C>,
): Promise<void> {
  const answer = await ask(what, input);
  const error = answer.ok ? null : answer.error;
  useOperations.setState(({ refused }) => ({ refused: { ...refused, [input.operationId]: error } }));
}

export function cancel(operationId: string): Promise<void> {
  return steer('operations.cancel', { operationId });
}

/** Of a run that is over it says nothing any more. */
export function selectRefused({ byId, refused }: OperationsState, operationId: string): ErrorData | null {
  return byId[operationId]?.state === 'running' ? (refused[operationId] ?? null) : null;
}

export function acknowledge(operationId: string): void {
  useOperations.setState((state) => ({ acknowledged: [...state.acknowledged, operationId] }));
}

/**
 * The operation to show on a machine's page: one that runs, or one that failed or was cancelled and has not been put away.
 * One that went well needs no page: the machine's own state says it.
 */
export function selectShownOperation(state: OperationsState, machineKey: string): Operation | null {
  const operation = state.byId[state.newest[machineKey] ?? ''];
  if (operation === undefined || operation.state === 'done' || state.acknowledged.includes(operation.id)) return null;
  return operation;
}

/** A run that went well and has something to tell; null: none, or it has been put away. */
export function selectRemarks(state: OperationsState, machineKey: string): Operation | null {
  const operation = state.byId[state.newest[machineKey] ?? ''];
  if (operation?.state !== 'done' || operation.remarks.length === 0) return null;
  return state.acknowledged.includes(operation.id) ? null : operation;
}

/** What ended badly and nobody has read yet: the newest operation of each machine, where it failed or was cancelled. */
export function selectUnread(state: OperationsState): readonly Operation[] {
  return Object.values(state.newest).flatMap((id) => {
    const operation = state.byId[id];
    const unread =
      operation !== undefined &&
      (operation.state === 'failed' || operation.state === 'cancelled') &&
      !state.acknowledged.includes(id);
    return unread ? [operation] : [];
  });
}

export function selectRunning(state: OperationsState): readonly Operation[] {
  return Object.values(state.byId).filter((operation) => operation.state === 'running');
}
