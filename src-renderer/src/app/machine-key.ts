import type { MachineKey } from '../../../src-core/contract/schemas.ts';

/** One string for a machine of a host: the key of every store. A UUID alone will not do: two connections may show one machine. */
export function keyOf(machine: MachineKey): string {
  return `${machine.hostId}/${machine.uuid}`;
}
