import type { PlannedDisk, RescuePlan } from '../../../../src-core/rescue/types.ts';

export interface DeviceCounts {
  /** The guest's own disks that stay as they are. */
  readonly unchanged: number;
  /** The guest's own disks that would not: none, unless the plan is at fault, and then it must be seen. */
  readonly changed: number;
  readonly added: number;
}

export function countDevices(devices: readonly PlannedDisk[]): DeviceCounts {
  const own = devices.filter((disk) => disk.original);
  return {
    unchanged: own.filter((disk) => disk.unchanged).length,
    changed: own.filter((disk) => !disk.unchanged).length,
    added: devices.length - own.length,
  };
}

/** May this plan be started? Only with no refusal and a definition to start from. */
export function isStartable(plan: RescuePlan): boolean {
  return plan.refusals.length === 0 && plan.rescueXml !== null;
}
