import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDomain } from '../domain-xml/domain.ts';
import { guestNames } from './guest-names.ts';
import type { GuestNames } from './types.ts';

type LinuxNames = Pick<GuestNames, 'kernel' | 'byId' | 'byPath'>;

/** What Linux calls them, by target. */
const names = (...guest: Parameters<typeof allNames>): Record<string, LinuxNames> =>
  Object.fromEntries(
    Object.entries(allNames(...guest)).map(([target, { kernel, byId, byPath }]) => [target, { kernel, byId, byPath }]),
  );

const allNames = (devices: string, machine = 'q35', arch = 'x86_64', more = ''): Record<string, GuestNames> =>
  Object.fromEntries(
    guestNames(
      parseDomain(
        `<domain type='kvm'><name>n</name><os${more}><type arch='${arch}' machine='${machine}'>hvm</type></os><features><acpi/></features><devices>${devices}</devices></domain>`,
      ),
    ),
  );

const pci = (bus: number, slot: number, fn = 0): string =>
  `<address type='pci' domain='0x0000' bus='0x${bus.toString(16)}' slot='0x${slot.toString(16)}' function='0x${fn}'/>`;
const drive = (controller: number, bus: number, target: number, unit: number): string =>
  `<address type='drive' controller='${controller}' bus='${bus}' target='${target}' unit='${unit}'/>`;
const controller = (type: string, index: number, model: string | null, address: string): string =>
  `<controller type='${type}' index='${index}'${model === null ? '' : ` model='${model}'`}>${address}</controller>`;
const disk = (target: string, bus: string, more = '', device = 'disk'): string =>
  `<disk type='file' device='${device}'><source file='/${target}'/><target dev='${target}' bus='${bus}'/>${more}</disk>`;

const portOn = (index: number, slot: number, fn = 0): string =>
  controller('pci', index, 'pcie-root-port', pci(0, slot, fn));

/** Names as they stand below /dev and /dev/disk, null where there is none. */
const named = (kernel: string | null, byId: string | null, byPath: string | null): LinuxNames => ({
  kernel: kernel === null ? null : `/dev/${kernel}`,
  byId: byId === null ? null : `/dev/disk/by-id/${byId}`,
  byPath: byPath === null ? null : `/dev/disk/by-path/${byPath}`,
});

describe('virtio', () => {
  it('has its serial, cut at 20 characters, and its PCI address', () => {
    expect(
      names(
        disk('vda', 'virtio', `<serial>ROOT0001</serial>${pci(0, 4)}`) +
          disk('vdb', 'virtio', `<serial>b8ad8ae6-4b13-4a4a-a1c5-0d3c1e8f8f4c</serial>${pci(0, 5)}`) +
          disk('vdc', 'virtio', pci(0, 6)),
        'pc',
      ),
    ).toEqual({
      vda: named('vda', 'virtio-ROOT0001', 'pci-0000:00:04.0'),
      vdb: named('vdb', 'virtio-b8ad8ae6-4b13-4a4a-a', 'pci-0000:00:05.0'),
      vdc: named('vdc', null, 'pci-0000:00:06.0'),
    });
  });

  it('is counted by PCI address, not by target', () => {
    expect(
      names(
        disk('vda', 'virtio', pci(0, 9)) + disk('vdb', 'virtio', pci(0, 3)) + disk('vdz', 'virtio', pci(0, 5)),
        'pc',
      ),
    ).toMatchObject({ vda: { kernel: '/dev/vdc' }, vdb: { kernel: '/dev/vda' }, vdz: { kernel: '/dev/vdb' } });
  });

  it('sits behind root ports whose numbers are the firmware’s count, not libvirt’s index', () => {
    // The definition that QEMU's `info pci` was compared with, under SeaBIOS and under OVMF.
    expect(
      names(
        controller('pci', 0, 'pcie-root', '') +
          portOn(1, 5) +
          portOn(2, 3) +
          controller('pci', 3, 'pcie-to-pci-bridge', pci(2, 0)) +
          portOn(4, 4) +
          portOn(5, 2, 0) +
          portOn(6, 2, 1) +
          disk('vda', 'virtio', pci(1, 0)) +
          disk('vdb', 'virtio', pci(3, 7)) +
          disk('vdc', 'virtio', pci(5, 0)),
      ),
    ).toEqual({
      vda: named('vdc', null, 'pci-0000:06:00.0'),
      vdb: named('vdb', null, 'pci-0000:04:07.0'),
      vdc: named('vda', null, 'pci-0000:01:00.0'),
    });
  });

  it.each([
    ['a bridge without an address', controller('pci', 1, 'pcie-root-port', '') + disk('vda', 'virtio', pci(1, 0))],
    [
      'a second PCI tree',
      portOn(1, 2) + controller('pci', 2, 'pcie-expander-bus', pci(0, 3)) + disk('vda', 'virtio', pci(1, 0)),
    ],
    [
      'another PCI domain',
      disk('vda', 'virtio', "<address type='pci' domain='0x0001' bus='0x00' slot='0x04' function='0x0'/>"),
    ],
    ['a bus that is nowhere', portOn(1, 2) + disk('vda', 'virtio', pci(7, 0))],
    [
      'bridges that hang on each other',
      controller('pci', 1, 'pci-bridge', pci(2, 1)) +
        controller('pci', 2, 'pci-bridge', pci(1, 1)) +
        disk('vda', 'virtio', pci(1, 2)),
    ],
    ['no address', disk('vda', 'virtio')],
    ['an address that is no PCI address', disk('vda', 'virtio', "<address type='virtio-mmio'/>")],
  ])('does not tell a path with %s', (_name, devices) => {
    expect(names(devices)['vda']).toEqual(named('vda', null, null));
  });
});

