import type { MachineDetails, MachineDisk } from '../../../../src-core/contract/schemas.ts';

/**
 * Details that are not complete yet, with what was known before of the disks that are still the same: so that nothing on the page goes and
 * comes back while the host is asked again.
 */
export function withKnownDisks(fresh: MachineDetails, before: MachineDetails | null): MachineDetails {
  if (fresh.complete || before === null) return fresh;
  const live = fresh.live === null ? null : { ...fresh.live, disks: known(fresh.live.disks, before.live?.disks ?? []) };
  return { ...fresh, disks: known(fresh.disks, before.disks), live };
}

function known(fresh: readonly MachineDisk[], before: readonly MachineDisk[]): readonly MachineDisk[] {
  const earlier = new Map(before.map((disk) => [disk.target, disk]));
  return fresh.map((disk) => {
    const then = earlier.get(disk.target);
    if (then?.source !== disk.source || then.sourceType !== disk.sourceType) return disk;
    const { layers, users, secretStates, role, roleWhy, capacity, allocation, physical } = then;
    return { ...disk, layers, users, secretStates, role, roleWhy, capacity, allocation, physical };
  });
}
