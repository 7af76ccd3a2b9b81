/**
 * Free places on a guest's buses. libvirt derives drive addresses from target names and refuses a double use, so a rescue
 * device on ide, sata, scsi or fdc gets an explicit free address; USB ports are left to libvirt, and PCI slots where it chooses a late one.
 */
import type { ControllerView, DomainView } from '../domain-xml/domain.ts';
import { PLACES } from '../rescue/policy.ts';
import type { RescueBus } from '../rescue/types.ts';
import { diskNameIndex } from './target-names.ts';
import { freePciSlots, laterPciPlace } from './pci-places.ts';
import type { PciAddress } from './pci-places.ts';
import type { DiskAddress } from './types.ts';
import { lookup } from '../lookup.ts';

export type DriveAddress = Extract<DiskAddress, { type: 'drive' }>;

interface UsedDrive {
  readonly bus: string;
  readonly address: DriveAddress;
}

/** libvirt puts virtio devices on PCI where it is not told otherwise; microvm has none ("No PCI buses available"). */
const MMIO = { type: 'other', text: 'virtio-mmio' } as const;
type MmioAddress = typeof MMIO;

export interface AddedController {
  readonly type: 'scsi' | 'sata' | 'usb';
  readonly index: number;
  readonly model: string | null;
  /** null: left to libvirt. */
  readonly address: MmioAddress | null;
}

/** What is taken: grows as devices are added. Plain data; `addDevice` gives a new one. */
export interface Layout {
  readonly targets: readonly string[];
  readonly drives: readonly UsedDrive[];
  /** PCI places of devices that were added. */
  readonly pci: readonly PciAddress[];
  readonly controllers: readonly Pick<ControllerView, 'type' | 'index' | 'model'>[];
  readonly added: readonly AddedController[];
}

export interface Place {
  /** null: left to libvirt (usb, virtio on ccw, and on PCI where its own choice is the last one). */
  readonly address: DriveAddress | PciAddress | MmioAddress | null;
  /** The controller that has to be added for it, or null. */
  readonly controller: AddedController | null;
}

/** libvirt's virDomainDiskDefAssignAddress: where a drive sits that has no address of its own. Null for buses without drive addresses. */
export function derivedDriveAddress(target: string, bus: string): DriveAddress | null {
  const index = diskNameIndex(target);
  if (index === null) return null;
  const drive = (controller: number, driveBus: number, unit: number): DriveAddress => ({
    type: 'drive',
    controller,
    bus: driveBus,
    target: 0,
    unit,
  });
  switch (bus) {
    case 'ide':
      return drive(Math.floor(index / 4), Math.floor((index % 4) / 2), index % 2);
    case 'fdc':
      return drive(Math.floor(index / 2), 0, index % 2);
    case 'sata':
      return drive(Math.floor(index / 6), 0, index % 6);
    case 'scsi':
      return drive(Math.floor(index / 7), 0, index % 7);
    default:
      return null;
  }
}

/** What the guest's own devices take. SCSI host devices sit on scsi controllers as drives do. */
export function layoutOf(domain: DomainView): Layout {
  const drives: UsedDrive[] = [];
  for (const disk of domain.disks) {
    const address = disk.address?.type === 'drive' ? disk.address : derivedDriveAddress(disk.target, disk.bus);
    if (address !== null) drives.push({ bus: disk.bus, address });
  }
  for (const device of domain.bootDevices) {
    if (device.kind === 'hostdev' && device.address?.type === 'drive')
      drives.push({ bus: 'scsi', address: device.address });
  }
  return {
    targets: domain.disks.map((disk) => disk.target),
    drives,
    pci: [],
    controllers: domain.controllers,
    added: [],
  };
}

/** The layout with one more device on it. */
export function addDevice(layout: Layout, bus: string, target: string, place: Place): Layout {
  const { address, controller } = place;
  return {
    targets: [...layout.targets, target],
    drives: address?.type !== 'drive' ? layout.drives : [...layout.drives, { bus, address }],
    pci: address?.type !== 'pci' ? layout.pci : [...layout.pci, address],
    controllers: controller === null ? layout.controllers : [...layout.controllers, controller],
    added: controller === null ? layout.added : [...layout.added, controller],
  };
}

