/** Where each device sits: on which controller, in which slot, by the address it has or libvirt's own rule for one without. */
import { derivedDriveAddress, usbPorts } from './places.ts';
import type { DriveAddress } from './places.ts';
import { formatAddress } from '../domain-xml/disk-view.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import type { DiskAddress, DiskView } from './types.ts';

/** A slot by its names. */
export interface SlotPlace {
  /** `sata 0`, `virtio`: unique among the controllers. */
  readonly controller: string;
  readonly type: string;
  readonly index: number;
  /** Unique among all slots, and the same whatever sits there. */
  readonly key: string;
  readonly label: string;
  /** Slots of a controller are in this order: compared number by number. */
  readonly rank: readonly number[];
}

/** What sits in a slot: a disk (its place among the disks), or something else, in words. */
export interface Occupant {
  readonly place: SlotPlace;
  readonly disk: DiskView | null;
  readonly taken: string | null;
}

/** How people call the four of IDE and the two of a floppy controller. */
const IDE_NAMES = ['primary master', 'primary slave', 'secondary master', 'secondary slave'];
const FLOPPY_NAMES = ['drive A', 'drive B'];

/** A drive's slot: `port 3` on sata, `primary slave` on ide, `unit 4` on scsi. Whatever is not of that controller's usual shape is told in full. */
export function driveSlot(bus: string, address: DriveAddress): SlotPlace {
  const { controller: index, bus: channel, target, unit } = address;
  const controller = `${bus} ${index}`;
  const rank = [channel, target, unit];
  const place = { controller, type: bus, index, key: `${controller} ${channel}:${target}:${unit}`, rank };
  const flat = channel === 0 && target === 0;
  if (bus === 'ide' && index === 0 && target === 0 && channel < 2 && unit < 2)
    return { ...place, label: IDE_NAMES[channel * 2 + unit] ?? '' };
  if (bus === 'fdc' && index === 0 && flat && unit < 2) return { ...place, label: FLOPPY_NAMES[unit] ?? '' };
  if (bus === 'sata' && flat) return { ...place, label: `port ${unit}` };
  if (flat) return { ...place, label: `unit ${unit}` };
  return { ...place, label: `${channel === 0 ? '' : `bus ${channel} `}target ${target} unit ${unit}` };
}

/** `2`, `1.4` behind a hub. */
export function usbSlot(index: number, port: string): SlotPlace {
  const rank = port.split('.').map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : 0));
  return {
    controller: `usb ${index}`,
    type: 'usb',
    index,
    key: `usb ${index} port ${port}`,
    label: `port ${port}`,
    rank,
  };
}

/** Disks that are devices of their own on PCI, ccw or virtio-mmio stand side by side, as if on one controller. */
function ownSlot(bus: string, address: DiskAddress): SlotPlace {
  const text = formatAddress(address);
  const label = address.type === 'ccw' ? text.replace(/^ccw /, '') : text;
  return { controller: bus, type: bus, index: 0, key: `${bus} ${text}`, label, rank: ownRank(address) };
}

function ownRank(address: DiskAddress): number[] {
  switch (address.type) {
    case 'pci':
      return [0, address.domain, address.bus, address.slot, address.function];
    case 'ccw':
      return [1, address.cssid, address.ssid, address.devno];
    case 'drive':
      return [2, address.controller, address.bus, address.target, address.unit];
    case 'usb':
      return [3];
    case 'other':
      return [4];
  }
}

/** One whose place libvirt gives when it sees the definition: behind those that have one. */
function openSlot(bus: string, target: string): SlotPlace {
  const usb = bus === 'usb';
  const controller = usb ? 'usb 0' : bus;
  return { controller, type: bus, index: 0, key: `${bus} disk ${target}`, label: 'at its start', rank: [Infinity] };
}

const DRIVE_BUSES = ['ide', 'fdc', 'sata', 'scsi'];

function slotOf(disk: DiskView, usb: () => SlotPlace | null): SlotPlace {
  const { bus, target } = disk;
  const address = disk.address ?? (DRIVE_BUSES.includes(bus) ? derivedDriveAddress(target, bus) : null);
  if (address === null) return (bus === 'usb' ? usb() : null) ?? openSlot(bus, target);
  if (address.type === 'drive' && bus !== 'virtio') return driveSlot(bus, address);
  if (address.type === 'usb' && address.port !== '') return usbSlot(address.bus, address.port);
  return ownSlot(bus, address);
}

/** Everything that has a slot: disks in the order of the definition, then SCSI host devices and whatever is on a USB port. */
export function occupants(domain: DomainView): Occupant[] {
  const others = otherOccupants(domain);
  const taken = new Set(others.map(({ place }) => place.key));
  for (const { address } of domain.disks)
    if (address?.type === 'usb') taken.add(usbSlot(address.bus, address.port).key);
  const nextPort = () => {
    const port = firstFreePort(domain, taken);
    if (port !== null) taken.add(port.key);
    return port;
  };
  const disks = domain.disks.map((disk): Occupant => ({ place: slotOf(disk, nextPort), disk, taken: null }));
  return apart([...disks, ...others]);
}

function otherOccupants({ bootDevices, usbDevices }: DomainView): Occupant[] {
  const scsi = bootDevices.flatMap(({ kind, source, address }) =>
    kind === 'hostdev' && address?.type === 'drive'
      ? [{ place: driveSlot('scsi', address), disk: null, taken: source ?? kind }]
      : [],
  );
  const usb = usbDevices
    .filter(({ port }) => port !== '')
    .map(({ bus, port, what }) => ({ place: usbSlot(bus, port), disk: null, taken: what }));
  return [...scsi, ...usb];
}

/** libvirt's virDomainUSBAddressAssign: the first free port of the first controller that has one. null: it would add a hub, or is not known. */
function firstFreePort({ controllers }: DomainView, taken: ReadonlySet<string>): SlotPlace | null {
  for (const controller of controllers) {
    if (controller.type !== 'usb') continue;
    const ports = usbPorts(controller);
    if (ports === null) return null;
    // No more need be looked at than are taken, and one.
    for (let port = 1; port <= Math.min(ports, taken.size + 1); port += 1) {
      const place = usbSlot(controller.index, String(port));
      if (!taken.has(place.key)) return place;
    }
  }
  return null;
}

/** A definition that gives one place twice (libvirt refuses it) has a slot for each of them all the same. */
function apart(all: readonly Occupant[]): Occupant[] {
  const seen = new Map<string, number>();
  return all.map((one) => {
    const { key } = one.place;
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 1 ? one : { ...one, place: { ...one.place, key: `${key} (${times})` } };
  });
}
