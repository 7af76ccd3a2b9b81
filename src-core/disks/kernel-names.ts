/**
 * The names that Linux counts: vda, sda, sr0. Each is counted in the order of probing among those that share its letters, so what can be
 * told is what nothing can race with. Compared with a Linux 6.1 guest: e2e/host/guest-names.test.ts.
 */
import { derivedDriveAddress } from './places.ts';
import { indexLetters } from './target-names.ts';
import type { DiskView } from './types.ts';

/** A name below /dev, null where it cannot be told; and a sentence that says what it depends on. */
export interface KernelName {
  readonly name: string | null;
  readonly why: string;
}

type Paths = ReadonlyMap<DiskView, string | null>;
type Names = Map<DiskView, KernelName>;

const SCSI_LIKE: readonly string[] = ['ide', 'sata', 'scsi'];

/** Of every disk; `paths` are the names below by-path. */
export function kernelNames(disks: readonly DiskView[], paths: Paths): ReadonlyMap<DiskView, KernelName> {
  const names: Names = new Map();
  nameVirtio(names, disks, paths);
  nameFloppies(names, disks);
  // From libvirt 11.5 on a usb cdrom is one; before, the guest saw a disk. Then nothing of usb can be counted.
  const usb = disks.filter((disk) => disk.bus === 'usb');
  const countable = usb.every((disk) => disk.device !== 'cdrom');
  const board = disks.filter((disk) => SCSI_LIKE.includes(disk.bus));
  nameCdroms(names, board, countable);
  const drives = board.filter((disk) => disk.device !== 'cdrom');
  nameDrives(names, drives);
  nameUsb(names, usb, drives.length, countable);
  for (const disk of disks) {
    if (!names.has(disk))
      names.set(disk, { name: null, why: `What a guest calls a disk on ${disk.bus} is not known here.` });
  }
  return names;
}

/** virtio disks are probed one after the other by PCI address; ccw devices are recognised side by side. */
function nameVirtio(names: Names, disks: readonly DiskView[], paths: Paths): void {
  const virtio = disks.filter((disk) => disk.bus === 'virtio');
  const told = virtio.length === 1 || virtio.every((disk) => paths.get(disk)?.startsWith('pci-') === true);
  // PCI addresses have a fixed width: they sort as text.
  if (told) virtio.sort((a, b) => ((paths.get(a) ?? '') < (paths.get(b) ?? '') ? -1 : 1));
  for (const [place, disk] of virtio.entries()) {
    const why =
      virtio.length === 1
        ? 'The only virtio disk. Disks of other buses are not counted with it.'
        : told
          ? 'Counted among the virtio disks alone, in the order of their PCI addresses.'
          : `One of ${range('vd', virtio.length)}: virtio disks are counted in the order in which the guest finds them, and the definition does not tell it.`;
    names.set(disk, { name: told ? `vd${indexLetters(place)}` : null, why });
  }
}

function nameFloppies(names: Names, disks: readonly DiskView[]): void {
  for (const disk of disks) {
    if (disk.bus !== 'fdc') continue;
    const place = disk.address?.type === 'drive' ? disk.address : derivedDriveAddress(disk.target, disk.bus);
    names.set(disk, {
      name: place === null ? null : `fd${place.unit}`,
      why: 'Floppy drives are named by their unit, whatever else there is.',
    });
  }
}

function nameCdroms(names: Names, board: readonly DiskView[], countable: boolean): void {
  const optical = board.filter((disk) => disk.device === 'cdrom');
  for (const disk of optical) {
    const only = optical.length === 1;
    const why = only
      ? countable
        ? 'The only cdrom drive.'
        : 'The only cdrom drive besides usb, whose drives are found later.'
      : `One of ${range('sr', optical.length)}: cdrom drives are counted in the order in which the guest finds them.`;
    names.set(disk, { name: only ? 'sr0' : null, why });
  }
}

/** Drives of ide, sata, scsi are all `sd` and are probed side by side: seen on virtio-scsi, where unit 1 became sda. */
function nameDrives(names: Names, drives: readonly DiskView[]): void {
  for (const disk of drives) {
    const only = drives.length === 1;
    const why = only
      ? 'The only drive of ide, sata and scsi; those of usb are found later.'
      : `One of ${range('sd', drives.length)}: drives of ide, sata and scsi are counted together and probed side by side, so that any of them can be the first.`;
    names.set(disk, { name: only ? 'sda' : null, why });
  }
}

/** Behind the others: the driver of usb storage waits a second before it looks. */
function nameUsb(names: Names, usb: readonly DiskView[], before: number, countable: boolean): void {
  for (const disk of usb) {
    const only = usb.length === 1 && countable;
    const letters = `sd${indexLetters(before)}`;
    const behind = before === 0 ? '' : ', behind the drives of ide, sata and scsi, since usb waits a second';
    const why = !countable
      ? 'A usb cdrom is a disk to the guest before libvirt 11.5 and a cdrom from then on: nothing of usb can be counted.'
      : only
        ? `The only drive of usb${behind}.`
        : `One of ${range('sd', usb.length, before)}${behind}: usb drives are found side by side.`;
    names.set(disk, { name: only ? letters : null, why });
  }
}

/** `/dev/sda to /dev/sdc` */
function range(prefix: string, count: number, first = 0): string {
  const name = (index: number) => `/dev/${prefix}${prefix === 'sr' ? index : indexLetters(index)}`;
  return `${name(first)} to ${name(first + count - 1)}`;
}
