/** Every machine: what can be attached where, by tables and by the capabilities of real hosts; defaults, consequences and definitions. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDomainCapabilities } from '../host/domain-capabilities.ts';
import type { DomainCapabilities } from '../host/domain-capabilities.ts';
import { ISO, ROOT_DISK, UEFI, diskXml, domainXml, inputs, medium } from './inputs.test-support.ts';
import type { DomainParts, InputParts } from './inputs.test-support.ts';
import { planRescue, previewRescue } from './plan.ts';
import { REASON_OF_TYPE } from './policy.ts';

const golden = (name: string): DomainCapabilities =>
  parseDomainCapabilities(readFileSync(new URL(`../host/golden/${name}.xml`, import.meta.url), 'utf8'));

const PCI_ROOT = "<controller type='pci' index='0' model='pci-root'/>";
const CCW = "<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0000'/>";
const MMIO = "<address type='virtio-mmio'/>";

/** A guest of each machine as libvirt would write it, with UEFI where nothing else boots a disk. */
const GUESTS = {
  pc: { machine: 'pc-i440fx-7.2' },
  q35: { machine: 'pc-q35-7.2' },
  microvm: { machine: 'microvm', devices: diskXml('vda', 'virtio', 'disk', MMIO) },
  isapc: { machine: 'isapc', devices: diskXml('fda', 'fdc', 'floppy') },
  aarch64: { arch: 'aarch64', machine: 'virt-7.2', os: UEFI },
  armv7l: { arch: 'armv7l', machine: 'virt-7.2', os: UEFI },
  riscv64: { arch: 'riscv64', machine: 'virt', os: UEFI },
  riscv32: { arch: 'riscv32', machine: 'virt', os: UEFI },
  loongarch64: { arch: 'loongarch64', machine: 'virt-11.1', os: UEFI },
  s390x: { arch: 's390x', machine: 's390-ccw-virtio-7.2', devices: diskXml('vda', 'virtio', 'disk', CCW) },
  pseries: { arch: 'ppc64le', machine: 'pseries-7.2', devices: diskXml('sda', 'scsi') },
  g3beige: { arch: 'ppc', machine: 'g3beige', devices: ROOT_DISK + PCI_ROOT },
  clipper: { arch: 'alpha', machine: 'clipper', devices: ROOT_DISK + PCI_ROOT },
  'm68k virt': { arch: 'm68k', machine: 'virt-7.2', devices: diskXml('vda', 'virtio', 'disk', MMIO) },
  vexpress: { arch: 'armv7l', machine: 'vexpress-a9', devices: diskXml('vda', 'virtio', 'disk', MMIO) },
} as const satisfies Readonly<Record<string, DomainParts>>;
type GuestName = keyof typeof GUESTS;

const xmlOf = (guest: GuestName, more: DomainParts = {}) => domainXml({ ...GUESTS[guest], ...more });

/** `disk: usb virtio; cdrom: scsi`: what could be chosen. */
function possible(parts: InputParts): string {
  const { choices } = previewRescue(inputs(parts));
  return ['disk', 'cdrom', 'floppy']
    .map((device) => {
      const buses = choices.filter((choice) => choice.device === device && choice.possible).map(({ bus }) => bus);
      return buses.length === 0 ? null : `${device}: ${buses.join(' ')}`;
    })
    .filter((line) => line !== null)
    .join('; ');
}

describe('what can be attached, without domain capabilities (libvirt’s test driver)', () => {
  it.each<[GuestName, string]>([
    ['pc', 'disk: usb virtio scsi sata ide; cdrom: usb scsi sata ide; floppy: fdc'],
    ['q35', 'disk: usb virtio scsi sata; cdrom: usb scsi sata; floppy: fdc'],
    ['microvm', 'disk: virtio scsi; cdrom: scsi'],
    ['isapc', 'floppy: fdc'],
    ['aarch64', 'disk: usb virtio scsi; cdrom: usb scsi'],
    ['armv7l', 'disk: usb virtio scsi; cdrom: usb scsi'],
    ['riscv64', 'disk: usb virtio scsi sata; cdrom: usb scsi sata'],
    ['riscv32', 'disk: usb virtio scsi sata; cdrom: usb scsi sata'],
    ['loongarch64', 'disk: usb virtio scsi sata; cdrom: usb scsi sata'],
    ['s390x', 'disk: virtio scsi; cdrom: scsi'],
    ['pseries', 'disk: usb virtio scsi; cdrom: usb scsi'],
  ])('%s', (guest, buses) => {
    expect(possible({ xml: xmlOf(guest) })).toBe(buses);
  });

  it.each<GuestName>(['g3beige', 'clipper', 'm68k virt', 'vexpress'])('%s is refused by name', (guest) => {
    const { refusals } = planRescue(inputs({ xml: xmlOf(guest) }));
    expect(refusals.map(({ code }) => code)).toEqual(['machine']);
    expect(refusals[0]?.message).toContain(GUESTS[guest].machine);
  });
});

