/** Policy as tables: literal, readable, each row with its source. Conversion (apply.ts) knows none of this. */
import type { MachineFamily } from '../domain-xml/domain.ts';
import type { RescueBus, RescueDeviceKind } from './types.ts';

/** RESCUE.md "Fit": which device can sit on which bus; in the order in which defaults are tried. Tried against libvirt 9.0 (define-time errors). */
export const BUSES_OF_DEVICE: Readonly<Record<RescueDeviceKind, readonly RescueBus[]>> = {
  disk: ['usb', 'virtio', 'scsi', 'sata', 'ide'],
  cdrom: ['sata', 'ide', 'scsi', 'usb'],
  floppy: ['fdc'],
};

/** Buses by machine: q35 has no IDE ("IDE controllers are unsupported for this QEMU binary or machine type"); i440fx has all, sata by an added controller. */
export const BUSES_OF_MACHINE: Readonly<Record<MachineFamily, readonly RescueBus[]>> = {
  i440fx: ['usb', 'virtio', 'scsi', 'sata', 'ide', 'fdc'],
  q35: ['usb', 'virtio', 'scsi', 'sata', 'fdc'],
  other: [],
};

/** The cdrom bus Nova picks (get_disk_bus_for_device_type), here by the guest's machine and not the medium's: Nova's known trap. */
export const CDROM_BUS_OF_MACHINE: Readonly<Record<MachineFamily, RescueBus>> = {
  i440fx: 'ide',
  q35: 'sata',
  other: 'scsi',
};

/** The same by architecture, where it comes before the machine. */
export const SCSI_CDROM_ARCH = /^(ppc|s390|aarch64)/;

/** Places: ide "Only 1 IDE controller is supported", fdc "Only 1 fdc controller", sata six ports a controller. */
export const PLACES = { ide: 4, fdc: 2, sataController: 6 } as const;

/** Domain types other than these are refused; with the reason of those that people meet. */
export const SUPPORTED_TYPES: readonly string[] = ['kvm', 'qemu', 'test'];
export const REASON_OF_TYPE: Readonly<Record<string, string>> = {
  lxc: 'a container has no firmware and boots no device',
  xen: 'libvirt’s xen driver has no boot order per device',
  vz: 'the vz driver has no boot order per device',
  parallels: 'the vz driver has no boot order per device',
  bhyve: 'bhyve has not been verified',
  hvf: 'hvf has not been verified',
  vmware: 'libvirt cannot change the boot order of vmware domains',
  hyperv: 'libvirt cannot change the boot order of hyperv domains',
  vbox: 'libvirt cannot change the boot order of vbox domains',
};

export const SUPPORTED_ARCHES: readonly string[] = ['x86_64', 'i686'];

/** Buses on which `<transient shareBacking='yes'/>` starts and boots: sata refuses it, virtio fails beside another virtio disk (FACTS B2). */
export const SHARED_OVERLAY_BUSES: readonly string[] = ['usb', 'scsi'];
/** Buses that take `<readonly/>` on a disk: "readonly sata disks are not supported", ide alike. */
export const READONLY_DISK_BUSES: readonly string[] = ['usb', 'scsi', 'virtio'];

/** libvirt 11.5 makes a usb cdrom a real one (usb-bot + scsi-cd); before, SeaBIOS finds nothing on it (FACTS B3). */
export const USB_CDROM_BOOTS_FROM = 11_005_000;

/** Disk image formats a medium may have. Others may refer to anything, or are not driven by libvirt's overlays. */
export const DISK_FORMATS: readonly string[] = ['raw', 'iso', 'qcow2'];
export const OPTICAL_FORMATS: readonly string[] = ['raw', 'iso'];

/** 4.6.5 → 4,006,005 and back. */
export function formatLibvirtVersion(version: number): string {
  return `${Math.floor(version / 1_000_000)}.${Math.floor(version / 1000) % 1000}.${version % 1000}`;
}
