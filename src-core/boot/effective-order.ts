/**
 * The effective boot order of a definition: what QEMU's bootindex list will be.
 *
 * Two ways exist, and libvirt lets them not mix: <boot order> per device, or <os><boot dev>, of which each class picks one device:
 * `hd` the first disk, `cdrom` the first cdrom (even an empty one), `fd` the first floppy, `network` the first interface
 * (qemuProcessPrepareDeviceBootorder). "First" is after libvirt's sorting of the disks (virDomainDiskInsert).
 */
import type { DiskView } from '../disks/types.ts';
import { diskNameIndex } from '../disks/target-names.ts';
import type { BootDeviceView, DomainView } from '../domain-xml/domain.ts';
import { sentence } from '../rescue/findings.ts';
import type { Sentence } from '../rescue/types.ts';

export const BOOT_KINDS = ['disk', 'cdrom', 'floppy', 'interface', 'hostdev', 'redirdev', 'kernel'] as const;
export type BootKind = (typeof BOOT_KINDS)[number];

/** One place in the effective boot order. */
export interface BootEntry {
  /** Place, from 1, without gaps. */
  readonly order: number;
  readonly kind: BootKind;
  /** The disk's target, the interface's MAC, else null. */
  readonly target: string | null;
  /** The element's place among its kind in the definition, from 0 (a cdrom among the cdroms). */
  readonly index: number;
  /** One line that names the source, or null. */
  readonly source: string | null;
  /** Why it has that place, in English; `reason` is the same, coded. */
  readonly why: string;
  readonly reason: Sentence;
}

/** A bootable device and the reason for its place. `device` points back into the view; null for a kernel. */
export interface BootPick {
  readonly device: DiskView | BootDeviceView | null;
  readonly reason: Sentence;
}

/** The whole order as the guest will see it; a direct kernel comes first. */
export function effectiveBootOrder(domain: DomainView): BootEntry[] {
  const picks = bootPicks(domain);
  const kernel = domain.directKernel.kernel;
  const all = kernel === undefined ? picks : [{ device: null, reason: sentence('boot-kernel') }, ...picks];
  return all.map((pick, place) => bootEntry(domain, pick, place + 1));
}

/** Name a pick as an entry of the order. */
export function bootEntry(domain: DomainView, pick: BootPick, order: number): BootEntry {
  const { device, reason } = pick;
  const why = reason.text;
  if (device === null) {
    return { order, kind: 'kernel', target: null, index: 0, source: domain.directKernel.kernel ?? null, why, reason };
  }
  if ('kind' in device) {
    return { order, kind: device.kind, target: device.mac, index: device.index, source: device.source, why, reason };
  }
  const index = worked(domain).indexes.get(device) ?? 0;
  return { order, kind: diskKind(device), target: device.target, index, source: device.source, why, reason };
}

/** A lun boots as a disk does. */
function diskKind(disk: DiskView): 'disk' | 'cdrom' | 'floppy' {
  return disk.device === 'cdrom' || disk.device === 'floppy' ? disk.device : 'disk';
}

interface WorkedOut {
  readonly picks: readonly BootPick[];
  /** The place of each disk among those of its kind. */
  readonly indexes: ReadonlyMap<DiskView, number>;
}

/** A plan asks many times for the order of the same domain; a view never changes. */
const WORKED_OUT = new WeakMap<DomainView, WorkedOut>();

function worked(domain: DomainView): WorkedOut {
  const known = WORKED_OUT.get(domain);
  if (known !== undefined) return known;
  const indexes = new Map<DiskView, number>();
  const counts = { disk: 0, cdrom: 0, floppy: 0 };
  for (const disk of domain.disks) indexes.set(disk, counts[diskKind(disk)]++);
  const found = { picks: pickDevices(domain), indexes };
  WORKED_OUT.set(domain, found);
  return found;
}

/** The devices in boot order, with reasons; without a kernel. */
export function bootPicks(domain: DomainView): readonly BootPick[] {
  return worked(domain).picks;
}

function pickDevices(domain: DomainView): BootPick[] {
  const ordered = [...domain.disks, ...domain.bootDevices].filter((device) => device.bootOrder !== null);
  if (ordered.length > 0) {
    return ordered
      .sort((a, b) => (a.bootOrder ?? 0) - (b.bootOrder ?? 0))
      .map((device) => ({ device, reason: sentence('boot-order', { order: device.bootOrder ?? 0 }) }));
  }
  // libvirt writes <boot dev='hd'/> into every definition that says nothing.
  const classes = domain.osBoot.length > 0 ? domain.osBoot : ['hd'];
  const implicit = domain.osBoot.length === 0;
  const sorted = libvirtDiskOrder(domain.disks);
  const picks: BootPick[] = [];
  for (const [place, dev] of classes.entries()) {
    // A class named twice has the place in which it was named last: libvirt remembers one place for each class.
    if (classes.lastIndexOf(dev) !== place) continue;
    const device = firstOfClass(dev, sorted, domain.bootDevices);
    if (device === null) continue;
    const what = 'kind' in device ? `interface ${device.mac ?? device.index}` : device.target;
    picks.push({ device, reason: implicit ? sentence('boot-dev-default') : sentence('boot-dev', { dev, what }) });
  }
  return picks;
}

function firstOfClass(
  dev: string,
  disks: readonly DiskView[],
  others: readonly BootDeviceView[],
): DiskView | BootDeviceView | null {
  switch (dev) {
    case 'hd':
      return disks.find((disk) => diskKind(disk) === 'disk') ?? null;
    case 'cdrom':
      return disks.find((disk) => disk.device === 'cdrom') ?? null;
    case 'fd':
      return disks.find((disk) => disk.device === 'floppy') ?? null;
    case 'network':
      return others.find((device) => device.kind === 'interface') ?? null;
    default:
      return null;
  }
}

/**
 * libvirt's own order of disks: within a bus by target name, buses in the order in which they first appear
 * (virDomainDiskInsert: before the first of its bus with a later name, else behind the last of its bus, else at the end).
 */
export function libvirtDiskOrder(disks: readonly DiskView[]): DiskView[] {
  const byBus = new Map<string, DiskView[]>();
  for (const disk of disks) {
    const same = byBus.get(disk.bus);
    if (same === undefined) byBus.set(disk.bus, [disk]);
    else same.push(disk);
  }
  const place = (disk: DiskView) => diskNameIndex(disk.target) ?? -1;
  return [...byBus.values()].flatMap((group) => group.sort((a, b) => place(a) - place(b)));
}
