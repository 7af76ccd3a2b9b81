import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { XmlProblem } from '../domain-xml/document.ts';
import { parseDomainCapabilities } from './domain-capabilities.ts';

/**
 * As `virsh domcapabilities --arch … --machine … --virttype …` printed them on Debian 11, 12, 13 and sid, each with QEMU for all of these
 * architectures installed; cut down to what is read: <path>, <domain>, <machine>, <arch>, <os> and <devices><disk>.
 */
const GOLDEN = new URL('golden/', import.meta.url);

const RELEASES = ['libvirt-7.0-qemu-5.2', 'libvirt-9.0-qemu-7.2', 'libvirt-11.3-qemu-10.0', 'libvirt-12.8-qemu-11.1'];
const [DEBIAN_11, DEBIAN_12, DEBIAN_13, SID] = RELEASES as [string, string, string, string];

/** What a host says of one machine: buses, and the devices where they are not all four. */
type Row = readonly [file: string, machine: string, arch: string, buses: string, devices?: string];

const ALL = 'disk cdrom floppy lun';
const NO_FLOPPY = 'disk cdrom lun';
const PC = 'ide fdc scsi virtio usb sata';
/** Listed for every machine without a legacy bus of its own, floppies and all, before libvirt 11.4. */
const GENERIC = 'fdc scsi virtio usb sata';
const MODERN = 'scsi virtio usb sata nvme';

const ROWS: readonly Row[] = [
  [`${DEBIAN_11}-pc-kvm`, 'pc-i440fx-5.2', 'x86_64', PC],
  [`${DEBIAN_11}-q35-kvm`, 'pc-q35-5.2', 'x86_64', GENERIC],
  [`${DEBIAN_11}-aarch64-virt-qemu`, 'virt-5.2', 'aarch64', GENERIC],
  [`${DEBIAN_11}-riscv64-virt-qemu`, 'virt', 'riscv64', GENERIC],
  [`${DEBIAN_11}-s390x-qemu`, 's390-ccw-virtio-5.2', 's390x', 'fdc scsi virtio'],
  [`${DEBIAN_11}-pseries-qemu`, 'pseries-5.2', 'ppc64', 'scsi virtio usb sata', NO_FLOPPY],
  [`${DEBIAN_12}-pc-kvm`, 'pc-i440fx-7.2', 'x86_64', PC],
  [`${DEBIAN_12}-pc-qemu`, 'pc-i440fx-7.2', 'x86_64', PC],
  [`${DEBIAN_12}-q35-kvm`, 'pc-q35-7.2', 'x86_64', GENERIC],
  [`${DEBIAN_12}-q35-qemu`, 'pc-q35-7.2', 'x86_64', GENERIC],
  [`${DEBIAN_12}-i686-pc-kvm`, 'pc-i440fx-7.2', 'i686', PC],
  [`${DEBIAN_12}-microvm-kvm`, 'microvm', 'x86_64', GENERIC],
  [`${DEBIAN_12}-isapc-qemu`, 'isapc', 'x86_64', GENERIC],
  [`${DEBIAN_12}-aarch64-virt-qemu`, 'virt-7.2', 'aarch64', GENERIC],
  [`${DEBIAN_12}-armv7l-virt-qemu`, 'virt-7.2', 'armv7l', GENERIC],
  [`${DEBIAN_12}-armv7l-vexpress-a9-qemu`, 'vexpress-a9', 'armv7l', GENERIC],
  [`${DEBIAN_12}-riscv64-virt-qemu`, 'virt', 'riscv64', GENERIC],
  [`${DEBIAN_12}-riscv32-virt-qemu`, 'virt', 'riscv32', GENERIC],
  [`${DEBIAN_12}-s390x-qemu`, 's390-ccw-virtio-7.2', 's390x', 'fdc scsi virtio'],
  [`${DEBIAN_12}-pseries-qemu`, 'pseries-7.2', 'ppc64', 'scsi virtio usb sata', NO_FLOPPY],
  [`${DEBIAN_12}-ppc-g3beige-qemu`, 'g3beige', 'ppc', PC],
  [`${DEBIAN_12}-alpha-clipper-qemu`, 'clipper', 'alpha', GENERIC],
  [`${DEBIAN_12}-m68k-virt-qemu`, 'virt-7.2', 'm68k', 'fdc scsi virtio'],
  [`${DEBIAN_13}-pc-kvm`, 'pc-i440fx-10.0', 'x86_64', PC],
  [`${DEBIAN_13}-q35-kvm`, 'pc-q35-10.0', 'x86_64', GENERIC],
  [`${DEBIAN_13}-aarch64-virt-qemu`, 'virt-10.0', 'aarch64', GENERIC],
  [`${DEBIAN_13}-riscv64-virt-qemu`, 'virt', 'riscv64', GENERIC],
  [`${DEBIAN_13}-loongarch64-virt-qemu`, 'virt', 'loongarch64', GENERIC],
  [`${DEBIAN_13}-s390x-qemu`, 's390-ccw-virtio-10.0', 's390x', 'fdc scsi virtio usb'],
  [`${DEBIAN_13}-pseries-qemu`, 'pseries-10.0', 'ppc64', 'scsi virtio usb sata', NO_FLOPPY],
  [`${SID}-pc-kvm`, 'pc-i440fx-11.1', 'x86_64', `${PC} nvme`],
  [`${SID}-q35-kvm`, 'pc-q35-11.1', 'x86_64', `${GENERIC} nvme`],
  [`${SID}-microvm-qemu`, 'microvm', 'x86_64', `${GENERIC} nvme`],
  [`${SID}-aarch64-virt-qemu`, 'virt-11.1', 'aarch64', MODERN, NO_FLOPPY],
  [`${SID}-riscv64-virt-qemu`, 'virt', 'riscv64', MODERN, NO_FLOPPY],
  [`${SID}-loongarch64-virt-qemu`, 'virt-11.1', 'loongarch64', MODERN, NO_FLOPPY],
  [`${SID}-s390x-qemu`, 's390-ccw-virtio-11.1', 's390x', 'scsi virtio usb nvme', NO_FLOPPY],
  [`${SID}-pseries-qemu`, 'pseries-11.1', 'ppc64', MODERN, NO_FLOPPY],
  [`${SID}-m68k-virt-qemu`, 'virt-11.1', 'm68k', 'scsi virtio', NO_FLOPPY],
];