describe('sata and ide', () => {
  it('on q35: the board’s controller, and the serial QEMU makes up', () => {
    expect(
      names(
        disk('sda', 'sata', drive(0, 0, 0, 0)) +
          disk('sdb', 'sata', `<serial>DATA_1</serial>${drive(0, 0, 0, 1)}`) +
          disk('sdc', 'sata', drive(0, 0, 0, 2), 'cdrom'),
      ),
    ).toEqual({
      sda: named(null, 'ata-QEMU_HARDDISK_QM00001', 'pci-0000:00:1f.2-ata-1'),
      sdb: named(null, 'ata-QEMU_HARDDISK_DATA_1', 'pci-0000:00:1f.2-ata-2'),
      sdc: named('sr0', 'ata-QEMU_DVD-ROM_QM00005', 'pci-0000:00:1f.2-ata-3'),
    });
  });

  it('on pc: two channels with two units', () => {
    expect(
      names(
        disk('hda', 'ide') +
          disk('hdb', 'ide', '', 'cdrom') +
          disk('hdc', 'ide', '<serial>X</serial>') +
          disk('hdd', 'ide'),
        'pc',
      ),
    ).toEqual({
      hda: named(null, 'ata-QEMU_HARDDISK_QM00001', 'pci-0000:00:01.1-ata-1.0'),
      hdb: named('sr0', 'ata-QEMU_DVD-ROM_QM00002', 'pci-0000:00:01.1-ata-1.1'),
      hdc: named(null, 'ata-QEMU_HARDDISK_X', 'pci-0000:00:01.1-ata-2.0'),
      hdd: named(null, 'ata-QEMU_HARDDISK_QM00004', 'pci-0000:00:01.1-ata-2.1'),
    });
  });

  it('on an added controller: its address, and no made-up serial', () => {
    expect(names(controller('sata', 1, null, pci(0, 8)) + disk('sda', 'sata', drive(1, 0, 0, 3)))['sda']).toEqual(
      named('sda', null, 'pci-0000:00:08.0-ata-4'),
    );
  });
});

