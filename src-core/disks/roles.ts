import { bootPicks } from '../boot/effective-order.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import { RESCUE_ALIAS } from '../rescue/apply.ts';
import { isRescueDisk, rootDisk } from './root-disk.ts';
import type { DiskRole, DiskView } from './types.ts';

/** What a disk is for, and how that was told, as an English sentence without a full stop. */
export interface RoleOfDisk {
  readonly role: DiskRole;
  readonly why: string;
}

interface NameRow {
  readonly role: DiskRole;
  /** Matches the last part of the source's name. */
  readonly name: RegExp;
  readonly why: string;
}

/** Names that are a convention of somebody; each stands alone or behind a separator, with any suffix. */
const NAMES: readonly NameRow[] = [
  {
    role: 'config-drive',
    name: /(?:^|[._-])disk\.config(?:\.rescue)?$/,
    why: 'Nova names its config drive so',
  },
  {
    role: 'config-drive',
    name: /(?:^|[._-])(?:config-?2|config-?drive|cidata|cloud-?init|nocloud|seed)(?:\.[a-z0-9]{1,5})?$/i,
    why: 'cloud-init’s data is named so',
  },
  { role: 'swap', name: /(?:^|[._-])disk\.swap$/, why: 'Nova names its swap disk so' },
  { role: 'swap', name: /(?:^|[._-])swap(?:\.[a-z0-9]{1,5})?$/i, why: 'it is named swap' },
  {
    role: 'ephemeral',
    name: /(?:^|[._-])disk\.(?:eph\d{1,3}|local)$/,
    why: 'Nova names its ephemeral disks so',
  },
];

/** The part of a source's name that says what it is: behind the last / of a path, a pool or an RBD image; hosts left out. */
function ownName(source: string): string {
  const name = source.replace(/@[^@/]*$/, '');
  return name.slice(name.lastIndexOf('/') + 1);
}

function roleOf(disk: DiskView, root: DiskView | null, rootWhy: string): RoleOfDisk {
  if (disk.alias === RESCUE_ALIAS) return { role: 'rescue', why: 'Salvor attached it as the rescue device' };
  if (isRescueDisk(disk)) return { role: 'rescue', why: 'Salvor attached it beside the rescue device' };
  if (disk.device === 'floppy') return { role: 'floppy', why: 'it is a floppy drive' };
  if (disk === root) return { role: 'root', why: rootWhy };
  const own = disk.source === null ? '' : ownName(disk.source);
  const named = NAMES.find(({ name }) => name.test(own));
  if (named?.role === 'config-drive') return { role: named.role, why: `${named.why}: ${own}` };
  if (disk.device === 'cdrom')
    return { role: 'cdrom', why: disk.source === null ? 'it is a cdrom drive, empty' : 'it is a cdrom drive' };
  if (named !== undefined) return { role: named.role, why: `${named.why}: ${own}` };
  return { role: 'data', why: 'it is a disk, and nothing says that it is more' };
}

/** What each disk is for, by target, in the order of the definition. */
export function diskRoles(domain: DomainView): Map<string, RoleOfDisk> {
  const root = rootDisk(domain);
  const isInOrder = bootPicks(domain).some(({ device }) => device === root);
  const rootWhy = isInOrder
    ? 'it is the first disk in the boot order'
    : 'no disk is in the boot order, and it is the first one';
  return new Map(domain.disks.map((disk) => [disk.target, roleOf(disk, root, rootWhy)]));
}
