/**
 * What becomes of the guest's own disks during the rescue, where the request says that they are protected. Pure policy; what libvirt takes
 * and what it refuses was tried on 9.0 (QEMU 7.2), each row of it.
 */
import type { DiskView } from '../disks/types.ts';
import type { PlanContext } from './context.ts';
import { refusal, warning } from './findings.ts';
import { READONLY_DISK_BUSES } from './policy.ts';
import { domainWord, shellWord } from './shell-word.ts';
import { GUEST_DISKS } from './types.ts';
import type { PlannedSnapshot } from './plan-types.ts';
import type { Finding, GuestDisks, SessionStamp } from './types.ts';

/** What is done about one of the guest's own disks. A floppy cannot be put behind an overlay, and is kept from writes instead. */
export interface ProtectedDisk {
  readonly disk: DiskView;
  readonly how: Exclude<GuestDisks, 'writable'>;
}

export interface Protection {
  readonly disks: readonly ProtectedDisk[];
  readonly refusals: readonly Finding[];
}

/** Why a disk cannot be protected so, in words that stand behind a colon; null: it can. */
type Obstacle = (disk: DiskView, context: PlanContext) => string | null;

const OBSTACLES: Readonly<Record<Exclude<GuestDisks, 'writable'>, Obstacle>> = {
  'read-only': ({ device, bus, sourceType }) => {
    if (device === 'floppy') return null;
    if (device === 'lun') return 'it is a lun, whose commands go to the device itself';
    if (['vhostuser', 'vhostvdpa', 'nvme'].includes(sourceType))
      return `its source (${sourceType}) is not opened by QEMU, which could keep writes from it`;
    return READONLY_DISK_BUSES.includes(bus) ? null : `libvirt has no read-only disks on the ${bus} bus`;
  },
  overlay: ({ device, sourceType, encrypted }) => {
    if (device === 'floppy') return null;
    if (device === 'lun') return 'it is a lun, whose commands go to the device itself';
    if (sourceType !== 'file') return `libvirt makes overlays beside files alone, and its source is a ${sourceType}`;
    // The overlay is plain qcow2.
    return encrypted ? 'it is encrypted, and what is written to it would lie in its overlay in the clear' : null;
  },
  snapshot: ({ device, sourceType, format, encrypted, shareable, transient }) => {
    if (device === 'floppy') return 'it is a floppy with an image in it, which libvirt would have in the snapshot';
    if (device === 'lun') return 'it is a lun, which has none';
    if (!['file', 'block', 'volume'].includes(sourceType)) return `its source is a ${sourceType}`;
    if (format !== 'qcow2') return `its image is ${format ?? 'raw'}, and only qcow2 images have snapshots inside`;
    if (encrypted) return 'it is encrypted, and libvirt does not give its key for it';
    if (shareable) return 'it is shareable, and may be open elsewhere';
    return transient ? 'it is transient' : null;
  },
};

/** The disks that are protected, and why others cannot be. A disk that no write reaches needs none. */
export function protectionOf(context: PlanContext): Protection {
  return protectionBy(context, context.inputs.request.guestDisks);
}

function protectionBy(context: PlanContext, how: GuestDisks): Protection {
  if (how === 'writable') return { disks: [], refusals: [] };
  const wanted = writtenTo(context, how);
  const others = elseOf(context, how);
  const refusals = wanted.flatMap((disk) => {
    const why = OBSTACLES[how](disk, context);
    if (why === null) return [];
    return [refusal(`guest-disk-${how}`, disk.target, { target: disk.target, why, instead: others() })];
  });
  if (how === 'snapshot') {
    const why = whyNoSnapshot(context, wanted);
    if (why !== null) refusals.unshift(refusal('guest-snapshot', null, { why, instead: others() }));
  }
  const disks = wanted.map((disk): ProtectedDisk => ({ disk, how: disk.device === 'floppy' ? 'read-only' : how }));
  return { disks: refusals.length > 0 ? [] : disks, refusals };
}

/** The guest's own disks that its writes would reach. What is written to a transient one is thrown away as it is. */
function writtenTo({ domain }: PlanContext, how: GuestDisks): DiskView[] {
  return domain.disks.filter(
    ({ readonly, source, transient }) => !readonly && source !== null && (!transient || how === 'snapshot'),
  );
}

/** What libvirt refuses a snapshot of the whole guest for. */
function whyNoSnapshot({ domain, inputs }: PlanContext, disks: readonly DiskView[]): string | null {
  if (!inputs.domain.persistent) return 'libvirt forgets the snapshots of a transient guest when it stops';
  if (domain.firmware === 'uefi') return 'libvirt takes none of a guest with UEFI variables in a flash image';
  if (inputs.domain.checkpoints > 0) return 'libvirt takes none of a guest that has checkpoints';
  return disks.length === 0 ? 'the guest has no disk that is written to' : null;
}

/** What else could be chosen for this guest, in words; asked only where something is refused. */
function elseOf(context: PlanContext, how: GuestDisks): () => string {
  return () => {
    const others = GUEST_DISKS.filter((other) => other !== how && isPossible(context, other));
    return others.map((other) => `“${other}”`).join(' or ');
  };
}

function isPossible(context: PlanContext, how: GuestDisks): boolean {
  if (how === 'writable') return true;
  const disks = writtenTo(context, how);
  return (
    disks.every((disk) => OBSTACLES[how](disk, context) === null) &&
    (how !== 'snapshot' || whyNoSnapshot(context, disks) === null)
  );
}

/** Facts about the protection that an administrator should have read. */
export function protectionWarnings(
  { domain }: PlanContext,
  disks: readonly ProtectedDisk[],
  snapshot: PlannedSnapshot | null,
): Finding[] {
  const targets = (how: ProtectedDisk['how']) => disks.filter((one) => one.how === how).map(({ disk }) => disk.target);
  const found: Finding[] = [];
  for (const [how, code] of [
    ['read-only', 'guest-disks-read-only'],
    ['overlay', 'guest-disks-overlay'],
  ] as const) {
    const named = targets(how).join(', ');
    if (named !== '') found.push(warning(code, null, { targets: named }));
  }
  if (snapshot === null) return found;
  const params = { snapshot: snapshot.name, targets: snapshot.targets.join(', ') };
  return [
    ...found,
    warning('guest-disks-snapshot', null, {
      ...params,
      domain: domainWord(domain),
      name: snapshot.name.includes('…') ? 'NAME' : shellWord(snapshot.name),
    }),
  ];
}

/** Begins the name of every snapshot that a rescue takes. */
const SNAPSHOT_PREFIX = 'salvor-';

/** The disk snapshot of a session; null: none is asked for. In a preview the session has no id yet. */
export function plannedSnapshot(disks: readonly ProtectedDisk[], stamp: SessionStamp | null): PlannedSnapshot | null {
  const targets = disks.filter(({ how }) => how === 'snapshot').map(({ disk }) => disk.target);
  if (targets.length === 0) return null;
  return {
    name: `${SNAPSHOT_PREFIX}${stamp?.id.slice(0, 8) ?? '…'}`,
    description: `Salvor: before the rescue ${stamp?.id ?? '…'}`,
    targets,
  };
}