/** How many places a bus has and how many are taken, for buses that can be full; null: no such limit. */
export function busUse(domain: DomainView, layout: Layout, bus: RescueBus): { used: number; limit: number } | null {
  const used = layout.drives.filter((drive) => drive.bus === bus).length;
  switch (bus) {
    case 'ide':
      return { used, limit: PLACES.ide };
    case 'fdc':
      return { used, limit: PLACES.fdc };
    case 'sata':
      return { used, limit: PLACES.sataController * Math.max(1, sataControllers(domain, layout).length) };
    case 'usb':
      return usbUse(domain);
    default:
      return null;
  }
}

/** Ports of a usb controller by model: libvirt's virDomainUSBAddressControllerModelToPorts, each tried on 9.0. */
const USB_PORTS: Readonly<Record<string, number>> = {
  'piix3-uhci': 2,
  'piix4-uhci': 2,
  'vt82c686b-uhci': 2,
  'pci-ohci': 3,
  ehci: 6,
  'ich9-ehci1': 6,
  'nec-xhci': 4,
  'qemu-xhci': 4,
};
/** Companions of an EHCI controller: they share its ports. */
const COMPANION = /^ich9-uhci[1-6]$/;
/** VIR_DOMAIN_USB_HUB_PORTS */
export const HUB_PORTS = 8;

/** How many ports a usb controller has; null: not known. 0: a companion, which has those of its EHCI controller. */
export function usbPorts({ model, ports }: Pick<ControllerView, 'model' | 'ports'>): number | null {
  return COMPANION.test(model ?? '') ? 0 : (ports ?? lookup(USB_PORTS, model ?? '') ?? null);
}

/** Ports that devices take, and those there are; null where a controller's are not known, or it is libvirt that adds one. */
function usbUse({ controllers, usbUse: { devices, hubs } }: DomainView): { used: number; limit: number } | null {
  const ports = controllers.filter(({ type, model }) => type === 'usb' && !COMPANION.test(model ?? '')).map(usbPorts);
  if (ports.length === 0 || ports.includes(null)) return null;
  return { used: devices, limit: ports.reduce((sum: number, known) => sum + (known ?? 0), hubs * HUB_PORTS) };
}

/** Indexes of the sata controllers there are; q35 has one built in even where the definition does not say so. */
function sataControllers(domain: DomainView, layout: Layout): number[] {
  const indexes = new Set(
    layout.controllers.filter((controller) => controller.type === 'sata').map((controller) => controller.index),
  );
  if (domain.machineFamily === 'q35') indexes.add(0);
  for (const drive of layout.drives) if (drive.bus === 'sata') indexes.add(drive.address.controller);
  return [...indexes].sort((a, b) => a - b);
}

/** A free place on a bus, behind the last one taken where there is room there; null where the bus is full. */
export function freePlace(domain: DomainView, layout: Layout, bus: RescueBus): Place | null {
  switch (bus) {
    case 'ide':
      return onExisting(
        layout,
        bus,
        [0, 1].flatMap((driveBus) => [0, 1].map((unit) => drive(0, driveBus, unit))),
      );
    case 'fdc':
      return onExisting(
        layout,
        bus,
        [0, 1].map((unit) => drive(0, 0, unit)),
      );
    case 'sata':
      return sataPlace(domain, layout);
    case 'scsi':
      return scsiPlace(layout, virtioAddress(domain));
    case 'usb': {
      // Where one port is left, libvirt puts as many hubs on it as are needed.
      const use = usbUse(domain);
      return use !== null && use.used >= use.limit
        ? null
        : { address: null, controller: usbController(domain, layout) };
    }
    case 'virtio':
      return { address: virtioAddress(domain) ?? laterPciPlace(domain, layout.pci), controller: null };
  }
}

function virtioAddress({ machineFamily }: DomainView): MmioAddress | null {
  return machineFamily === 'microvm' ? MMIO : null;
}

function drive(controller: number, bus: number, unit: number, target = 0): DriveAddress {
  return { type: 'drive', controller, bus, target, unit };
}

function sameAddress(a: DriveAddress, b: DriveAddress): boolean {
  return a.controller === b.controller && a.bus === b.bus && a.target === b.target && a.unit === b.unit;
}

