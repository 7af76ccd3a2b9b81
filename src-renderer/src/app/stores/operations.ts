import { create } from 'zustand';
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
}

export const useOperations = create<OperationsState>()(() => ({ byId: {}, newest: {}, acknowledged: [] }));

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

/** Answers why it cannot be cancelled; null: it is being. */
export async function cancel(operationId: string): Promise<ErrorData | null> {
  const answer = await ask('operations.cancel', { operationId });
  return answer.ok ? null : answer.error;
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