describe('scsi', () => {
  const scsi = (model: string): string => controller('scsi', 0, model, pci(0, 7));
  it('has wwn before serial before libvirt’s device id', () => {
    expect(
      names(
        scsi('virtio-scsi') +
          disk('sda', 'scsi', `<serial>S</serial><wwn>5000C50015EA71AC</wwn>${drive(0, 0, 0, 0)}`) +
          disk('sdb', 'scsi', `<serial>SER2</serial>${drive(0, 0, 0, 1)}`) +
          disk('sdc', 'scsi', drive(0, 0, 3, 4)) +
          disk('sdd', 'scsi', drive(0, 0, 0, 2), 'cdrom'),
      ),
    ).toEqual({
      sda: named(null, 'wwn-0x5000c50015ea71ac', 'pci-0000:00:07.0-scsi-0:0:0:0'),
      sdb: named(null, 'scsi-0QEMU_QEMU_HARDDISK_SER2', 'pci-0000:00:07.0-scsi-0:0:0:1'),
      sdc: named(null, 'scsi-0QEMU_QEMU_HARDDISK_drive-scsi0-0-3-4', 'pci-0000:00:07.0-scsi-0:0:3:4'),
      sdd: named('sr0', 'scsi-0QEMU_QEMU_CD-ROM_drive-scsi0-0-0-2', 'pci-0000:00:07.0-scsi-0:0:0:2'),
    });
  });

  it('has an alias of somebody’s own as its identifier, as libvirt gives it', () => {
    expect(
      names(scsi('virtio-scsi') + disk('sda', 'scsi', `<alias name='ua-salvor-rescue'/>${drive(0, 0, 0, 0)}`))['sda'],
    ).toEqual(named('sda', 'scsi-0QEMU_QEMU_HARDDISK_drive-ua-salvor-rescue', 'pci-0000:00:07.0-scsi-0:0:0:0'));
  });

  it('has a target for each drive on lsilogic, and none in its name', () => {
    expect(names(scsi('lsilogic') + disk('sda', 'scsi', drive(0, 0, 0, 5)))['sda']).toEqual(
      named('sda', 'scsi-0QEMU_QEMU_HARDDISK_drive-scsi0-0-5', 'pci-0000:00:07.0-scsi-0:0:5:0'),
    );
  });

  it('tells no path on a controller it does not know', () => {
    expect(names(scsi('vmpvscsi') + disk('sda', 'scsi', drive(0, 0, 0, 5)))['sda']?.byPath).toBeNull();
  });

  it('tells no name of a real device that is passed through', () => {
    expect(names(scsi('virtio-scsi') + disk('sda', 'scsi', drive(0, 0, 0, 0), 'lun'))['sda']).toEqual(
      named('sda', null, 'pci-0000:00:07.0-scsi-0:0:0:0'),
    );
  });
});

describe('usb and floppy', () => {
  const xhci = controller('usb', 0, 'qemu-xhci', pci(0, 0x14));
  it('usb: serial, controller and port; two of them race', () => {
    expect(
      names(
        xhci +
          disk('sda', 'usb', "<serial>STICK</serial><address type='usb' bus='0' port='2'/>") +
          disk('sdb', 'usb', "<address type='usb' bus='0' port='1.3'/>") +
          disk('sdc', 'sata', drive(0, 0, 0, 0)),
      ),
    ).toEqual({
      sda: named(null, 'usb-QEMU_QEMU_HARDDISK_STICK-0:0', 'pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0'),
      sdb: named(null, null, 'pci-0000:00:14.0-usb-0:1.3:1.0-scsi-0:0:0:0'),
      sdc: named('sda', 'ata-QEMU_HARDDISK_QM00001', 'pci-0000:00:1f.2-ata-1'),
    });
  });

  it('usb: the fast part of an ICH9 controller', () => {
    const ich9 = [
      controller('usb', 0, 'ich9-ehci1', pci(0, 0x1d, 7)),
      controller('usb', 0, 'ich9-uhci1', pci(0, 0x1d, 0)),
      controller('usb', 0, 'ich9-uhci2', pci(0, 0x1d, 1)),
    ].join('');
    expect(names(ich9 + disk('sda', 'usb', "<address type='usb' bus='0' port='1'/>"))['sda']?.byPath).toBe(
      '/dev/disk/by-path/pci-0000:00:1d.7-usb-0:1:1.0-scsi-0:0:0:0',
    );
  });

  it('usb cdrom: another device from libvirt 11.5 on, so nothing is told', () => {
    expect(
      names(xhci + disk('sda', 'usb', "<serial>S</serial><address type='usb' bus='0' port='2'/>", 'cdrom'))['sda'],
    ).toEqual(named(null, null, null));
  });

  it('floppies', () => {
    expect(names(disk('fda', 'fdc', '', 'floppy') + disk('fdb', 'fdc', '', 'floppy'))).toEqual({
      fda: named('fd0', null, null),
      fdb: named('fd1', null, null),
    });
  });
});

