/** Policy as tables: literal, readable, each row with its source. Conversion (apply.ts) knows none of this. */
import type { Firmware, MachineFamily } from '../domain-xml/domain.ts';
import type { RescueBus, RescueDeviceKind } from './types.ts';

/** RESCUE.md "Fit": which device can sit on which bus; in the order in which defaults are tried. Tried against libvirt 9.0 (define-time errors). */
export const BUSES_OF_DEVICE: Readonly<Record<RescueDeviceKind, readonly RescueBus[]>> = {
  disk: ['usb', 'virtio', 'scsi', 'sata', 'ide'],
  cdrom: ['sata', 'ide', 'scsi', 'usb'],
  floppy: ['fdc'],
};

/**
 * Buses by machine: what libvirt's define and QEMU's start took, each tried with QEMU 5.2, 7.2, 10.0 and 11.1 under libvirt 7.0, 9.0, 11.3 and 12.8.
 * The host's domain capabilities take away from it and never add: they list fdc on machines without a floppy controller (nearly all before
 * libvirt 11.4), and PCI's buses on isapc and microvm, which have no PCI.
 */
export const BUSES_OF_MACHINE: Readonly<Record<MachineFamily, readonly RescueBus[]>> = {
  i440fx: ['usb', 'virtio', 'scsi', 'sata', 'ide', 'fdc'],
  // "IDE controllers are unsupported for this QEMU binary or machine type", here and on all below.
  q35: ['usb', 'virtio', 'scsi', 'sata', 'fdc'],
  // Virtio devices on virtio-mmio alone.
  microvm: ['virtio', 'scsi'],
  // libvirt knows no way to its IDE.
  isapc: ['fdc'],
  virt: ['usb', 'virtio', 'scsi', 'sata'],
  // usb comes with QEMU 10; older ones say in their capabilities that they have none.
  's390-ccw': ['usb', 'virtio', 'scsi'],
  pseries: ['usb', 'virtio', 'scsi', 'sata'],
  // By domain capabilities alone: see busesOfMachine.
  other: [],
};

/**
 * Buses that firmware has no driver for: a device there is legal, and the next one in the order boots without a word. Tried on SLOF of QEMU 7.2,
 * AAVMF of 2022 and 2025 (RISC-V's UEFI boots all of its four), and s390-ccw, which boots virtio-blk and virtio-scsi.
 */
export function busesWithoutDriver(firmware: Firmware, arch: string): readonly RescueBus[] {
  if (firmware === 'slof') return ['sata'];
  if (firmware === 's390-ccw') return ['usb'];
  return firmware === 'uefi' && /^(aarch64|arm)/.test(arch) ? ['sata'] : [];
}

/** How firmware is called in a sentence. */
export const FIRMWARE_NAMES: Readonly<Record<Firmware, string>> = {
  bios: 'SeaBIOS',
  uefi: 'UEFI',
  slof: 'SLOF',
  's390-ccw': 's390-ccw',
  'u-boot': 'U-Boot',
  none: 'none',
  other: 'the machine’s own firmware',
};

/** The recommended cdrom bus by the guest's machine (not the medium's: Nova's known trap). */
export const CDROM_BUS_OF_MACHINE: Readonly<Record<MachineFamily, RescueBus>> = {
  i440fx: 'ide',
  q35: 'sata',
  microvm: 'scsi',
  isapc: 'ide',
  virt: 'scsi',
  's390-ccw': 'scsi',
  pseries: 'scsi',
  other: 'scsi',
};

/** The cdrom bus Nova picks (get_disk_bus_for_device_type), by architecture first, then by the name of the machine. */
export function novaCdromBus(arch: string, machine: string): RescueBus {
  if (/^(ppc|s390|aarch64)/.test(arch)) return 'scsi';
  return machine.includes('q35') ? 'sata' : 'ide';
}

/** Places: ide "Only 1 IDE controller is supported", fdc "Only 1 fdc controller", sata six ports a controller. */
export const PLACES = { ide: 4, fdc: 2, sataController: 6 } as const;

/** Domain types other than these are refused; with the reason of those that people meet. */
export const SUPPORTED_TYPES: readonly string[] = ['kvm', 'qemu', 'test'];
/** Nova's _check_can_rescue_stable: without a stable rescue (xen until it was dropped). */
export const NOVA_LEGACY_TYPES: readonly string[] = ['lxc', 'xen'];
export const REASON_OF_TYPE: Readonly<Record<string, string>> = {
  lxc: 'a container has no firmware and boots no device',
  openvz: 'a container has no firmware and boots no device',
  uml: 'User Mode Linux has no firmware and boots no device',
  xen: 'libvirt’s xen driver has no boot order per device',
  vz: 'the vz driver has no boot order per device',
  parallels: 'the vz driver has no boot order per device',
  bhyve: 'bhyve has not been verified',
  hvf: 'QEMU with macOS’s hypervisor has not been verified',
  nvmm: 'QEMU with NetBSD’s hypervisor has not been verified',
  vmware: 'libvirt cannot change the boot order of vmware domains',
  hyperv: 'libvirt cannot change the boot order of hyperv domains',
  vbox: 'libvirt cannot change the boot order of vbox domains',
  phyp: 'libvirt has no driver for PowerVM any more',
  kqemu: 'QEMU has no kqemu any more',
};

/** Buses on which `<transient shareBacking='yes'/>` starts and boots: sata refuses it, virtio fails beside another virtio disk (FACTS B2). */
export const SHARED_OVERLAY_BUSES: readonly string[] = ['usb', 'scsi'];
/** Buses that take `<readonly/>` on a disk: "readonly sata disks are not supported", ide alike. */
export const READONLY_DISK_BUSES: readonly string[] = ['usb', 'scsi', 'virtio'];

/** s390-ccw tries the first device only; from these on (both) it goes on to the next. */
export const S390_BOOTS_ON_FROM = { libvirt: 10_010_000, qemu: 9_002_000 } as const;

/** libvirt 11.5 makes a usb cdrom a real one (usb-bot + scsi-cd); before, SeaBIOS finds nothing on it (FACTS B3). */
export const USB_CDROM_BOOTS_FROM = 11_005_000;

/** Pools whose volumes are files of the host: only there can an overlay, which is a qcow2 file, be made. */
export const FILE_POOL_TYPES: readonly string[] = ['dir', 'fs', 'netfs'];
/** Pools that make volumes, and take their bytes (libvirt's storage drivers; the others have volumes made elsewhere, or no uploads). */
export const UPLOAD_POOL_TYPES: readonly string[] = [...FILE_POOL_TYPES, 'logical', 'disk', 'zfs', 'vstorage'];

/** Disk image formats a medium may have. Others may refer to anything, or are not driven by libvirt's overlays. */
export const DISK_FORMATS: readonly string[] = ['raw', 'iso', 'qcow2'];
export const OPTICAL_FORMATS: readonly string[] = ['raw', 'iso'];

/** 4.6.5 → 4,006,005 and back. */
export function formatLibvirtVersion(version: number): string {
  return `${Math.floor(version / 1_000_000)}.${Math.floor(version / 1000) % 1000}.${version % 1000}`;
}
