/**
 * What a Linux guest will call each disk, as far as the definition tells. Sources: udev's 60-persistent-storage.rules with its helpers
 * ata_id, scsi_id, usb_id and path_id (systemd 252), and the properties that libvirt gives QEMU's devices (9.0, QEMU 7.2).
 * Every rule for pc and q35 was compared with a Linux 6.1 guest with udev 252: golden/ has the definitions and what that guest saw. Those for
 * other machines follow path_id's source, and say nothing where a name hangs on more than the definition (virtio-mmio, device tree).
 */
import type { ControllerView, DomainView } from '../domain-xml/domain.ts';
import { kernelNames } from './kernel-names.ts';
import { guestBusNumbers, guestPciAddress } from './pci-buses.ts';
import { addedRootPort, firstPciPlace } from './pci-places.ts';
import { derivedDriveAddress } from './places.ts';
import type { DriveAddress } from './places.ts';
import type { DiskAddress, DiskView, GuestNames } from './types.ts';
import { windowsNames } from './windows-names.ts';
import { lookup } from '../lookup.ts';

/** virtio-blk and ATA have room for this much of a serial; libvirt takes longer ones, and virtio cuts them. */
const SHORT_SERIAL = 20;
const WWN = /^[0-9a-f]{16}$/i;

/** udev: _ for every character that has no place in the name of a link. */
function linkName(text: string): string {
  return text.trim().replace(/[^A-Za-z0-9#+\-.:=@_]/g, '_');
}

const drivePlace = (disk: DiskView): DriveAddress | null =>
  disk.address?.type === 'drive' ? disk.address : derivedDriveAddress(disk.target, disk.bus);

/**
 * The serial QEMU makes up for ATA drives: QM and a count over every unit of every ATA port since the machine was built. Ports of the
 * board come first: two units each on the channels of i440fx, and two each (of which one is used) on the ports of q35's controller 0.
 */
function madeUpAtaSerial(domain: DomainView, bus: string, place: DriveAddress): string | null {
  if (place.controller !== 0) return null;
  const board = bus === 'ide' ? 'i440fx' : 'q35';
  const port = domain.machineFamily !== board ? null : bus === 'ide' ? place.bus : place.unit;
  if (port === null) return null;
  const unit = bus === 'ide' ? place.unit : 0;
  return `QM${String(2 * port + unit + 1).padStart(5, '0')}`;
}

type Controllers = ReadonlyMap<string, ControllerView>;

function controllerOf(
  controllers: Controllers,
  disk: DiskView,
  place: DriveAddress | null,
): ControllerView | undefined {
  return place === null ? undefined : controllers.get(`${disk.bus} ${place.controller}`);
}

/** Only scsi disks can have one here; it is the same whatever else is attached. */
function wwnName(disk: DiskView): string | null {
  return disk.wwn !== null && disk.bus === 'scsi' && WWN.test(disk.wwn) ? `wwn-0x${disk.wwn.toLowerCase()}` : null;
}

/**
 * What libvirt gives a scsi drive without a serial as its identifier: its alias. That is one of somebody's own, which libvirt keeps, or made
 * of its place, in which only virtio-scsi has a target.
 */
function scsiDeviceId({ alias }: DiskView, place: DriveAddress | null, model: string | null): string | null {
  if (alias?.startsWith('ua-') === true) return `drive-${alias}`;
  if (place === null || model === null) return null;
  const { controller, bus, target, unit } = place;
  if (model.startsWith('virtio')) return `drive-scsi${controller}-${bus}-${target}-${unit}`;
  return model === 'lsilogic' ? `drive-scsi${controller}-${bus}-${unit}` : null;
}

function byId(domain: DomainView, controllers: Controllers, disk: DiskView): string | null {
  // A lun shows the serial of the real device behind it.
  if (disk.device === 'lun' || disk.device === 'floppy') return null;
  const serial = disk.serial === null || disk.serial === '' ? null : disk.serial;
  // A space between words becomes one _ or two, by the helper that reads it: seen, and not worth a rule.
  if (serial !== null && /\s/.test(serial.trim())) return wwnName(disk);
  const optical = disk.device === 'cdrom';
  const place = drivePlace(disk);
  const model = controllerOf(controllers, disk, place)?.model ?? null;
  switch (disk.bus) {
    case 'virtio':
      return serial === null ? null : `virtio-${linkName(serial.slice(0, SHORT_SERIAL))}`;
    case 'sata':
    case 'ide': {
      const known = serial ?? (place === null ? null : madeUpAtaSerial(domain, disk.bus, place));
      if (known === null) return null;
      return `ata-QEMU_${optical ? 'DVD-ROM' : 'HARDDISK'}_${linkName(known)}`;
    }
    case 'scsi': {
      const wwn = wwnName(disk);
      if (wwn !== null) return wwn;
      const id = serial ?? scsiDeviceId(disk, place, model);
      if (id === null) return null;
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
  sata: { type: 'sata', board: { q35: 'pci-0000:00:1f.2' } },
  ide: { type: 'ide', board: { i440fx: 'pci-0000:00:01.1' } },
  scsi: { type: 'scsi', board: {} },
};

/** Of the four parts of an ICH9 USB controller, a disk is on the fast one; `controllers` has that one. */
function controllersByPlace(domain: DomainView): Controllers {
  const found = new Map<string, ControllerView>();
  for (const controller of domain.controllers) {
    const isCompanion = controller.model?.includes('-uhci') === true && controller.model !== 'piix3-uhci';
    if (!isCompanion) found.set(`${controller.type} ${controller.index}`, controller);
  }
  return found;
}

/** libvirt's default channel subsystem, which guests see as their first. */
const VIRTUAL_CSS = 0xfe;

/** How path_id begins the name of what has this address; null where that cannot be told. */
function addressPath(domain: DomainView, numbers: ReadonlyMap<number, number>, address: DiskAddress | null) {
  if (address?.type === 'ccw' && address.cssid === VIRTUAL_CSS)
    return `ccw-0.${address.ssid.toString(16)}.${address.devno.toString(16).padStart(4, '0')}`;
  const place = hasPlainPci(domain, address) ? guestPciAddress(address, numbers) : null;
  return place === null ? null : `pci-${place}`;
}

/**
 * PCI names begin with the PCI address where the host bridge has no parent of its own: with ACPI, and on pseries. Behind a device tree
 * (ARM without ACPI, RISC-V) they begin with a platform device, whose name the definition does not tell.
 */
function hasPlainPci({ machineFamily, arch, firmware, acpi }: DomainView, address: DiskAddress | null): boolean {
  switch (machineFamily) {
    case 'i440fx':
    case 'q35':
      return true;
    case 'virt':
      return arch === 'aarch64' && firmware === 'uefi' && acpi;
    case 'pseries':
      // The first host bridge; SLOF's numbers behind bridges were not looked at.
      return address?.type === 'pci' && address.bus === 0;
    default:
      return false;
  }
}

function controllerPath(
  domain: DomainView,
  controllers: Controllers,
  numbers: ReadonlyMap<number, number>,
  bus: string,
  index: number,
): string | null {
  const kind = lookup(CONTROLLERS, bus);
  if (kind === undefined) return null;
  const controller = controllers.get(`${kind.type} ${index}`);
  const board = index === 0 ? (kind.board[domain.machineFamily] ?? null) : null;
  return addressPath(domain, numbers, controller?.address ?? null) ?? board;
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
  if (disk.bus === 'virtio') return addressPath(domain, numbers, disk.address);
  if (disk.bus === 'usb') {
    if (disk.address?.type !== 'usb' || disk.address.port === '' || disk.device !== 'disk') return null;
    const controller = controllers.get(`usb ${disk.address.bus}`);
    const path = addressPath(domain, numbers, controller?.address ?? null);
    return path === null ? null : `${path}-usb-0:${linkName(disk.address.port)}:1.0-scsi-0:0:0:0`;
  }
  const place = drivePlace(disk);
  if (place === null) return null;
  const path = controllerPath(domain, controllers, numbers, disk.bus, place.controller);
  const model = controllerOf(controllers, disk, place)?.model ?? null;
  const part = drivePart(disk.bus, place, model);
  return path === null || part === null ? null : `${path}-${part}`;
}

/** Of a disk that nothing is known of: one that libvirt has not given a place yet. */
export const NO_GUEST_NAMES: GuestNames = {
  kernel: null,
  byId: null,
  byPath: null,
  windows: { disk: null, location: null },
  why: 'Nothing is known of its place yet.',
  note: null,
};

/** The names that a note chooses from; `moves`: the number of its bus can be another in rescue, and with it the by-path name. */
interface Names {
  readonly byPath: string | null;
  readonly byId: string | null;
  readonly moves: boolean;
}

/** Which name to use where the counted one can change: rescue leaves addresses and serials as they are, but the rescue disk is counted too. */
function noteOf({ bus }: DiskView, { byPath, byId, moves }: Names): string | null {
  // By their units, which rescue leaves alone.
  if (bus === 'fdc') return null;
  const others = bus === 'virtio' ? 'on virtio' : 'on ide, sata, scsi or usb';
  const counted = `A rescue medium ${others} is counted with it, so that the number can be another in rescue.`;
  const buses = moves ? ' No root port is empty: one that libvirt adds can move the bus number in by-path.' : '';
  if (byPath !== null && !moves)
    return `${counted} Use the by-path name: it follows the address, which is the same in rescue and out of it.`;
  if (byId !== null)
    return `${counted}${buses} Use the by-id name: it follows the disk, which is the same in rescue and out of it.`;
  const untold = byPath === null ? ' Neither by-path nor by-id can be told:' : '';
  return `${counted}${buses}${untold === '' ? ' Use' : `${untold} use`} the UUID of what is on it, which blkid shows in the guest.`;
}

/** The buses whose number is another where libvirt has to add a root port for the rescue; bus 0 never is. */
function movingBuses(domain: DomainView, numbers: ReadonlyMap<number, number>): (path: string | null) => boolean {
  const port = firstPciPlace(domain, []) === null ? addedRootPort(domain) : null;
  if (port === null) return () => false;
  const after = guestBusNumbers({ ...domain, controllers: [...domain.controllers, port] });
  const moved = [...numbers].filter(([index, number]) => after.get(index) !== number).map(([, number]) => number);
  const starts = moved.map((number) => `pci-0000:${number.toString(16).padStart(2, '0')}:`);
  return (path) => starts.some((start) => path?.startsWith(start) === true);
}

/** What a guest will call each disk, by target; Linux's names as whole paths below /dev. */
export function guestNames(domain: DomainView): Map<string, GuestNames> {
  const numbers = guestBusNumbers(domain);
  const controllers = controllersByPlace(domain);
  const paths = new Map(domain.disks.map((disk) => [disk, byPath(domain, controllers, numbers, disk)]));
  const kernel = kernelNames(domain.disks, paths);
  const windows = windowsNames(domain);
  const moves = movingBuses(domain, numbers);
  const below = (folder: string, name: string | null | undefined): string | null =>
    name === null || name === undefined ? null : `${folder}/${name}`;
  const named = (disk: DiskView): GuestNames => {
    const name = kernel.get(disk);
    const id = byId(domain, controllers, disk);
    const path = paths.get(disk) ?? null;
    return {
      kernel: below('/dev', name?.name),
      byId: below('/dev/disk/by-id', id),
      byPath: below('/dev/disk/by-path', path),
      windows: windows.get(disk) ?? NO_GUEST_NAMES.windows,
      why: name?.why ?? NO_GUEST_NAMES.why,
      note: noteOf(disk, { byPath: path, byId: id, moves: moves(path) }),
    };
  };
  return new Map(domain.disks.map((disk) => [disk.target, named(disk)]));
}