const PC = 'disk: usb virtio scsi sata ide; cdrom: usb scsi sata ide; floppy: fdc';
const Q35 = 'disk: usb virtio scsi sata; cdrom: usb scsi sata; floppy: fdc';
const VIRT = 'disk: usb virtio scsi sata; cdrom: usb scsi sata';
/** UEFI for ARM has no driver for AHCI. */
const ARM = 'disk: usb virtio scsi; cdrom: usb scsi';

describe('what can be attached, by the capabilities of real hosts', () => {
  it.each<[GuestName, string, string, number]>([
    ['pc', 'libvirt-7.0-qemu-5.2-pc-kvm', PC, 7_000_000],
    ['pc', 'libvirt-9.0-qemu-7.2-pc-kvm', PC, 9_000_000],
    ['pc', 'libvirt-9.0-qemu-7.2-i686-pc-kvm', PC, 9_000_000],
    ['pc', 'libvirt-12.8-qemu-11.1-pc-kvm', PC, 12_008_000],
    ['q35', 'libvirt-7.0-qemu-5.2-q35-kvm', Q35, 7_000_000],
    ['q35', 'libvirt-9.0-qemu-7.2-q35-kvm', Q35, 9_000_000],
    ['q35', 'libvirt-11.3-qemu-10.0-q35-kvm', Q35, 11_003_000],
    ['q35', 'libvirt-12.8-qemu-11.1-q35-kvm', Q35, 12_008_000],
    // Lists fdc, usb and sata, of which it has none.
    ['microvm', 'libvirt-9.0-qemu-7.2-microvm-kvm', 'disk: virtio scsi; cdrom: scsi', 9_000_000],
    ['microvm', 'libvirt-12.8-qemu-11.1-microvm-qemu', 'disk: virtio scsi; cdrom: scsi', 12_008_000],
    ['isapc', 'libvirt-9.0-qemu-7.2-isapc-qemu', 'floppy: fdc', 9_000_000],
    // Lists fdc and floppy: QEMU does not start with one.
    ['aarch64', 'libvirt-7.0-qemu-5.2-aarch64-virt-qemu', ARM, 7_000_000],
    ['aarch64', 'libvirt-9.0-qemu-7.2-aarch64-virt-qemu', ARM, 9_000_000],
    ['aarch64', 'libvirt-12.8-qemu-11.1-aarch64-virt-qemu', ARM, 12_008_000],
    ['armv7l', 'libvirt-9.0-qemu-7.2-armv7l-virt-qemu', ARM, 9_000_000],
    ['riscv64', 'libvirt-11.3-qemu-10.0-riscv64-virt-qemu', VIRT, 11_003_000],
    ['loongarch64', 'libvirt-12.8-qemu-11.1-loongarch64-virt-qemu', VIRT, 12_008_000],
    ['s390x', 'libvirt-9.0-qemu-7.2-s390x-qemu', 'disk: virtio scsi; cdrom: scsi', 9_000_000],
    // Has usb, which its firmware does not boot.
    ['s390x', 'libvirt-12.8-qemu-11.1-s390x-qemu', 'disk: virtio scsi; cdrom: scsi', 12_008_000],
    // Has sata, which its firmware does not boot.
    ['pseries', 'libvirt-9.0-qemu-7.2-pseries-qemu', 'disk: usb virtio scsi; cdrom: usb scsi', 9_000_000],
    ['pseries', 'libvirt-12.8-qemu-11.1-pseries-qemu', 'disk: usb virtio scsi; cdrom: usb scsi', 12_008_000],
    [
      'g3beige',
      'libvirt-9.0-qemu-7.2-ppc-g3beige-qemu',
      'disk: usb virtio scsi sata ide; cdrom: usb scsi sata ide',
      9_000_000,
    ],
    ['clipper', 'libvirt-9.0-qemu-7.2-alpha-clipper-qemu', VIRT, 9_000_000],
    // Lists scsi as well; nothing in the definition shows a way to it.
    ['m68k virt', 'libvirt-9.0-qemu-7.2-m68k-virt-qemu', 'disk: virtio', 9_000_000],
    ['m68k virt', 'libvirt-12.8-qemu-11.1-m68k-virt-qemu', 'disk: virtio', 12_008_000],
    ['vexpress', 'libvirt-9.0-qemu-7.2-armv7l-vexpress-a9-qemu', 'disk: virtio', 9_000_000],
  ])('%s on %s', (guest, name, buses, libvirtVersion) => {
    const host = { domainCapabilities: golden(name), libvirtVersion };
    expect(possible({ xml: xmlOf(guest), host })).toBe(buses);
  });

  it('takes what the host does not list away, and says whose word it is', () => {
    const host = { domainCapabilities: { ...golden('libvirt-9.0-qemu-7.2-q35-kvm'), buses: ['virtio', 'scsi'] } };
    const plan = planRescue(inputs({ xml: xmlOf('q35'), host, request: { bus: 'usb' } }));
    expect(plan.refusals.map(({ code }) => code)).toEqual(['host-bus']);
    expect(possible({ xml: xmlOf('q35'), host })).toBe('disk: virtio scsi; cdrom: scsi');
  });

  it('believes floppies of an unknown machine where the guest has one: libvirt 12.8 still lists them where QEMU has none', () => {
    const host = { domainCapabilities: golden('libvirt-9.0-qemu-7.2-ppc-g3beige-qemu') };
    const devices = diskXml('fda', 'fdc', 'floppy') + PCI_ROOT;
    expect(possible({ xml: xmlOf('g3beige'), host })).not.toContain('floppy');
    expect(possible({ xml: xmlOf('g3beige', { devices }), host })).toContain('floppy: fdc');
  });

  it('a usb cdrom with a plain ISO: on SeaBIOS from libvirt 11.5 on, on other firmware always', () => {
    const at = (guest: GuestName, libvirtVersion: number) =>
      planRescue(
        inputs({
          xml: xmlOf(guest),
          host: { libvirtVersion },
          media: [medium({ content: ISO })],
          request: { device: 'cdrom', bus: 'usb' },
        }),
      ).refusals.map(({ code }) => code);
    expect(at('q35', 11_004_000)).toEqual(['never-boots-usb-cdrom']);
    expect(at('q35', 11_005_000)).toEqual([]);
    expect(at('aarch64', 9_000_000)).toEqual([]);
    expect(at('pseries', 9_000_000)).toEqual([]);
  });
});

