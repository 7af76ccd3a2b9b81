import type { MachineKey, MachineRow, Operation } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { useMachines } from '../../app/stores/machines.ts';
import { useMigrations } from '../../app/stores/migrations.ts';
import type { OperationsState } from '../../app/stores/operations.ts';

/** The migration that is to be seen on the page of a machine: under way, or ended and not put away. null: none. */
export function selectMigration(state: OperationsState, machineKey: string): Operation | null {
  const operation = state.byId[state.newest[machineKey] ?? ''];
  if (operation?.kind !== 'migrate' || state.acknowledged.includes(operation.id)) return null;
  return operation;
}

/** The same machine on another host; of several, the one that its migration was begun to. null: it is on none that is connected. */
export function useElsewhere(machine: MachineKey, operationId: string | null): MachineRow | null {
  const to = useMigrations((state) => (operationId === null ? undefined : state.destinations[operationId]));
  return useMachines(({ byKey }) => {
    const chosen = to === undefined ? undefined : byKey[keyOf({ hostId: to, uuid: machine.uuid })];
    if (chosen !== undefined) return chosen;
    return Object.values(byKey).find((row) => row.uuid === machine.uuid && row.hostId !== machine.hostId) ?? null;
  });
}
