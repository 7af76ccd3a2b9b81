/** Uploads, downloads and copies of this computer, as the main process tells of them: they run on whatever page one looks at. */
import { create } from 'zustand';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { AppEvent } from '../../../../src-core/contract/schemas.ts';
import type { Transfer } from '../../../../src-core/contract/transfer.ts';
import { ask } from '../salvor.ts';

export interface TransfersState {
  readonly byId: Readonly<Record<string, Transfer>>;
  /** What could not be done to one of them, by its id; said beside it. */
  readonly refused: Readonly<Record<string, ErrorData>>;
  readonly error: ErrorData | null;
}

export const useTransfers = create<TransfersState>()(() => ({ byId: {}, refused: {}, error: null }));

function put(state: TransfersState, transfer: Transfer): TransfersState {
  return { ...state, byId: { ...state.byId, [transfer.id]: transfer } };
}

function without<T>(record: Readonly<Record<string, T>>, id: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== id));
}

export function reduceTransfers(state: TransfersState, event: AppEvent): TransfersState {
  if (event.type === 'transfer-changed') return put(state, event.transfer);
  if (event.type !== 'transfer-removed') return state;
  return { ...state, byId: without(state.byId, event.transferId), refused: without(state.refused, event.transferId) };
}

/** A reply to a start carries the transfer before its first event does. An event that was faster is not overwritten. */
export function noteTransfer(transfer: Transfer): void {
  useTransfers.setState((state) => (Object.hasOwn(state.byId, transfer.id) ? state : put(state, transfer)));
}

export async function loadTransfers(): Promise<void> {
  const answer = await ask('transfers.list', null);
  if (answer.ok) answer.value.forEach(noteTransfer);
  else useTransfers.setState({ error: answer.error });
}

export type TransferAction = 'cancel' | 'resume' | 'forget';

/** Do that to a transfer; what comes of it is told by events, and a refusal is kept beside it. */
export async function act(action: TransferAction, transferId: string): Promise<void> {
  const answer = await ask(`transfers.${action}`, { transferId });
  useTransfers.setState((state) => ({
    refused: answer.ok ? without(state.refused, transferId) : { ...state.refused, [transferId]: answer.error },
  }));
}

/** It goes on by itself; `waiting`: as soon as another one has ended. */
export function isUnderWay({ state }: Transfer): boolean {
  return state === 'running' || state === 'verifying' || state === 'waiting';
}

/** Those under way first, then those that wait for somebody, then the ended ones; each the newest first. */
export function inOrder(byId: TransfersState['byId']): Transfer[] {
  const rank = (transfer: Transfer) =>
    isUnderWay(transfer) ? 0 : transfer.state === 'interrupted' || transfer.state === 'failed' ? 1 : 2;
  return Object.values(byId).toSorted((a, b) => rank(a) - rank(b) || b.startedAt.localeCompare(a.startedAt));
}

/** How many have ended, one way or another, that wrote into that pool: with each, what is in it may be another. */
export function endedInto({ byId }: TransfersState, hostId: string, pool: string): number {
  return Object.values(byId).filter(
    (one) => one.to?.hostId === hostId && one.to.pool === pool && (one.state === 'failed' || one.endedAt !== null),
  ).length;
}

export interface TransferSum {
  readonly running: number;
  /** Interrupted and failed ones that nobody has put away. */
  readonly waiting: number;
  /** 0 to 100 of all bytes of those under way; null: of one the size is not known. */
  readonly percent: number | null;
  /** Until the last of them; null: too early to say. */
  readonly secondsLeft: number | null;
}

export function sumOf(byId: TransfersState['byId']): TransferSum {
  const all = Object.values(byId);
  const running = all.filter(isUnderWay);
  const size = running.reduce((sum, one) => sum + (one.size ?? Number.NaN), 0);
  // What is read back has arrived.
  const done = running.reduce((sum, one) => sum + (one.state === 'verifying' ? (one.size ?? 0) : one.done), 0);
  const left = running.map(({ secondsLeft }) => secondsLeft);
  return {
    running: running.length,
    waiting: all.filter(({ state }) => state === 'interrupted' || state === 'failed').length,
    percent: size > 0 ? Math.min(100, Math.floor((100 * done) / size)) : null,
    secondsLeft: left.some((seconds) => seconds === null) ? null : Math.max(0, ...left.map((seconds) => seconds ?? 0)),
  };
}
