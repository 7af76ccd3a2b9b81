import { bootPicks } from '../boot/effective-order.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import { RESCUE_ALIAS } from '../rescue/apply.ts';
import { isRescueDisk, rootDisk } from './root-disk.ts';
import type { DiskRole, DiskView } from './types.ts';

/** What a disk is for, and how that was told, as an English clause without a full stop. */
export interface RoleOfDisk {
  readonly role: DiskRole;
  readonly why: string;
}

/** What the host tells of a disk. null: not asked, or not told. */
export interface SeenOfDisk {
  /** Of the file system that fills it. */
  readonly label: string | null;
  /** Bytes that the guest sees. */
  readonly capacity: number | null;
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
    name: /(?:^|[._-])(?:config-?2|config-?drive|cidata|cloud-?init|no-?cloud|seed)(?:\.[a-z0-9]{1,5})?$/i,
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

/** Where KubeVirt makes its emptyDisk volumes: they go with the machine. */
const EMPTY_DISK = /^\/(?:var\/)?run\/libvirt\/empty-disks\//;
const CINDER = /(?:^|[/:])volume-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const NOVA_ROOT = /(?:^|_)disk$/;

/** The source without the hosts of network storage. */
const withoutHosts = (source: string): string => source.replace(/@[^@/]*$/, '');

/** The part of a source's name that says what it is: behind the last / of a path, a pool or an RBD image. */
function ownName(source: string): string {
  const name = withoutHosts(source);
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The UUID of the Cinder volume that a source is, by the name that Cinder gives to volumes. */
const cinderVolume = (source: string | null): string | null =>
  source === null ? null : (CINDER.exec(withoutHosts(source))?.[1] ?? null);

/** A disk and all that its role is told from. */
interface Told {
  readonly domain: DomainView;
  readonly disk: DiskView;
  readonly root: DiskView | null;
  readonly seen: ReadonlyMap<string, SeenOfDisk>;
  /** What its name says. */
  readonly named: RoleOfDisk | null;
}

function roleByName({ source }: DiskView): RoleOfDisk | null {
  const own = source === null ? '' : ownName(source);
  const row = NAMES.find(({ name }) => name.test(own));
  return row === undefined ? null : { role: row.role, why: `${row.why}: ${own}` };
}

/** Everything that says that it is a config drive. */
function configDriveReasons({ domain, disk, seen, named }: Told): string[] {
  const found: string[] = [];
  const payload = domain.hints.payloads.get(disk.target);
  if (payload !== undefined) {
    const label = payload === null ? '' : ` under the label ${payload}`;
    found.push(`oVirt’s metadata say that it writes this disk for the guest${label}`);
  }
  const label = seen.get(disk.target)?.label ?? null;
  if (label !== null && /^(?:config-2|cidata)$/i.test(label))
    found.push(`its label is ${label}, by which cloud-init finds its data`);
  if (label !== null && /^context$/i.test(label) && domain.managers.includes('OpenNebula'))
    found.push(`its label is ${label}, as OpenNebula labels its context`);
  if (named?.role === 'config-drive') found.push(named.why);
  return found;
}

/** Where no name says anything: the one disk beside the root that is exactly as large as the flavor's swap or ephemeral disk. */
function bySize({ domain, disk, root, seen }: Told): RoleOfDisk | null {
  const { nova } = domain.hints;
  const size = seen.get(disk.target)?.capacity ?? 0;
  if (nova === null || size === 0 || (size !== nova.swap && size !== nova.ephemeral)) return null;
  const alike = domain.disks.filter((other) => other !== root && seen.get(other.target)?.capacity === size);
  if (alike.length > 1) return null;
  const role = size === nova.swap ? 'swap' : 'ephemeral';
  return { role, why: `it is as large as the ${role} disk of its Nova flavor` };
}

/** More than its place in the boot order says that it is the root disk. */
function rootReasons(domain: DomainView, { source }: DiskView): string[] {
  const { nova } = domain.hints;
  if (nova === null || source === null) return [];
  const volume = cinderVolume(source);
  if (volume !== null) return [`it is Cinder’s volume ${volume}`];
  const named = NOVA_ROOT.test(ownName(source)) ? [`Nova names its root disk so: ${ownName(source)}`] : [];
  return nova.rootImage === null ? named : [...named, `Nova made it from image ${nova.rootImage}`];
}

function roleOf(told: Told, rootWhy: string): RoleOfDisk {
  const { domain, disk, root, named } = told;
  const { alias, device, source } = disk;
  if (alias === RESCUE_ALIAS) return { role: 'rescue', why: 'Salvor attached it as the rescue device' };
  if (isRescueDisk(disk)) return { role: 'rescue', why: 'Salvor attached it beside the rescue device' };
  if (device === 'floppy') return { role: 'floppy', why: 'it is a floppy drive' };
  if (disk === root) return { role: 'root', why: [rootWhy, ...rootReasons(domain, disk)].join(', and ') };
  const config = configDriveReasons(told);
  if (config.length > 0) return { role: 'config-drive', why: config.join(', and ') };
  if (device === 'cdrom')
    return { role: 'cdrom', why: source === null ? 'it is a cdrom drive, empty' : 'it is a cdrom drive' };
  if (named !== null) return named;
  if (source !== null && EMPTY_DISK.test(source))
    return { role: 'ephemeral', why: 'KubeVirt keeps its emptyDisk volumes there: it goes with the machine' };
  const volume = domain.hints.nova === null ? null : cinderVolume(source);
  if (volume !== null) return { role: 'data', why: `it is Cinder’s volume ${volume}` };
  return bySize(told) ?? { role: 'data', why: 'it is a disk, and nothing says that it is more' };
}

const NOTHING_SEEN: ReadonlyMap<string, SeenOfDisk> = new Map();

/** What each disk is for, by target, in the order of the definition. `seen`: by target, what the host tells of them. */
export function diskRoles(
  domain: DomainView,
  seen: ReadonlyMap<string, SeenOfDisk> = NOTHING_SEEN,
): Map<string, RoleOfDisk> {
  const root = rootDisk(domain);
  const isInOrder = bootPicks(domain).some(({ device }) => device === root);
  const rootWhy = isInOrder
    ? 'it is the first disk in the boot order'
    : 'no disk is in the boot order, and it is the first one';
  return new Map(
    domain.disks.map((disk) => [disk.target, roleOf({ domain, disk, root, seen, named: roleByName(disk) }, rootWhy)]),
  );
}

/** A disk that holds more than this is no config drive. Nova's have 64 MiB. */
const LARGEST_CONFIG_DRIVE = 256 * 1024 * 1024;

/** Would its label tell more of its role? Those of cdroms and small disks, where nothing else tells. */
export function labelMayTell(role: RoleOfDisk, disk: DiskView, capacity: number | null): boolean {
  if (disk.source === null) return false;
  if (role.role === 'cdrom') return true;
  return role.role === 'data' && capacity !== null && capacity > 0 && capacity <= LARGEST_CONFIG_DRIVE;
}
