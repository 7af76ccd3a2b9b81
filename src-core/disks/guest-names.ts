/**
 * What a Linux guest will call each disk, as far as the definition tells. Sources: udev's 60-persistent-storage.rules with its helpers
 * ata_id, scsi_id, usb_id and path_id (systemd 252), and the properties that libvirt gives QEMU's devices (9.0, QEMU 7.2).
 */
import type { ControllerView, DomainView } from '../domain-xml/domain.ts';
import { guestBusNumbers, guestPciAddress } from './pci-buses.ts';
import { derivedDriveAddress } from './places.ts';
import type { DriveAddress } from './places.ts';
import { diskNameIndex, indexLetters } from './target-names.ts';
import type { DiskView, GuestNames } from './types.ts';

/** virtio-blk and ATA have room for this much of a serial; libvirt takes longer ones, and virtio cuts them. */
const SHORT_SERIAL = 20;
const WWN = /^[0-9a-f]{16}$/i;

/** udev: white space becomes one _, and so does every character that has no place in the name of a link. */
function linkName(text: string): string {
  return text
    .trim()
    .replace(/\s+/g, '_')
    .replace(/[^A-Za-z0-9#+\-.:=@_]/g, '_');
}

const drivePlace = (disk: DiskView): DriveAddress | null =>
  disk.address?.type === 'drive' ? disk.address : derivedDriveAddress(disk.target, disk.bus);

/**
 * The serial QEMU makes up for ATA drives: QM and a count over every unit of every ATA port since the machine was built. Ports of the
 * board come first: two units each on the channels of i440fx, and two each (of which one is used) on the ports of q35's controller 0.
 */
function madeUpAtaSerial(domain: DomainView, bus: string, place: DriveAddress): string | null {
  if (place.controller !== 0) return null;
  const port = bus === 'ide' ? place.bus : domain.machineFamily === 'q35' ? place.unit : null;
  if (port === null) return null;
  const unit = bus === 'ide' ? place.unit : 0;
  return `QM${String(2 * port + unit + 1).padStart(5, '0')}`;
}

function byId(domain: DomainView, disk: DiskView): string | null {
  // A lun shows the serial of the real device behind it.
  if (disk.device === 'lun' || disk.device === 'floppy') return null;
  const serial = disk.serial === null || disk.serial === '' ? null : disk.serial;
  const optical = disk.device === 'cdrom';
  const place = drivePlace(disk);
  switch (disk.bus) {
    case 'virtio':
      return serial === null ? null : `virtio-${linkName(serial.slice(0, SHORT_SERIAL))}`;
    case 'sata':
    case 'ide': {
      const known = serial ?? (place === null ? null : madeUpAtaSerial(domain, disk.bus, place));
      return known === null ? null : `ata-QEMU_${optical ? 'DVD-ROM' : 'HARDDISK'}_${linkName(known)}`;
    }
    case 'scsi': {
      if (disk.wwn !== null && WWN.test(disk.wwn)) return `wwn-0x${disk.wwn.toLowerCase()}`;
      const { controller, bus, target, unit } = place ?? { controller: 0, bus: 0, target: 0, unit: 0 };
      if (serial === null && place === null) return null;
      const id = serial ?? `drive-scsi${controller}-${bus}-${target}-${unit}`;
      return `scsi-0QEMU_QEMU_${optical ? 'CD-ROM' : 'HARDDISK'}_${linkName(id)}`;
    }
    case 'usb':
      // Without a serial it is made of the controller's path; a usb cdrom is another device from libvirt 11.5 on.
      return serial === null || optical ? null : `usb-QEMU_QEMU_HARDDISK_${linkName(serial)}-0:0`;
    default:
      return null;
  }
}

/** Where the drives of a bus have their controller: libvirt's type, and the place of the board's own where no <address> says it. */
const CONTROLLERS: Readonly<
  Record<string, { readonly type: string; readonly board: Readonly<Record<string, string>> }>
> = {
  sata: { type: 'sata', board: { q35: '0000:00:1f.2' } },
  ide: { type: 'ide', board: { i440fx: '0000:00:01.1' } },
  scsi: { type: 'scsi', board: {} },
};

type Controllers = ReadonlyMap<string, ControllerView>;

/** Of the four parts of an ICH9 USB controller, a disk is on the fast one; `controllers` has that one. */
function controllersByPlace(domain: DomainView): Controllers {
  const found = new Map<string, ControllerView>();
  for (const controller of domain.controllers) {
    const isCompanion = controller.model?.includes('-uhci') === true && controller.model !== 'piix3-uhci';
    if (!isCompanion) found.set(`${controller.type} ${controller.index}`, controller);
  }
  return found;
}

function controllerPath(
  domain: DomainView,
  controllers: Controllers,
  numbers: ReadonlyMap<number, number>,
  bus: string,
  index: number,
): string | null {
  const kind = CONTROLLERS[bus];
  if (kind === undefined) return null;
  const controller = controllers.get(`${kind.type} ${index}`);
  const board = index === 0 ? (kind.board[domain.machineFamily] ?? null) : null;
  return guestPciAddress(controller?.address ?? null, numbers) ?? board;
}

/** What stands behind the controller's path. lsilogic has a target for each drive, virtio-scsi a target and a LUN. */
function drivePart(bus: string, place: DriveAddress, model: string | null): string | null {
  if (bus === 'sata') return `ata-${place.unit + 1}`;
  if (bus === 'ide') return `ata-${place.bus + 1}.${place.unit}`;
  if (model?.startsWith('virtio') === true) return `scsi-0:${place.bus}:${place.target}:${place.unit}`;
  return model === null || model === 'lsilogic' || model === 'auto' ? `scsi-0:0:${place.unit}:0` : null;
}

function byPath(
  domain: DomainView,
  controllers: Controllers,
  numbers: ReadonlyMap<number, number>,
  disk: DiskView,
): string | null {
  if (disk.bus === 'virtio') {
    const address = guestPciAddress(disk.address, numbers);
    return address === null ? null : `pci-${address}`;
  }
  if (disk.bus === 'usb') {
    if (disk.address?.type !== 'usb' || disk.address.port === '' || disk.device !== 'disk') return null;
    const controller = controllers.get(`usb ${disk.address.bus}`);
    const path = guestPciAddress(controller?.address ?? null, numbers);
    return path === null ? null : `pci-${path}-usb-0:${linkName(disk.address.port)}:1.0-scsi-0:0:0:0`;
  }
  const place = drivePlace(disk);
  if (place === null) return null;
  const path = controllerPath(domain, controllers, numbers, disk.bus, place.controller);
  const model = controllers.get(`${disk.bus} ${place.controller}`)?.model ?? null;
  const part = drivePart(disk.bus, place, model);
  return path === null || part === null ? null : `pci-${path}-${part}`;
}

/** Sorts as the guest's kernel finds the disks of one bus: by controller and place; PCI paths sort as text. */
function probeOrder(disk: DiskView, path: string | null): string {
  const place = disk.bus === 'virtio' || disk.bus === 'usb' ? null : drivePlace(disk);
  const numbers = place === null ? [] : [place.controller, place.bus, place.target, place.unit];
  const fallback = String(diskNameIndex(disk.target) ?? 0).padStart(6, '0');
  return [path === null ? '~' : '', ...numbers.map((number) => String(number).padStart(6, '0')), path ?? fallback].join(
    ' ',
  );
}

/**
 * Kernel names are counted in the order of probing, so they are the best guess and no more. Drives of ide, sata and scsi are all `sd`
 * and `sr` today; where two of these buses are in use, their drivers race and nothing is told. usb comes last: its driver waits a second.
 */
function kernelNames(disks: readonly DiskView[], paths: ReadonlyMap<DiskView, string | null>): Map<DiskView, string> {
  const names = new Map<DiskView, string>();
  const sorted = [...disks]
    .map((disk) => ({ disk, key: probeOrder(disk, paths.get(disk) ?? null) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ disk }) => disk);
  const name = (chosen: readonly DiskView[], make: (place: number) => string): void => {
    for (const [place, disk] of chosen.entries()) names.set(disk, make(place));
  };
  const on = (...buses: string[]): DiskView[] => sorted.filter((disk) => buses.includes(disk.bus));

  name(on('virtio'), (place) => `vd${indexLetters(place)}`);
  name(on('fdc'), (place) => `fd${place}`);
  const racing = ['ide', 'sata', 'scsi'].filter((bus) => on(bus).length > 0);
  if (racing.length > 1) return names;
  const usb = on('usb');
  const drives = [...on(...racing), ...(usb.some((disk) => disk.device === 'cdrom') ? [] : usb)];
  name(
    drives.filter((disk) => disk.device !== 'cdrom'),
    (place) => `sd${indexLetters(place)}`,
  );
  name(
    drives.filter((disk) => disk.device === 'cdrom'),
    (place) => `sr${place}`,
  );
  return names;
}

/** What a Linux guest will call each disk, by target, as whole paths below /dev. */
export function guestNames(domain: DomainView): Map<string, GuestNames> {
  const numbers = guestBusNumbers(domain);
  const controllers = controllersByPlace(domain);
  const paths = new Map(domain.disks.map((disk) => [disk, byPath(domain, controllers, numbers, disk)]));
  const kernel = kernelNames(domain.disks, paths);
  const below = (folder: string, name: string | null | undefined): string | null =>
    name === null || name === undefined ? null : `${folder}/${name}`;
  return new Map(
    domain.disks.map((disk) => [
      disk.target,
      {
        kernel: below('/dev', kernel.get(disk)),
        byId: below('/dev/disk/by-id', byId(domain, disk)),
        byPath: below('/dev/disk/by-path', paths.get(disk)),
      },
    ]),
  );
}
