/** A guest of every machine that the tables know and this QEMU has, with its root disk where such machines have it. */
import { join } from 'node:path';

export interface MachineGuest {
  readonly name: string;
  readonly arch: string;
  readonly machine: string;
  /** Content of <os> behind <type>. */
  readonly os: string;
  /** Content of <features>. */
  readonly features: string;
  /** Besides the emulator; `dir` holds root.img and floppy.img. */
  readonly devices: (dir: string) => string;
}

const disk = (image: string, target: string, bus: string, more = '', device = 'disk') =>
  `<disk type='file' device='${device}'><driver name='qemu' type='raw'/><source file='${image}'/><target dev='${target}' bus='${bus}'/>${more}</disk>`;
const root =
  (target: string, bus: string, more = '') =>
  (dir: string) =>
    disk(join(dir, 'root.img'), target, bus) + more;

/** Code and template from the packages of the firmware; each guest gets variables of its own from libvirt. */
const pflash = (code: string, vars: string) =>
  `<loader readonly='yes' type='pflash'>${code}</loader><nvram template='${vars}'/>`;
const AAVMF = pflash('/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd');
const AAVMF32 = pflash('/usr/share/AAVMF/AAVMF32_CODE.fd', '/usr/share/AAVMF/AAVMF32_VARS.fd');
const OVMF = pflash('/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd');
const ACPI = '<acpi/>';
const NO_PCI = "<controller type='usb' model='none'/><memballoon model='none'/>";
const MMIO = "<address type='virtio-mmio'/>";

export const MACHINE_GUESTS: readonly MachineGuest[] = [
  { name: 'pc', arch: 'x86_64', machine: 'pc', os: '', features: ACPI, devices: root('hda', 'ide') },
  { name: 'pc, 32 bit', arch: 'i686', machine: 'pc', os: '', features: ACPI, devices: root('hda', 'ide') },
  { name: 'pc, UEFI', arch: 'x86_64', machine: 'pc', os: OVMF, features: ACPI, devices: root('vda', 'virtio') },
  { name: 'q35', arch: 'x86_64', machine: 'q35', os: '', features: ACPI, devices: root('sda', 'sata') },
  { name: 'q35, UEFI', arch: 'x86_64', machine: 'q35', os: OVMF, features: ACPI, devices: root('vda', 'virtio') },
  {
    name: 'microvm',
    arch: 'x86_64',
    machine: 'microvm',
    os: '',
    features: '',
    devices: (dir) => disk(join(dir, 'root.img'), 'vda', 'virtio', MMIO) + NO_PCI,
  },
  {
    name: 'isapc',
    arch: 'x86_64',
    machine: 'isapc',
    os: '',
    features: '',
    devices: (dir) => disk(join(dir, 'floppy.img'), 'fda', 'fdc', '', 'floppy') + NO_PCI,
  },
  { name: 'aarch64', arch: 'aarch64', machine: 'virt', os: AAVMF, features: ACPI, devices: root('vda', 'virtio') },
  {
    name: 'aarch64 on virtio-mmio',
    arch: 'aarch64',
    machine: 'virt',
    os: AAVMF,
    features: '',
    devices: (dir) => disk(join(dir, 'root.img'), 'vda', 'virtio', MMIO),
  },
  { name: 'armv7l', arch: 'armv7l', machine: 'virt', os: AAVMF32, features: '', devices: root('vda', 'virtio') },
  // Debian 12 has no UEFI for it: what is attached would not boot, but it can be attached.
  { name: 'riscv64', arch: 'riscv64', machine: 'virt', os: '', features: '', devices: root('vda', 'virtio') },
  { name: 's390x', arch: 's390x', machine: 's390-ccw-virtio', os: '', features: '', devices: root('vda', 'virtio') },
  { name: 'pseries', arch: 'ppc64', machine: 'pseries', os: '', features: '', devices: root('sda', 'scsi') },
  {
    name: 'pseries, little',
    arch: 'ppc64le',
    machine: 'pseries',
    os: '',
    features: '',
    devices: root('vda', 'virtio'),
  },
  { name: 'g3beige', arch: 'ppc', machine: 'g3beige', os: '', features: '', devices: root('hda', 'ide') },
];

/** QEMU's default for `virt` is one of 32 bit. */
const CPU = "<cpu mode='custom'><model>cortex-a57</model></cpu>";

/** The definition that libvirt is given first; it fills in addresses and controllers. */
export function guestXml(guest: MachineGuest, domain: string, dir: string): string {
  const { arch, machine, os, features, devices } = guest;
  return `<domain type='qemu'>
  <name>${domain}</name>
  <memory unit='MiB'>256</memory>
  <vcpu>1</vcpu>
  <os><type arch='${arch}' machine='${machine}'>hvm</type>${os}</os>
  ${features === '' ? '' : `<features>${features}</features>`}
  ${arch === 'aarch64' ? CPU : ''}
  <devices>${devices(dir)}</devices>
</domain>`;
}