/** The machines for which that release has a UEFI firmware descriptor, and those of them that can do secure boot. */
const WITH_UEFI = /-(pc|q35)-|aarch64-virt|7\.2-armv7l-virt/;
const NO_UEFI = /i686/;
const SECURE = /-q35-/;
const EMULATOR: Readonly<Record<string, string>> = { i686: 'i386', armv7l: 'arm' };

describe('parseDomainCapabilities', () => {
  it('has every golden file in the table', () => {
    expect(readdirSync(GOLDEN).sort()).toEqual(ROWS.map(([file]) => `${file}.xml`).sort());
  });

  it.each(ROWS.map((row) => [row[0], row] as const))('%s', (_title, [file, machine, arch, buses, devices = ALL]) => {
    expect(parseDomainCapabilities(readFileSync(new URL(`${file}.xml`, GOLDEN), 'utf8'))).toEqual({
      path: `/usr/bin/qemu-system-${EMULATOR[arch] ?? arch}`,
      domainType: file.endsWith('-kvm') ? 'kvm' : 'qemu',
      machine,
      arch,
      diskDevices: devices.split(' '),
      buses: buses.split(' '),
      diskModels: arch === 'm68k' ? ['virtio'] : ['virtio', 'virtio-transitional', 'virtio-non-transitional'],
      firmware: WITH_UEFI.test(file) && !NO_UEFI.test(file) ? ['efi'] : [],
      loaderSecure: SECURE.test(file),
    });
  });

  it('takes what an older libvirt does not tell as not told', () => {
    const xml = `<domainCapabilities>
      <path>/usr/bin/qemu-system-aarch64</path><domain>kvm</domain><machine>virt-2.12</machine><arch>aarch64</arch>
      <os supported='yes'><loader supported='no'><enum name='secure'><value>yes</value></enum></loader></os>
      <devices><disk supported='yes'><enum name='bus'><value>scsi</value><value/></enum></disk></devices>
    </domainCapabilities>`;
    expect(parseDomainCapabilities(xml)).toEqual({
      path: '/usr/bin/qemu-system-aarch64',
      domainType: 'kvm',
      machine: 'virt-2.12',
      arch: 'aarch64',
      diskDevices: [],
      buses: ['scsi'],
      diskModels: [],
      firmware: [],
      loaderSecure: false,
    });
  });

  it.each([
    ['no XML', 'domainCapabilities'],
    ['another document', '<capabilities/>'],
    ['a DTD', '<!DOCTYPE x><domainCapabilities/>'],
  ])('refuses %s', (_name, xml) => {
    expect(() => parseDomainCapabilities(xml)).toThrow(XmlProblem);
  });
});
