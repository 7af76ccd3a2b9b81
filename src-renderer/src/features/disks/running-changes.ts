import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';

/** What the running machine made of a disk of the definition. */
export const DISK_CHANGES = ['added', 'read-only', 'overlay', 'changed'] as const;
export type DiskChange = (typeof DISK_CHANGES)[number];

interface RunningChanges {
  /** By target, of the disks that run; those that are as they were are not in it. */
  readonly running: ReadonlyMap<string, DiskChange>;
  /** Targets of the definition that do not run. */
  readonly absent: readonly string[];
}

/**
 * What runs against what the definition has. Boot order is none of a disk's own: a rescue changes it, and says so elsewhere. A disk behind a
 * throw-away overlay is the same disk, though libvirt names the overlay as its source.
 */
export function runningChanges(definition: readonly MachineDisk[], running: readonly MachineDisk[]): RunningChanges {
  const own = new Map(definition.map((disk) => [disk.target, disk]));
  const changes = new Map<string, DiskChange>();
  for (const disk of running) {
    const before = own.get(disk.target);
    const change = before === undefined ? 'added' : changeOf(before, disk);
    if (change !== null) changes.set(disk.target, change);
  }
  const runs = new Set(running.map(({ target }) => target));
  return {
    running: changes,
    absent: definition.filter(({ target }) => !runs.has(target)).map(({ target }) => target),
  };
}

function changeOf(before: MachineDisk, after: MachineDisk): DiskChange | null {
  const overlaid = after.transient && !before.transient;
  const same = (disk: MachineDisk) =>
    JSON.stringify([
      disk.device,
      disk.bus,
      disk.address,
      disk.serial,
      disk.wwn,
      disk.shareable,
      disk.encrypted,
      overlaid ? null : disk.source,
    ]);
  if (same(before) !== same(after) || (before.readonly && !after.readonly)) return 'changed';
  if (overlaid) return 'overlay';
  return after.readonly && !before.readonly ? 'read-only' : null;
}
