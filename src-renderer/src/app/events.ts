import type { AppEvent } from '../../../src-core/contract/schemas.ts';
import { reduceHistory, useHistory } from '../features/history/store.ts';
import { loadUnfinished, noteUnfinished } from '../features/unfinished/store.ts';
import { loadHosts, reduceHosts, useHosts } from './stores/hosts.ts';
import { loadLibrary, noteLibrary } from './stores/library.ts';
import { loadMachines, reduceMachines, useMachines } from './stores/machines.ts';
import { loadMigrations, reduceMigrations, useMigrations } from './stores/migrations.ts';
import { loadOperations, reduceOperations, useOperations } from './stores/operations.ts';
import { loadSettings } from './stores/settings.ts';
import { loadTransfers, reduceTransfers, useTransfers } from './stores/transfers.ts';

/** Events come in bursts (a host with thousands of machines connects): they are applied together, once a frame. */
const FRAME_MS = 16;

export function applyEvents(events: readonly AppEvent[]): void {
  useHosts.setState((state) => events.reduce(reduceHosts, state));
  useMachines.setState((state) => reduceMachines(state, events));
  useOperations.setState((state) => events.reduce(reduceOperations, state));
  useMigrations.setState((state) => events.reduce(reduceMigrations, state));
  useHistory.setState((state) => reduceHistory(state, events));
  useTransfers.setState((state) => events.reduce(reduceTransfers, state));
  noteUnfinished(events);
  noteLibrary(events);
}

/** Listen first, then load: what changes in between is in the queue and applied on top. Returns the function that stops. */
export function startEvents(): () => void {
  let queue: AppEvent[] = [];
  let timer: number | null = null;
  let loaded = false;
  const flush = (): void => {
    timer = null;
    if (!loaded) return;
    const events = queue;
    queue = [];
    if (events.length > 0) applyEvents(events);
  };
  const stop = window.salvor.onEvent((event) => {
    queue.push(event);
    timer ??= window.setTimeout(flush, FRAME_MS);
  });
  void Promise.all([
    loadSettings(),
    loadHosts(),
    loadMachines(),
    loadOperations(),
    loadMigrations(),
    loadUnfinished(),
    loadTransfers(),
    loadLibrary(),
  ]).then(() => {
    loaded = true;
    flush();
  });
  return () => {
    stop();
    if (timer !== null) window.clearTimeout(timer);
  };
}