describe('defaults', () => {
  it.each<[GuestName, string, string, string, string]>([
    // guest, recommended for a disk image and for an ISO, Nova's for a cdrom, what recommended adds for the disk
    ['pc', 'disk usb', 'cdrom ide', 'ide', 'usb piix3-uhci'],
    ['q35', 'disk usb', 'cdrom sata', 'sata', 'usb qemu-xhci'],
    ['microvm', 'disk virtio', 'cdrom scsi', 'ide', ''],
    ['aarch64', 'disk usb', 'cdrom scsi', 'scsi', 'usb qemu-xhci'],
    ['armv7l', 'disk usb', 'cdrom scsi', 'ide', 'usb qemu-xhci'],
    ['riscv64', 'disk usb', 'cdrom scsi', 'ide', 'usb qemu-xhci'],
    ['s390x', 'disk virtio', 'cdrom scsi', 'scsi', ''],
    ['pseries', 'disk usb', 'cdrom scsi', 'scsi', 'usb qemu-xhci'],
  ])('%s', (guest, disk, iso, nova, added) => {
    const plain = planRescue(inputs({ xml: xmlOf(guest) }));
    expect(`${plain.request.device.value} ${plain.request.bus.value}`).toBe(disk);
    expect(plain.refusals).toEqual([]);
    const controllers = plain.added.filter(({ element }) => element === 'controller');
    expect(controllers.map(({ what }) => `${what.params['type']} ${what.params['model']}`).join()).toBe(added);
    const media = [medium({ content: ISO })];
    const optical = planRescue(inputs({ xml: xmlOf(guest), media }));
    expect(`${optical.request.device.value} ${optical.request.bus.value}`).toBe(iso);
    expect(optical.refusals).toEqual([]);
    const asNova = planRescue(inputs({ xml: xmlOf(guest), media, request: { profile: 'nova', device: 'cdrom' } }));
    expect(asNova.request.bus.value).toBe(nova);
  });
});

