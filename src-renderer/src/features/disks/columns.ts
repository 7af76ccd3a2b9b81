import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';
import { addressText } from '../../components/address.ts';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { runningChanges } from './running-changes.ts';
import type { DiskChange } from './running-changes.ts';

/** In the order of what one looks for: the first six are in sight at 1280 pixels. */
export const DISK_COLUMNS = [
  'target',
  'role',
  'bus',
  'size',
  'allocation',
  'source',
  'io',
  'format',
  'layers',
  'device',
  'address',
  'boot',
  'users',
  'serial',
  'cache',
  'flags',
  'guestNames',
] as const;
export type DiskColumn = (typeof DISK_COLUMNS)[number];

/** Columns of figures. */
export const NUMBERS: readonly DiskColumn[] = ['size', 'boot', 'layers'];

export const DISK_FLAGS = ['readonly', 'shareable', 'transient', 'encrypted'] as const;
export type DiskFlag = (typeof DISK_FLAGS)[number];

/** What is said of a disk in one word each. */
export function diskFlags(disk: MachineDisk): readonly DiskFlag[] {
  return DISK_FLAGS.filter((flag) => disk[flag]);
}

/** The columns that are nothing but text. */
export type TextColumn = Exclude<DiskColumn, 'target' | 'role' | 'source' | 'allocation' | 'io' | 'flags' | 'users'>;

/** The text of a cell; `—` where there is none. */
export function cellText(disk: MachineDisk, column: TextColumn): string {
  switch (column) {
    case 'bus':
      return visible(disk.bus);
    case 'device':
      return visible(disk.device);
    case 'size':
      return formatBytes(disk.capacity);
    case 'format':
      return visible(disk.format ?? '—');
    case 'layers':
      return disk.layers.length < 2 ? '—' : String(disk.layers.length);
    case 'address':
      return visible(addressText(disk.address));
    case 'boot':
      return disk.bootOrder === null ? '—' : String(disk.bootOrder);
    case 'serial':
      return visible(disk.serial ?? disk.wwn ?? '—');
    case 'cache':
      return visible(disk.cache ?? '—');
    case 'guestNames':
      return visible(disk.guestNames.kernel ?? '—');
  }
}

export interface ShownDisk {
  readonly disk: MachineDisk;
  /** What became of it in the running machine; null: it is as the definition has it. */
  readonly change: DiskChange | null;
}

/**
 * The rows of the table: the definition's disks, or those that run, each with what is different. `rescueTarget`: the disk that the mark of
 * the rescue names, which is added even where the definition has it.
 */
export function shownDisks(
  definition: readonly MachineDisk[],
  live: readonly MachineDisk[] | null,
  rescueTarget: string | null,
): readonly ShownDisk[] {
  const changes = live === null ? null : runningChanges(definition, live).running;
  return (live ?? definition).map((disk) => ({
    disk,
    change: disk.target === rescueTarget ? 'added' : (changes?.get(disk.target) ?? null),
  }));
}
