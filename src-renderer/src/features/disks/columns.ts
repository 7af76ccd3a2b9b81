import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';
import { addressText } from '../../components/address.ts';
import { formatBytes } from '../../components/format.ts';

/** In the order of what one looks for: the first seven are in sight at 1280 pixels. */
export const DISK_COLUMNS = [
  'target',
  'role',
  'bus',
  'device',
  'address',
  'size',
  'source',
  'allocation',
  'format',
  'boot',
  'serial',
  'cache',
  'flags',
  'guestNames',
] as const;
export type DiskColumn = (typeof DISK_COLUMNS)[number];

export const DISK_FLAGS = ['readonly', 'shareable', 'transient', 'encrypted'] as const;
export type DiskFlag = (typeof DISK_FLAGS)[number];

/** What is said of a disk in one word each. */
export function diskFlags(disk: MachineDisk): readonly DiskFlag[] {
  return DISK_FLAGS.filter((flag) => disk[flag]);
}

/** The text of a cell that is nothing but text; `—` where there is none. Role, source and flags are drawn by the table. */
export function cellText(disk: MachineDisk, column: DiskColumn): string {
  switch (column) {
    case 'target':
      return disk.target;
    case 'bus':
      return disk.bus;
    case 'device':
      return disk.device;
    case 'size':
      return formatBytes(disk.capacity);
    case 'allocation':
      return formatBytes(disk.allocation);
    case 'format':
      return disk.format ?? '—';
    case 'address':
      return addressText(disk.address);
    case 'boot':
      return disk.bootOrder === null ? '—' : String(disk.bootOrder);
    case 'serial':
      return disk.serial ?? disk.wwn ?? '—';
    case 'cache':
      return disk.cache ?? '—';
    case 'guestNames':
      return disk.guestNames.kernel ?? '—';
    case 'role':
    case 'source':
    case 'flags':
      return '';
  }
}

export interface ShownDisk {
  readonly disk: MachineDisk;
  /** In the running domain and not in the definition: the rescue brought it. */
  readonly added: boolean;
}

/** The rows of the table: the definition's disks, and while in rescue the ones that run, with the added ones marked. */
export function shownDisks(
  definition: readonly MachineDisk[],
  live: readonly MachineDisk[] | null,
): readonly ShownDisk[] {
  if (live === null) return definition.map((disk) => ({ disk, added: false }));
  const own = new Set(definition.map((disk) => disk.target));
  return live.map((disk) => ({ disk, added: !own.has(disk.target) }));
}