describe('if the medium does not boot', () => {
  const consequence = (parts: InputParts) => planRescue(inputs(parts)).ifNotBootable?.code;
  const s390x = (libvirtVersion: number, hypervisorVersion: number) =>
    consequence({ xml: xmlOf('s390x'), host: { libvirtVersion, hypervisorVersion } });

  it('s390x goes on to the next device from libvirt 10.10 and QEMU 9.2 on, both of them', () => {
    expect(s390x(9_000_000, 7_002_000)).toBe('not-bootable-first-only');
    expect(s390x(10_010_000, 9_001_000)).toBe('not-bootable-first-only');
    expect(s390x(10_009_000, 9_002_000)).toBe('not-bootable-first-only');
    expect(s390x(10_010_000, 9_002_000)).toBe('not-bootable-falls');
  });

  it.each<[GuestName, string]>([
    ['pc', 'not-bootable-hangs'],
    ['aarch64', 'not-bootable-falls'],
    ['pseries', 'not-bootable-falls'],
    ['microvm', 'not-bootable-unknown'],
  ])('%s: %s', (guest, code) => {
    expect(consequence({ xml: xmlOf(guest) })).toBe(code);
  });

  it('where nothing follows, the guest stops', () => {
    for (const guest of ['s390x', 'pseries'] as const)
      expect(consequence({ xml: xmlOf(guest), request: { fallThrough: 'none' } })).toBe('not-bootable-stops');
  });
});

describe('firmware that boots no device', () => {
  const kernel = '<kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd</initrd>';
  const kernelRescue = medium({
    spec: { kind: 'kernel', kernel: '/boot/rescue', initrd: '/boot/rescue.initrd', cmdline: null },
    source: null,
    content: null,
  });

  it('a guest that boots its kernel directly is rescued by a kernel only', () => {
    const xml = xmlOf('aarch64', { os: kernel });
    expect(planRescue(inputs({ xml })).refusals.map(({ code }) => code)).toEqual(['never-boots-no-firmware']);
    const plan = planRescue(inputs({ xml, media: [kernelRescue] }));
    expect(plan.refusals).toEqual([]);
    expect(plan.rescueXml).toContain('<kernel>/boot/rescue</kernel>');
  });

  it('is not hidden: the choice can be made, and is warned of', () => {
    const plan = planRescue(inputs({ xml: xmlOf('aarch64', { os: kernel }), request: { allowUnbootable: true } }));
    expect(plan.refusals).toEqual([]);
    expect(plan.warnings.map(({ code }) => code)).toContain('unbootable-accepted');
  });

  it('x86 always has SeaBIOS behind a direct kernel', () => {
    expect(planRescue(inputs({ xml: xmlOf('q35', { os: kernel }) })).refusals).toEqual([]);
  });

  it('an ISO as a disk: s390x boots it on virtio, SeaBIOS nowhere, UEFI everywhere', () => {
    const codes = (guest: GuestName, bus: string) =>
      planRescue(
        inputs({ xml: xmlOf(guest), media: [medium({ content: ISO })], request: { device: 'disk', bus } }),
      ).refusals.map(({ code }) => code);
    expect(codes('s390x', 'virtio')).toEqual([]);
    expect(codes('s390x', 'scsi')).toEqual(['never-boots-iso-disk']);
    expect(codes('q35', 'virtio')).toEqual(['never-boots-iso-disk']);
    expect(codes('aarch64', 'scsi')).toEqual([]);
  });

  it('says nothing of MBR and EFI where they do not matter', () => {
    const codes = (guest: GuestName) =>
      planRescue(inputs({ xml: xmlOf(guest), media: [medium({ content: { ...ISO, bios: false, uefi: false } })] }))
        .warnings.map(({ code }) => code)
        .filter((code) => /boot-sign|firmware-/.test(code));
    expect(codes('pseries')).toEqual(['boot-signs-unknown']);
    expect(codes('s390x')).toEqual(['boot-signs-unknown']);
    expect(codes('microvm')).toEqual(['firmware-unknown']);
    expect(codes('q35')).toEqual(['no-boot-signature']);
  });
});

