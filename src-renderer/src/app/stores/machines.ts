import { create } from 'zustand';
import type { AppEvent, MachineRow } from '../../../../src-core/contract/schemas.ts';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import { keyOf } from '../machine-key.ts';
import { ask } from '../salvor.ts';

export interface MachinesState {
  readonly byKey: Readonly<Record<string, MachineRow>>;
  readonly loaded: boolean;
  readonly error: ErrorData | null;
}

export const useMachines = create<MachinesState>()(() => ({ byKey: {}, loaded: false, error: null }));

/**
 * The state after a batch of events; the same object where none is about machines. A batch copies the index once: at 10,000
 * machines a copy for each event would be most of the work.
 */
export function reduceMachines(state: MachinesState, events: readonly AppEvent[]): MachinesState {
  let byKey: Readonly<Record<string, MachineRow>> = state.byKey;
  let own: Record<string, MachineRow> | null = null;
  for (const event of events) {
    switch (event.type) {
      case 'machines-reset': {
        const others = Object.values(byKey).filter((row) => row.hostId !== event.hostId);
        own = Object.fromEntries([...others, ...event.machines].map((row) => [keyOf(row), row]));
        break;
      }
      case 'machine-changed':
        own ??= { ...byKey };
        own[keyOf(event.machine)] = event.machine;
        break;
      case 'machine-removed': {
        const { [keyOf(event.machine)]: _gone, ...rest } = byKey;
        own = rest;
        break;
      }
      default:
        continue;
    }
    byKey = own;
  }
  return byKey === state.byKey ? state : { ...state, byKey };
}

export async function loadMachines(): Promise<void> {
  const answer = await ask('machines.list', null);
  if (!answer.ok) {
    useMachines.setState({ loaded: true, error: answer.error });
    return;
  }
  useMachines.setState({
    byKey: Object.fromEntries(answer.value.map((row) => [keyOf(row), row])),
    loaded: true,
    error: null,
  });
}