/** Of places in the order of the bus: the one behind the last taken, else the first free. */
function onExisting(layout: Layout, bus: string, places: readonly DriveAddress[]): Place | null {
  const taken = layout.drives.filter((used) => used.bus === bus);
  const isFree = (place: DriveAddress) => !taken.some((used) => sameAddress(used.address, place));
  const lastTaken = places.findLastIndex((place) => !isFree(place));
  const address = places[lastTaken + 1] ?? places.find(isFree);
  return address === undefined ? null : { address, controller: null };
}

function sataPlace(domain: DomainView, layout: Layout): Place | null {
  const indexes = sataControllers(domain, layout);
  const ports = Array.from({ length: PLACES.sataController }, (_, unit) => unit);
  if (indexes.length > 0)
    return onExisting(
      layout,
      'sata',
      indexes.flatMap((index) => ports.map((unit) => drive(index, 0, unit))),
    );
  return { address: drive(0, 0, 0), controller: { type: 'sata', index: 0, model: null, address: null } };
}

/**
 * Only virtio-scsi is used: lsilogic, libvirt's x86 default, never boots under OVMF and current kernels lack its driver. Behind all
 * drives there are, and with no hole left before: libvirt fills holes below a controller in use with controllers of its default model.
 */
function scsiPlace(layout: Layout, address: MmioAddress | null): Place {
  const models = new Map<number, string | null>();
  for (const { type, index, model } of layout.controllers) if (type === 'scsi') models.set(index, model);
  const taken = layout.drives.filter((used) => used.bus === 'scsi').map((used) => used.address);
  const last = Math.max(-1, ...taken.map((address) => address.controller));
  for (let index = Math.max(0, last); ; index += 1) {
    const model = models.get(index);
    if (model === undefined && index > last)
      return { address: drive(index, 0, 0), controller: { type: 'scsi', index, model: 'virtio-scsi', address } };
    if (model?.startsWith('virtio') !== true) continue;
    const here = taken.filter(({ controller }) => controller === index);
    const target = Math.max(0, ...here.map((address) => address.target));
    const unit =
      1 + Math.max(-1, ...here.filter((address) => address.target === target).map((address) => address.unit));
    if (unit <= 255) return { address: drive(index, 0, unit, target), controller: null };
  }
}

/**
 * libvirt gives x86 and pseries guests a USB controller by itself (piix3-uhci on i440fx, else qemu-xhci), and virt and s390x ones none at all;
 * where a definition has none, it is named.
 */
function usbController(domain: DomainView, layout: Layout): AddedController | null {
  if (layout.controllers.some((controller) => controller.type === 'usb')) return null;
  return {
    type: 'usb',
    index: 0,
    model: domain.machineFamily === 'i440fx' ? 'piix3-uhci' : 'qemu-xhci',
    address: null,
  };
}

/**
 * Is there a slot left for one more device that is no drive? On i440fx bus 0 has 30 slots besides host bridge and ISA, each pci-bridge 31;
 * on q35 and virt libvirt adds root ports as needed, up to 255 buses; on pseries it adds host bridges, up to 31. s390x has 65,536
 * ccw addresses in each of its subchannel sets. Where virtio devices are on virtio-mmio, libvirt puts further ones there too.
 */
export function hasFreeSlot(domain: DomainView, bus: RescueBus): boolean {
  const transports = mmioTransports(domain);
  if (transports !== null && (bus === 'virtio' || bus === 'scsi')) return domain.mmioUse < transports;
  const pci = domain.controllers.filter((controller) => controller.type === 'pci');
  switch (domain.machineFamily) {
    case 'q35':
    case 'virt':
      return pci.length < 255;
    case 'pseries':
      return pci.length < 31;
    case 's390-ccw':
    case 'isapc':
    case 'other':
      return true;
    case 'microvm':
      return true;
    case 'i440fx':
      break;
  }
  return [0, ...pci.map(({ index }) => index)].some((index) => freePciSlots(domain, index).length > 0);
}

/** How many virtio-mmio transports the machine has (tried: QEMU 7.2 to 11.1), where virtio devices are put on them; else null. */
export function mmioTransports({ machineFamily, arch, acpi, mmioUse }: DomainView): number | null {
  if (machineFamily === 'microvm') return acpi ? 24 : 8;
  if (machineFamily !== 'virt' || mmioUse === 0) return null;
  return arch.startsWith('riscv') ? 8 : 32;
}
