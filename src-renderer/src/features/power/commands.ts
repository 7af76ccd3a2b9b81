/** The plain actions as commands of the palette: of the machine that is in sight, and those that can be done now. */
import type { Host, MachineRow } from '../../../../src-core/contract/schemas.ts';
import { POWER_ACTIONS } from '../../../../src-core/reboot/power.ts';
import type { PowerAction } from '../../../../src-core/reboot/power.ts';
import { keyOf } from '../../app/machine-key.ts';
import { selectShownOperation, useOperations } from '../../app/stores/operations.ts';
import { reasonAgainst } from './reasons.ts';

/** The palette closes before a command runs: what is under way is asked as it is opened. */
export function possibleActions(row: MachineRow, host: Host | undefined): readonly PowerAction[] {
  const busy = selectShownOperation(useOperations.getState(), keyOf(row))?.state === 'running';
  const scene = { readOnly: host?.readOnly === true, busy };
  return POWER_ACTIONS.filter((action) => reasonAgainst(action, row.state, scene) === null);
}
