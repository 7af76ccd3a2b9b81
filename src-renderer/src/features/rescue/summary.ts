import type { PlannedDisk, RescuePlan } from '../../../../src-core/rescue/plan-types.ts';
import type { Finding } from '../../../../src-core/rescue/types.ts';

export interface DeviceCounts {
  /** The guest's own disks that stay as they are. */
  readonly unchanged: number;
  /** The guest's own disks that are kept from the rescue system's writes, as was asked for. */
  readonly kept: number;
  /** The guest's own disks that would not stay: none, unless the plan is at fault, and then it must be seen. */
  readonly changed: number;
  readonly added: number;
}

/** Read-only or behind an overlay: changed on purpose, and no less safe. Before a snapshot a disk stays as it is. */
export function isKept({ unchanged, protection }: PlannedDisk): boolean {
  return !unchanged && (protection === 'read-only' || protection === 'overlay');
}

/** Why the guest's own disks cannot be kept as was asked for: refusals of that choice alone. */
export function guestDisksRefusals({ refusals }: RescuePlan): readonly Finding[] {
  return refusals.filter(({ code }) => code.startsWith('guest-disk-') || code === 'guest-snapshot');
}

export function countDevices(devices: readonly PlannedDisk[]): DeviceCounts {
  const own = devices.filter((disk) => disk.original);
  return {
    unchanged: own.filter((disk) => disk.unchanged).length,
    kept: own.filter(isKept).length,
    changed: own.filter((disk) => !disk.unchanged && !isKept(disk)).length,
    added: devices.length - own.length,
  };
}

/** May this plan be started? Only with no refusal and a definition to start from. */
export function isStartable(plan: RescuePlan): boolean {
  return plan.refusals.length === 0 && plan.rescueXml !== null;
}
