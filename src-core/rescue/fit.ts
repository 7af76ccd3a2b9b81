/** What cannot work, before anything is touched: device, bus, machine, host, room, and what never boots (RESCUE.md "Fit", "Limits", "Bootable at all"). */
import { bootPicks } from '../boot/effective-order.ts';
import { busUse, freePlace, hasFreeSlot } from '../disks/places.ts';
import type { Layout, Place } from '../disks/places.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import { isIso, mediumName } from './context.ts';
import type { PlanContext } from './context.ts';
import { refusal } from './findings.ts';
import {
  BUSES_OF_DEVICE,
  BUSES_OF_MACHINE,
  FIRMWARE_NAMES,
  USB_CDROM_BOOTS_FROM,
  busesWithoutDriver,
  formatLibvirtVersion,
} from './policy.ts';
import { RESCUE_BUSES, RESCUE_DEVICES } from './types.ts';
import type { FallThrough, Finding, RescueBus, RescueDeviceKind } from './types.ts';

export function asDevice(word: string): RescueDeviceKind | null {
  return RESCUE_DEVICES.find((device) => device === word) ?? null;
}

export function asBus(word: string): RescueBus | null {
  return RESCUE_BUSES.find((bus) => bus === word) ?? null;
}

/** Everything that speaks against a device on a bus; empty: it can be done and, unless it only rides along, it can boot. */
export function fitRefusals(
  context: PlanContext,
  layout: Layout,
  deviceWord: string,
  busWord: string,
  ridesAlong = false,
): Finding[] {
  const device = asDevice(deviceWord);
  if (device === null)
    return [refusal(deviceWord === 'lun' ? 'device-lun' : 'device-unknown', deviceWord, { device: deviceWord })];
  const buses = () => listBuses(context, layout, device);
  const bus = asBus(busWord);
  if (busWord === 'nvme') return [refusal('bus-nvme', busWord, { buses: buses() })];
  if (bus === null) return [refusal('bus-unknown', busWord, { bus: busWord, buses: buses() })];
  const structural = structuralRefusal(context, device, bus, buses);
  if (structural !== null) return [structural];
  const full = roomRefusal(context, layout, bus, buses);
  const boot = ridesAlong || context.inputs.request.allowUnbootable ? null : neverBoots(context, layout, device, bus);
  return [full, boot].filter((finding) => finding !== null);
}

/** Device, machine, guest and host: what would be refused whatever else is attached. `buses` says what would do; asked for where it is said. */
function structuralRefusal(
  context: PlanContext,
  device: RescueDeviceKind,
  bus: RescueBus,
  buses: () => string,
): Finding | null {
  const { domain } = context;
  const machine = domain.machine || domain.machineFamily;
  const capabilities = context.inputs.host.domainCapabilities;
  if (!BUSES_OF_DEVICE[device].includes(bus))
    return refusal('device-bus-fit', bus, { device, bus, buses: BUSES_OF_DEVICE[device].join(', ') });
  if (!busesOfMachine(context).includes(bus)) return refusal('machine-bus-fit', bus, { machine, bus, buses: buses() });
  if (bus === 'usb' && usbIsOff(domain)) return refusal('usb-disabled', bus, {});
  // An empty list means that the host does not tell, not that it can do nothing.
  if (capabilities !== null && capabilities.buses.length > 0 && !capabilities.buses.includes(bus)) {
    return refusal('host-bus', bus, { bus, machine, buses: buses() });
  }
  if (capabilities !== null && capabilities.diskDevices.length > 0 && !capabilities.diskDevices.includes(device)) {
    return refusal('host-device', device, { device, machine });
  }
  return null;
}

/** The buses a machine has; one without a table has those that the host lists for it, as far as the definition shows that it can carry them. */
function busesOfMachine({ domain, inputs }: PlanContext): readonly RescueBus[] {
  if (domain.machineFamily !== 'other') return BUSES_OF_MACHINE[domain.machineFamily];
  const listed = inputs.host.domainCapabilities?.buses ?? [];
  return RESCUE_BUSES.filter((bus) => listed.includes(bus) && (bus === 'ide' || hasWayTo(domain, bus)));
}

/**
 * libvirt lists PCI's buses for machines without PCI as well, and floppies for machines without a floppy controller (up to 11.3 for nearly
 * all, in 12.8 for some still): what a definition has already, or a PCI bus, shows that there is a way.
 */
function hasWayTo({ controllers, disks }: DomainView, bus: RescueBus): boolean {
  const has = (wanted: string) => controllers.some(({ type, model }) => type === wanted && model !== 'none');
  return has(bus) || disks.some((disk) => disk.bus === bus) || (bus !== 'fdc' && has('pci'));
}

function usbIsOff({ controllers }: DomainView): boolean {
  return controllers.some((controller) => controller.type === 'usb' && controller.model === 'none');
}

function roomRefusal(context: PlanContext, layout: Layout, bus: RescueBus, buses: () => string): Finding | null {
  const place = freePlace(context.domain, layout, bus);
  if (place === null) {
    const use = busUse(context.domain, layout, bus) ?? { used: 0, limit: 0 };
    return refusal('bus-full', bus, { bus, used: use.used, limit: use.limit, buses: buses() || '—' });
  }
  return hasSlotFor(context.domain, bus, place) ? null : refusal('pci-full', bus, { bus });
}

function hasSlotFor(domain: DomainView, bus: RescueBus, place: Place): boolean {
  const needsSlot = bus === 'virtio' || (place.controller !== null && bus !== 'usb');
  return !needsSlot || hasFreeSlot(domain, bus);
}

