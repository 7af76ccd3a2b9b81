import { create } from 'zustand';
import type { AppEvent, Host } from '../../../../src-core/contract/schemas.ts';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import { ask } from '../salvor.ts';

interface HostsState {
  readonly byId: Readonly<Record<string, Host>>;
  /** Ids in the order the main process lists them: built-in ones first. */
  readonly order: readonly string[];
  readonly loaded: boolean;
  readonly error: ErrorData | null;
}

export const useHosts = create<HostsState>()(() => ({ byId: {}, order: [], loaded: false, error: null }));

/** The state after one event; the same object where the event is not about hosts. */
export function reduceHosts(state: HostsState, event: AppEvent): HostsState {
  switch (event.type) {
    case 'host-changed': {
      const known = Object.hasOwn(state.byId, event.host.id);
      return {
        ...state,
        byId: { ...state.byId, [event.host.id]: event.host },
        order: known ? state.order : [...state.order, event.host.id],
      };
    }
    case 'host-removed': {
      const { [event.hostId]: _gone, ...byId } = state.byId;
      return { ...state, byId, order: state.order.filter((id) => id !== event.hostId) };
    }
    default:
      return state;
  }
}

export async function loadHosts(): Promise<void> {
  const answer = await ask('hosts.list', null);
  if (!answer.ok) {
    useHosts.setState({ loaded: true, error: answer.error });
    return;
  }
  useHosts.setState({
    byId: Object.fromEntries(answer.value.map((host) => [host.id, host])),
    order: answer.value.map((host) => host.id),
    loaded: true,
    error: null,
  });
}

export function selectHosts(state: HostsState): readonly Host[] {
  return state.order.flatMap((id) => state.byId[id] ?? []);
}
