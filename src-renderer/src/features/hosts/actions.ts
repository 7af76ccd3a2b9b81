import { create } from 'zustand';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import { ask } from '../../app/salvor.ts';
import { useHosts } from '../../app/stores/hosts.ts';
import { goTo } from '../../app/stores/navigation.ts';

interface HostActionsState {
  /** What an action answered at once, by host; the outcome of connecting comes with the host itself. */
  readonly errors: Readonly<Record<string, ErrorData | null>>;
}

export const useHostActions = create<HostActionsState>()(() => ({ errors: {} }));

function note(hostId: string, error: ErrorData | null): void {
  useHostActions.setState((state) => ({ errors: { ...state.errors, [hostId]: error } }));
}

export async function connectHost(hostId: string): Promise<void> {
  const answer = await ask('hosts.connect', { hostId });
  note(hostId, answer.ok ? null : answer.error);
}

export async function disconnectHost(hostId: string): Promise<void> {
  const answer = await ask('hosts.disconnect', { hostId });
  note(hostId, answer.ok ? null : answer.error);
}

export async function removeHost(hostId: string): Promise<void> {
  const answer = await ask('hosts.remove', { hostId });
  note(hostId, answer.ok ? null : answer.error);
  if (answer.ok) goTo({ kind: 'start' });
}

/** Add a host and connect to it. Answers the error to show in the form, or null. */
export async function addHost(uri: string, name: string, readOnly: boolean): Promise<ErrorData | null> {
  const answer = await ask('hosts.add', { uri: uri.trim(), name: name.trim() === '' ? null : name.trim(), readOnly });
  if (!answer.ok) return answer.error;
  const host = answer.value;
  useHosts.setState((state) => ({
    byId: { ...state.byId, [host.id]: state.byId[host.id] ?? host },
    order: state.order.includes(host.id) ? state.order : [...state.order, host.id],
  }));
  goTo({ kind: 'host', hostId: host.id });
  await connectHost(host.id);
  return null;
}
