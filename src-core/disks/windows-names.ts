/**
 * What a Windows guest says of a disk, as far as the definition tells. From documents, not from a running Windows:
 * - Numbers: Microsoft KB 937251. They are given in the order in which Plug and Play meets the disks, and can change from start to start.
 * - Location paths: MS-VDS 2.2.2.13.1.1 (pwszLocation) and “Understanding Disk Location Paths”; that of a virtio disk on QEMU as Ansible's
 *   win_disk_facts has it, PCIROOT(0)#PCI(0400)#SCSI(P00T00L00).
 */
import type { ControllerView, DomainView } from '../domain-xml/domain.ts';
import { derivedDriveAddress } from './places.ts';
import type { DiskAddress, DiskView, WindowsNames } from './types.ts';

type PciAddress = Extract<DiskAddress, { type: 'pci' }>;

/** Where the board's own controller is, where no <address> says it: slot and function on bus 0. */
const BOARD: Readonly<Record<string, readonly [slot: number, fn: number]>> = {
  'q35 sata': [0x1f, 2],
  'i440fx ide': [1, 1],
};

const NONE: WindowsNames = { disk: null, location: null };

/** The number of a disk is told where it is the only one. Windows runs on x86 and ARM; with others there is nothing to tell. */
export function windowsNames(domain: DomainView): ReadonlyMap<DiskView, WindowsNames> {
  const drives = domain.disks.filter(({ device, bus }) => device !== 'floppy' && (device !== 'cdrom' || bus === 'usb'));
  const bridges = bridgesOf(domain);
  const named = (disk: DiskView): WindowsNames => {
    if (bridges === null || disk.device === 'cdrom' || disk.device === 'floppy') return NONE;
    return { disk: drives.length === 1 ? 0 : null, location: locationPath(domain, bridges, disk) };
  };
  return new Map(domain.disks.map((disk) => [disk, named(disk)]));
}

/** PCI bridges by the bus that is behind them; null: a machine that Windows does not run on, or not with ACPI's PCI root. */
function bridgesOf({ machineFamily, firmware, acpi, controllers }: DomainView) {
  const isPc = machineFamily === 'i440fx' || machineFamily === 'q35';
  if (!isPc && !(machineFamily === 'virt' && firmware === 'uefi' && acpi)) return null;
  return new Map(controllers.filter(({ type }) => type === 'pci').map((bridge) => [bridge.index, bridge]));
}

function locationPath(domain: DomainView, bridges: ReadonlyMap<number, ControllerView>, disk: DiskView): string | null {
  if (disk.bus === 'virtio') return joined(pciPath(bridges, disk.address), 'SCSI(P00T00L00)');
  const place = disk.address?.type === 'drive' ? disk.address : derivedDriveAddress(disk.target, disk.bus);
  if (place === null) return null;
  const controller = domain.controllers.find(({ type, index }) => type === disk.bus && index === place.controller);
  const board = place.controller === 0 ? BOARD[`${domain.machineFamily} ${disk.bus}`] : undefined;
  const address = controller?.address ?? (board === undefined ? null : onBoard(board));
  const path = pciPath(bridges, address);
  switch (disk.bus) {
    case 'sata':
      return joined(path, `ATA(C${two(place.unit)}T00L00)`);
    case 'ide':
      return joined(path, `ATA(C${two(place.bus)}T${two(place.unit)}L00)`);
    case 'scsi':
      // Windows has no driver for the LSI 53C895A since Vista, so that there is no disk then.
      return controller?.model?.startsWith('virtio') === true
        ? joined(path, `SCSI(P00T${two(place.target)}L${two(place.unit)})`)
        : null;
    default:
      return null;
  }
}

function onBoard([slot, fn]: readonly [number, number]): PciAddress {
  return { type: 'pci', domain: 0, bus: 0, slot, function: fn };
}

const joined = (path: string | null, end: string): string | null => (path === null ? null : `${path}#${end}`);
const two = (value: number): string => String(value).padStart(2, '0');
const hex = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');

/** `PCIROOT(0)#PCI(0102)#PCI(0000)`: device and function of every bridge on the way, so that bus numbers do not matter. */
function pciPath(bridges: ReadonlyMap<number, ControllerView>, address: DiskAddress | null): string | null {
  const steps: string[] = [];
  // Bridges that hang on each other would never end.
  for (let here = address; steps.length <= bridges.size;) {
    if (here?.type !== 'pci' || here.domain !== 0) return null;
    steps.unshift(`PCI(${hex(here.slot)}${hex(here.function)})`);
    if (here.bus === 0) return ['PCIROOT(0)', ...steps].join('#');
    here = bridges.get(here.bus)?.address ?? null;
  }
  return null;
}
