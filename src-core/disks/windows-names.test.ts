import { describe, expect, it } from 'vitest';
import { parseDomain } from '../domain-xml/domain.ts';
import { windowsNames } from './windows-names.ts';

const pci = (bus: number, slot: number, fn = 0) =>
  `<address type='pci' domain='0' bus='${bus}' slot='${slot}' function='${fn}'/>`;
const drive = (controller: number, bus: number, target: number, unit: number) =>
  `<address type='drive' controller='${controller}' bus='${bus}' target='${target}' unit='${unit}'/>`;
const controller = (type: string, index: number, model: string, address: string) =>
  `<controller type='${type}' index='${index}' model='${model}'>${address}</controller>`;
const disk = (target: string, bus: string, address = '', device = 'disk') =>
  `<disk type='file' device='${device}'><source file='/x'/><target dev='${target}' bus='${bus}'/>${address}</disk>`;

interface Guest {
  readonly machine?: string;
  readonly arch?: string;
  readonly os?: string;
}

/** `[target, disk, location]` of each. */
function told(devices: string, { machine = 'q35', arch = 'x86_64', os = '' }: Guest = {}) {
  const domain = parseDomain(
    `<domain type='kvm'><name>n</name><os${os}><type arch='${arch}' machine='${machine}'>hvm</type></os><features><acpi/></features><devices>${devices}</devices></domain>`,
  );
  return [...windowsNames(domain)].map(([{ target }, { disk: number, location }]) => [target, number, location]);
}

const port = (index: number, slot: number, fn = 0) => controller('pci', index, 'pcie-root-port', pci(0, slot, fn));

describe('the location path', () => {
  it.each<[string, string, Guest, string | null]>([
    // Of a guest on QEMU: what Ansible's win_disk_facts shows.
    ['virtio on pc', disk('vda', 'virtio', pci(0, 4)), { machine: 'pc' }, 'PCIROOT(0)#PCI(0400)#SCSI(P00T00L00)'],
    [
      'virtio behind a root port: device and function of both',
      port(1, 2, 3) + disk('vda', 'virtio', pci(1, 0)),
      {},
      'PCIROOT(0)#PCI(0203)#PCI(0000)#SCSI(P00T00L00)',
    ],
    [
      'virtio behind a bridge behind a root port',
      port(1, 0x1e) + controller('pci', 2, 'pcie-to-pci-bridge', pci(1, 0)) + disk('vda', 'virtio', pci(2, 0x0b)),
      {},
      'PCIROOT(0)#PCI(1E00)#PCI(0000)#PCI(0B00)#SCSI(P00T00L00)',
    ],
    ['sata on the board', disk('sdc', 'sata', drive(0, 0, 0, 2)), {}, 'PCIROOT(0)#PCI(1F02)#ATA(C02T00L00)'],
    ['ide', disk('hdd', 'ide'), { machine: 'pc' }, 'PCIROOT(0)#PCI(0101)#ATA(C01T01L00)'],
    [
      'virtio-scsi',
      controller('scsi', 0, 'virtio-scsi', pci(0, 7)) + disk('sda', 'scsi', drive(0, 0, 3, 12)),
      { machine: 'pc' },
      'PCIROOT(0)#PCI(0700)#SCSI(P00T03L12)',
    ],
    [
      'lsilogic, which Windows has no driver for',
      controller('scsi', 0, 'lsilogic', pci(0, 7)) + disk('sda', 'scsi', drive(0, 0, 0, 1)),
      { machine: 'pc' },
      null,
    ],
    [
      'aarch64 with UEFI',
      port(1, 1) + disk('vda', 'virtio', pci(1, 0)),
      { machine: 'virt', arch: 'aarch64', os: " firmware='efi'" },
      'PCIROOT(0)#PCI(0100)#PCI(0000)#SCSI(P00T00L00)',
    ],
    ['aarch64 with a device tree', disk('vda', 'virtio', pci(0, 1)), { machine: 'virt', arch: 'aarch64' }, null],
    ['pseries', disk('vda', 'virtio', pci(0, 1)), { machine: 'pseries', arch: 'ppc64le' }, null],
    ['usb', disk('sda', 'usb', "<address type='usb' bus='0' port='1'/>"), {}, null],
    ['no address', disk('vda', 'virtio'), {}, null],
    ['a bus that is nowhere', disk('vda', 'virtio', pci(7, 0)), {}, null],
    [
      'bridges that hang on each other',
      controller('pci', 1, 'pci-bridge', pci(2, 1)) +
        controller('pci', 2, 'pci-bridge', pci(1, 1)) +
        disk('vda', 'virtio', pci(1, 2)),
      {},
      null,
    ],
  ])('%s', (_title, devices, guest, location) => {
    expect(told(devices, guest)[0]?.[2]).toBe(location);
  });
});

describe('the number', () => {
  it.each<[string, string, readonly (number | null)[]]>([
    ['of the only disk', disk('vda', 'virtio', pci(0, 4)), [0]],
    [
      'is not shared with cdroms and floppies',
      disk('vda', 'virtio', pci(0, 4)) + disk('hda', 'ide', '', 'cdrom') + disk('fda', 'fdc', '', 'floppy'),
      [0, null, null],
    ],
    ['of several is in the order of enumeration', disk('vda', 'virtio', pci(0, 4)) + disk('hda', 'ide'), [null, null]],
    [
      'with a usb cdrom, which is a disk before libvirt 11.5',
      disk('vda', 'virtio', pci(0, 4)) + disk('sda', 'usb', '', 'cdrom'),
      [null, null],
    ],
  ])('%s', (_title, devices, numbers) => {
    expect(told(devices, { machine: 'pc' }).map(([, number]) => number)).toEqual(numbers);
  });
});