/**
 * What could be attached on a bus as far as the guest alone says: the planner refuses none of it for structure or room, unless the host can
 * do less. Machines of which only the host tells (family `other`) have nothing here.
 */
export function devicesThatFit(domain: DomainView, layout: Layout, bus: RescueBus): RescueDeviceKind[] {
  if (domain.machineFamily === 'other' || !BUSES_OF_MACHINE[domain.machineFamily].includes(bus)) return [];
  const place = bus === 'usb' && usbIsOff(domain) ? null : freePlace(domain, layout, bus);
  if (place === null || !hasSlotFor(domain, bus, place)) return [];
  return RESCUE_DEVICES.filter((device) => BUSES_OF_DEVICE[device].includes(bus));
}

/** Combinations that are legal but never boot (FACTS B3): with an order behind them the firmware silently boots the broken system. */
export function neverBoots(
  context: PlanContext,
  layout: Layout,
  device: RescueDeviceKind,
  bus: RescueBus,
): Finding | null {
  const { domain, inputs, medium } = context;
  const machine = domain.machine || domain.machineFamily;
  if (domain.firmware === 'none') return refusal('never-boots-no-firmware', machine, { machine });
  if (domain.firmware === 'u-boot') return refusal('never-boots-u-boot', machine, {});
  if (device === 'floppy' && domain.firmware === 'uefi') return refusal('never-boots-floppy', bus, {});
  if (!firmwareHasBus(context, bus)) {
    const firmware = FIRMWARE_NAMES[domain.firmware];
    return refusal('never-boots-bus', bus, {
      firmware,
      machine,
      bus,
      buses: listBuses(context, layout, device) || '—',
    });
  }
  const content = medium?.content ?? null;
  if (device === 'disk' && !bootsIsoAsDisk(context, bus) && content?.kind === 'iso9660' && !content.hybrid) {
    const firmware = FIRMWARE_NAMES[domain.firmware];
    return refusal('never-boots-iso-disk', bus, { medium: mediumName(medium?.spec), firmware, bus });
  }
  // A hybrid ISO on libvirt's older usb cdrom is seen as a hard disk, which it is too.
  const hybrid = medium?.content?.hybrid === true || (medium !== null && medium.content !== null && !isIso(medium));
  if (device === 'cdrom' && bus === 'usb' && !usbCdromBoots(context) && !hybrid) {
    return refusal('never-boots-usb-cdrom', bus, {
      version: formatLibvirtVersion(inputs.host.libvirtVersion),
      buses: listBuses(context, layout, device) || 'disk',
    });
  }
  return null;
}

/**
 * An nvme disk behind the rescue device. QEMU calls it `/nvme-ns/namespace@0,0` in its boot order, without the PCI address of its controller
 * (10.0 and 11.1, which libvirt's nvme bus of 11.5 runs on). SeaBIOS passes over that line; OVMF over the order as a whole, of whatever bus
 * the rescue device is. Null: there is none, or it is left out.
 */
export function besideNvme({ domain, medium }: PlanContext, fallThrough: FallThrough): Finding | null {
  const target = fallThrough === 'original' && medium?.spec.kind !== 'kernel' ? nvmeInUefiOrder(domain) : null;
  return target === null ? null : refusal('never-boots-beside-nvme', target, { target });
}

/** The first nvme disk in the guest's own boot order, where its firmware cannot read the order for it. */
export function nvmeInUefiOrder(domain: DomainView): string | null {
  if (domain.firmware !== 'uefi') return null;
  for (const { device } of bootPicks(domain))
    if (device !== null && 'bus' in device && device.bus === 'nvme') return device.target;
  return null;
}

function firmwareHasBus({ domain }: PlanContext, bus: RescueBus): boolean {
  return !busesWithoutDriver(domain.firmware, domain.arch).includes(bus);
}

/** s390-ccw looks for an ISO on cdroms and on virtio disks, not on scsi ones; SeaBIOS on cdroms alone. */
function bootsIsoAsDisk({ domain }: PlanContext, bus: RescueBus): boolean {
  return domain.firmware === 's390-ccw' ? bus === 'virtio' : domain.firmware !== 'bios';
}

function isOffered(context: PlanContext, layout: Layout, device: RescueDeviceKind, bus: RescueBus): boolean {
  const unsaid = () => '';
  return structuralRefusal(context, device, bus, unsaid) === null && roomRefusal(context, layout, bus, unsaid) === null;
}

/** The buses that would do for a device, as words for a sentence; those that never boot left out. */
function listBuses(context: PlanContext, layout: Layout, device: RescueDeviceKind): string {
  return possibleBuses(context, layout, device).join(', ');
}

/** The buses on which a device fits, has room and can boot, in the order of preference. */
export function possibleBuses(context: PlanContext, layout: Layout, device: RescueDeviceKind): RescueBus[] {
  return BUSES_OF_DEVICE[device].filter(
    (bus) =>
      isOffered(context, layout, device, bus) &&
      firmwareHasBus(context, bus) &&
      (bus !== 'usb' || device !== 'cdrom' || usbCdromBoots(context)),
  );
}

/** SeaBIOS finds nothing on the usb-storage device that libvirt makes of a usb cdrom before 11.5. */
function usbCdromBoots({ domain, inputs }: PlanContext): boolean {
  return domain.firmware !== 'bios' || inputs.host.libvirtVersion >= USB_CDROM_BOOTS_FROM;
}
