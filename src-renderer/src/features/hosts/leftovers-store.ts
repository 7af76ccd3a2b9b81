import { create } from 'zustand';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Leftover, Leftovers } from '../../../../src-core/contract/journal-schemas.ts';
import { ask } from '../../app/salvor.ts';

interface HostLeftovers {
  readonly value: Leftovers | null;
  readonly error: ErrorData | null;
  /** What became of the last removal: how many are gone, and what stayed and why. */
  readonly removed: number;
  readonly stayed: readonly { readonly name: string; readonly problem: string }[];
}

interface LeftoversState {
  readonly byHost: Readonly<Record<string, HostLeftovers>>;
}

export const useLeftovers = create<LeftoversState>()(() => ({ byHost: {} }));

const NOT_ASKED: HostLeftovers = { value: null, error: null, removed: 0, stayed: [] };

export function selectLeftovers({ byHost }: LeftoversState, hostId: string): HostLeftovers {
  return byHost[hostId] ?? NOT_ASKED;
}

function put(hostId: string, change: Partial<HostLeftovers>): void {
  useLeftovers.setState((state) => ({
    byHost: { ...state.byHost, [hostId]: { ...selectLeftovers(state, hostId), ...change } },
  }));
}

/** Look anew: what became of the last removal has been read. */
export async function lookForLeftovers(hostId: string): Promise<void> {
  put(hostId, { removed: 0, stayed: [] });
  await loadLeftovers(hostId);
}

async function loadLeftovers(hostId: string): Promise<void> {
  const answer = await ask('leftovers.list', { hostId });
  put(hostId, answer.ok ? { value: answer.value, error: null } : { error: answer.error });
}

/** Remove those, then look again: what is shown afterwards is what is there. */
export async function removeLeftovers(hostId: string, chosen: readonly Leftover[]): Promise<void> {
  const answer = await ask('leftovers.remove', { hostId, ids: chosen.map(({ id }) => id) });
  if (!answer.ok) {
    put(hostId, { error: answer.error });
    return;
  }
  const stayed = answer.value.flatMap(({ id, problem }) =>
    problem === null ? [] : [{ name: chosen.find((one) => one.id === id)?.name ?? id, problem }],
  );
  put(hostId, { removed: answer.value.length - stayed.length, stayed });
  await loadLeftovers(hostId);
}