describe('kernel names where drives race', () => {
  const scsi = controller('scsi', 0, 'virtio-scsi', pci(0, 7));
  it.each<[string, string, Record<string, string | null>]>([
    ['one drive', disk('sda', 'sata'), { sda: 'sda' }],
    ['a drive and a cdrom', disk('hda', 'ide') + disk('hdc', 'ide', '', 'cdrom'), { hda: 'sda', hdc: 'sr0' }],
    ['a drive and a usb disk', disk('sda', 'sata') + disk('sdb', 'usb'), { sda: 'sda', sdb: 'sdb' }],
    [
      'two drives and a usb disk',
      scsi + disk('sda', 'scsi') + disk('sdb', 'sata') + disk('sdc', 'usb'),
      { sda: null, sdb: null, sdc: 'sdc' },
    ],
    [
      'a usb cdrom, which is a disk before libvirt 11.5',
      disk('sda', 'usb') + disk('sdb', 'usb', '', 'cdrom'),
      { sda: null, sdb: null },
    ],
    [
      'virtio beside two drives',
      disk('vda', 'virtio', pci(0, 4)) + disk('sda', 'sata') + disk('sdb', 'sata'),
      { vda: 'vda', sda: null, sdb: null },
    ],
    [
      'virtio disks of which one has no address',
      disk('vda', 'virtio', pci(0, 4)) + disk('vdb', 'virtio'),
      { vda: null, vdb: null },
    ],
  ])('%s', (_name, devices, expected) => {
    const told = Object.entries(names(devices)).map(([target, { kernel }]) => [
      target,
      kernel?.slice('/dev/'.length) ?? null,
    ]);
    expect(Object.fromEntries(told)).toEqual(expected);
  });
});

describe('what a Linux 6.1 guest with udev 252 saw', () => {
  interface Seen {
    readonly kernel: string;
    readonly links: readonly string[];
  }
  const GOLDEN = new URL('golden/', import.meta.url);
  /** No serial, a serial with a space in it, or (sdk) the made-up serial of an added controller. */
  const WITHOUT_ID: Readonly<Record<string, readonly string[]>> = {
    'pc-ide-usb.xml': ['hdc', 'sdb'],
    'q35-bridges-out-of-order.xml': ['vda', 'vdb', 'vdc'],
    'q35-every-bus.xml': ['sde', 'sdj', 'sdk', 'vdc', 'vdd'],
    'q35-sata-usb.xml': [],
    'q35-usb2.xml': [],
    'q35-virtio-scsi-usb.xml': [],
  };
  const cases = readdirSync(GOLDEN).filter((name) => name.endsWith('.xml'));

  it.each(cases)('%s', (file) => {
    const seen = JSON.parse(readFileSync(new URL(file.replace('.xml', '.json'), GOLDEN), 'utf8')) as Record<
      string,
      Seen
    >;
    const told = guestNames(parseDomain(readFileSync(new URL(file, GOLDEN), 'utf8')));
    expect([...told.keys()].sort()).toEqual(Object.keys(seen).sort());
    for (const [target, { kernel, byId, byPath }] of told) {
      const links = seen[target]?.links ?? [];
      if (kernel !== null) expect(kernel, target).toBe(seen[target]?.kernel);
      if (byId !== null) expect(links, target).toContain(byId);
      expect(links, target).toContain(byPath);
    }
    // Nothing is left out that could have been told: a disk without a name has none, or one of those that are not worth a rule.
    const silent = [...told].filter(([, { byId }]) => byId === null).map(([target]) => target);
    expect(silent.sort()).toEqual(WITHOUT_ID[file]);
  });

  it('has every case', () => {
    expect(cases.sort()).toEqual(Object.keys(WITHOUT_ID));
  });
});