describe('rescue definitions', () => {
  const rescueXml = (parts: InputParts) => planRescue(inputs(parts)).rescueXml ?? '';

  it('microvm: everything virtio says that it sits on virtio-mmio, since libvirt would look for PCI', () => {
    const onVirtio = rescueXml({ xml: xmlOf('microvm'), request: { device: 'disk', bus: 'virtio' } });
    expect(onVirtio).toMatch(/<target dev="vdb" bus="virtio"\/>[^]*<address type="virtio-mmio"\/>/);
    const onScsi = rescueXml({ xml: xmlOf('microvm'), request: { device: 'disk', bus: 'scsi' } });
    expect(onScsi).toMatch(/<controller type="scsi" index="0" model="virtio-scsi">\s*<address type="virtio-mmio"\/>/);
    expect(onScsi).toMatch(/<target dev="sda" bus="scsi"\/>[^]*<address type="drive" controller="0"/);
  });

  it('s390x: loadparm of the guest’s own devices stays, behind the rescue device', () => {
    const devices =
      diskXml('vda', 'virtio', 'disk', `<boot order='1' loadparm='2'/>${CCW}`) +
      diskXml('vdb', 'virtio', 'disk', "<boot order='2' loadparm='PROMPT'/>");
    const xml = rescueXml({ xml: xmlOf('s390x', { os: '', devices }) });
    expect(xml).toMatch(/<boot order=['"]2['"] loadparm=['"]2['"]\/>/);
    expect(xml).toMatch(/<boot order=['"]3['"] loadparm=['"]PROMPT['"]\/>/);
    expect(xml).toMatch(/<target dev="vdc" bus="virtio"\/>[^]*<boot order="1"\/>/);
  });

  it('s390x and virt: no address for what libvirt places, none on buses that are not there', () => {
    const xml = rescueXml({ xml: xmlOf('s390x'), request: { device: 'cdrom' }, media: [medium({ content: ISO })] });
    expect(xml).toMatch(/<controller type="scsi" index="0" model="virtio-scsi"\/>/);
    const sata = rescueXml({ xml: xmlOf('riscv64'), request: { device: 'disk', bus: 'sata' } });
    expect(sata).toMatch(/<controller type="sata" index="0"\/>/);
  });

  it('pseries: the guest’s own vscsi stays alone; the rescue device gets a virtio-scsi behind it', () => {
    const devices = `${diskXml('sda', 'scsi')}<controller type='scsi' index='0' model='ibmvscsi'><address type='spapr-vio' reg='0x2000'/></controller>`;
    const plan = planRescue(inputs({ xml: xmlOf('pseries', { devices }), request: { device: 'disk', bus: 'scsi' } }));
    expect(plan.rescueDevice).toMatchObject({ target: 'sdb', address: { controller: 1, unit: 0 } });
    expect(plan.rescueXml).toContain('<controller type="scsi" index="1" model="virtio-scsi"/>');
  });
});

describe('room', () => {
  const many = (count: number, address: string) =>
    Array.from({ length: count }, (_, place) =>
      diskXml(`vd${String.fromCharCode(97 + place)}`, 'virtio', 'disk', address),
    );
  const codes = (guest: GuestName, more: DomainParts) =>
    planRescue(inputs({ xml: xmlOf(guest, more), request: { device: 'disk', bus: 'virtio' } })).refusals.map(
      ({ code }) => code,
    );
  const acpi = '\n  <features><acpi/></features>';

  it.each<[string, GuestName, number, DomainParts, readonly string[]]>([
    ['microvm has 8 transports', 'microvm', 7, {}, []],
    ['microvm has 8 transports', 'microvm', 8, {}, ['pci-full']],
    ['microvm with ACPI has 24', 'microvm', 23, { top: acpi }, []],
    ['microvm with ACPI has 24', 'microvm', 24, { top: acpi }, ['pci-full']],
    ['riscv has 8', 'riscv64', 8, {}, ['pci-full']],
    ['ARM has more', 'aarch64', 26, {}, []],
  ])('%s: %s with %i', (_title, guest, count, more, expected) => {
    expect(codes(guest, { ...more, devices: many(count, MMIO).join('') })).toEqual(expected);
  });

  it('ccw has no end', () => {
    expect(codes('s390x', { devices: many(26, '').join('') })).toEqual([]);
  });
});

describe('virt types', () => {
  it.each(Object.keys(REASON_OF_TYPE))('%s is refused with its reason', (type) => {
    const { refusals } = planRescue(inputs({ xml: domainXml({ type }) }));
    expect(refusals.map(({ code }) => code)).toEqual(['virt-type']);
    expect(refusals[0]?.message).toContain(REASON_OF_TYPE[type]);
  });

  it.each(['kvm', 'qemu', 'test'])('%s is planned for', (type) => {
    expect(planRescue(inputs({ xml: domainXml({ type }) })).refusals).toEqual([]);
  });
});
