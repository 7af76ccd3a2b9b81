import type { Host, MachineRow } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { selectShownOperation, useOperations } from '../../app/stores/operations.ts';
import type { PowerScene } from './reasons.ts';

export function usePowerScene(row: MachineRow, host: Host | undefined): PowerScene {
  const busy = useOperations((state) => selectShownOperation(state, keyOf(row))?.state === 'running');
  return { readOnly: host?.readOnly === true, busy };
}
