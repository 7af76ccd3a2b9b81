/** What the picture of a machine's storage shows of each disk: one shape, whether it comes of a machine or of a plan. */
import type { PlannedDisk, RescuePlan } from '../rescue/plan-types.ts';
import { chainAllocation } from './chain-allocation.ts';
import type { DiskAddress, DiskRole, DiskView } from './types.ts';

export const PICTURE_FLAGS = ['readonly', 'shareable', 'transient', 'encrypted'] as const;
export type PictureFlag = (typeof PICTURE_FLAGS)[number];

export interface PictureDisk {
  readonly target: string;
  /** null: not told. */
  readonly role: DiskRole | null;
  readonly bus: string;
  /** disk, cdrom, floppy, lun */
  readonly device: string;
  readonly address: DiskAddress | null;
  /** One line that names the source; null: an empty drive. */
  readonly source: string | null;
  /** Bytes as the guest sees them; null where that is not known. */
  readonly size: number | null;
  /** Bytes that all its images take on the host, chainAllocation()'s; null where that is not known. */
  readonly allocation: number | null;
  /** false: the host did not tell of every image, and it takes at least so much. */
  readonly allocationComplete: boolean;
  readonly format: string | null;
  /** Names of the images below its own, nearest first. */
  readonly layers: readonly string[];
  readonly flags: readonly PictureFlag[];
  /** Of one that needs a secret: has the host a value for it? null: it needs none. */
  readonly secret: 'there' | 'missing' | 'unknown' | null;
  /** How it is kept from a rescue system's writes; null: it is not. */
  readonly protection: PlannedDisk['protection'];
}

/** A disk of a machine page, as far as the picture reads it. */
export interface DescribedDisk extends DiskView {
  readonly role: DiskRole;
  readonly capacity: number | null;
  readonly allocation: number | null;
  /** Its image and those below, nearest first; empty: not read, and the definition's own chain is all there is. */
  readonly layers: readonly { readonly source: string; readonly allocation: number | null }[];
  readonly secretStates: readonly { readonly hasValue: boolean | null }[];
}

export function pictureDisks(disks: readonly DescribedDisk[]): PictureDisk[] {
  return disks.map((disk) => {
    const { target, role, bus, device, address, source, format } = disk;
    const { bytes, complete } = chainAllocation(disk);
    return {
      ...{ target, role, bus, device, address, source, format },
      ...{ size: disk.capacity, allocation: bytes, allocationComplete: complete },
      layers: disk.layers.length > 1 ? disk.layers.slice(1).map((layer) => layer.source) : disk.backingChain,
      flags: PICTURE_FLAGS.filter((flag) => disk[flag]),
      secret: secretOf(disk),
      protection: null,
    };
  });
}

function secretOf({ secrets, secretStates }: DescribedDisk): PictureDisk['secret'] {
  if (secrets.length === 0 && secretStates.length === 0) return null;
  if (secretStates.some(({ hasValue }) => hasValue === false)) return 'missing';
  // Nothing was asked, or something could not be.
  if (secretStates.length === 0 || secretStates.some(({ hasValue }) => hasValue === null)) return 'unknown';
  return 'there';
}

/** The disks of a plan: the guest's own as they are known, each in its place; the rescue's by what the plan says of their media. */
export function plannedPictureDisks(plan: RescuePlan, own: readonly PictureDisk[]): PictureDisk[] {
  return plan.devices.map((disk) => {
    const known = disk.original ? own.find(({ target }) => target === disk.target) : undefined;
    if (known === undefined) return addedDisk(plan, disk);
    const flags = PICTURE_FLAGS.filter((flag) => known.flags.includes(flag) || isKeptBy(disk, flag));
    return { ...known, address: disk.address ?? known.address, flags, protection: disk.protection };
  });
}

/** The choice for the guest's own disks shows in the picture as what it makes of each. */
function isKeptBy({ protection }: PlannedDisk, flag: PictureFlag): boolean {
  return (protection === 'read-only' && flag === 'readonly') || (protection === 'overlay' && flag === 'transient');
}

function addedDisk({ media }: RescuePlan, disk: PlannedDisk): PictureDisk {
  const medium = media.find(({ placement }) => placement?.target.value === disk.target);
  return {
    target: disk.target,
    role: 'rescue',
    bus: disk.bus,
    device: disk.device,
    address: disk.address,
    source: disk.source,
    size: medium?.content?.virtualSize ?? medium?.size ?? null,
    // What its file takes is not asked for: its length would say so only where it has no holes.
    allocation: null,
    allocationComplete: false,
    format: medium?.placement?.format.value ?? null,
    layers: [],
    flags: disk.device === 'cdrom' ? ['readonly'] : [],
    secret: null,
    protection: null,
  };
}