it('keeps 300 disks linear', () => {
  const letters = (n: number): string =>
    (n < 26 ? '' : letters(Math.floor(n / 26) - 1)) + String.fromCharCode(97 + (n % 26));
  const many = Array.from({ length: 300 }, (_, i) =>
    disk(`sd${letters(i)}`, 'scsi', drive(0, 0, Math.floor(i / 256), i % 256)),
  );
  const table = names(controller('scsi', 0, 'virtio-scsi', pci(0, 7)) + many.join(''));
  expect(table['sdkn']?.byPath).toBe('/dev/disk/by-path/pci-0000:00:07.0-scsi-0:0:1:43');
});

describe('other machines', () => {
  const ccw = (devno: number, cssid = 'fe') =>
    `<address type='ccw' cssid='0x${cssid}' ssid='0x0' devno='0x${devno.toString(16).padStart(4, '0')}'/>`;

  it('s390x: device numbers on the channel subsystem; how its disks are counted is not told', () => {
    const virtioScsi = controller('scsi', 0, 'virtio-scsi', ccw(2));
    expect(
      names(
        disk('vda', 'virtio', ccw(0)) +
          disk('vdb', 'virtio', `<serial>DATA1</serial>${ccw(0x1f)}`) +
          disk('sda', 'scsi', drive(0, 0, 0, 1), 'cdrom') +
          virtioScsi,
        's390-ccw-virtio-7.2',
        's390x',
      ),
    ).toEqual({
      vda: named(null, null, 'ccw-0.0.0000'),
      vdb: named(null, 'virtio-DATA1', 'ccw-0.0.001f'),
      sda: named('sr0', 'scsi-0QEMU_QEMU_CD-ROM_drive-scsi0-0-0-1', 'ccw-0.0.0002-scsi-0:0:0:1'),
    });
  });

  it('s390x: a single virtio disk is vda; another channel subsystem is not told', () => {
    expect(names(disk('vda', 'virtio', ccw(5, '0a')), 's390-ccw-virtio', 's390x')).toEqual({
      vda: named('vda', null, null),
    });
  });

  const onPort = controller('pci', 1, 'pcie-root-port', pci(0, 1)) + disk('vda', 'virtio', pci(1, 0));
  const uefi = " firmware='efi'";
  it.each([
    ['aarch64 with UEFI and ACPI', onPort, 'virt-7.2', 'aarch64', uefi, 'pci-0000:01:00.0'],
    ['aarch64 with a device tree', onPort, 'virt-7.2', 'aarch64', '', null],
    ['riscv64', onPort, 'virt', 'riscv64', uefi, null],
    ['virtio-mmio', disk('vda', 'virtio', "<address type='virtio-mmio'/>"), 'virt', 'aarch64', uefi, null],
    ['microvm', disk('vda', 'virtio', "<address type='virtio-mmio'/>"), 'microvm', 'x86_64', '', null],
    ['pseries', disk('vda', 'virtio', pci(0, 2)), 'pseries-7.2', 'ppc64le', '', 'pci-0000:00:02.0'],
    ['pseries, its second host bridge', disk('vda', 'virtio', pci(1, 2)), 'pseries-7.2', 'ppc64', '', null],
    ['a machine that nobody knows', disk('vda', 'virtio', pci(0, 2)), 'clipper', 'alpha', '', null],
  ])('%s', (_title, devices, machine, arch, more, path) => {
    expect(names(devices, machine, arch, more)['vda']).toEqual(named('vda', null, path));
  });

  it('makes up no ATA serials for controllers that are not the board’s', () => {
    expect(names(disk('sda', 'sata', drive(0, 0, 0, 0)), 'virt-7.2', 'aarch64', uefi)['sda']).toEqual(
      named('sda', null, null),
    );
  });
});
