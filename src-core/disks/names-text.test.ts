import { describe, expect, it } from 'vitest';
import { parseDomain } from '../domain-xml/domain.ts';
import { NO_GUEST_NAMES, guestNames } from './guest-names.ts';
import { fstabField, fstabHint, guestNamesTable, guestNamesTsv } from './names-text.ts';
import type { NamedDisk } from './names-text.ts';

const disk = (target: string, bus: string, more = '', device = 'disk') =>
  `<disk type='file' device='${device}'><source file='/${target}'/><target dev='${target}' bus='${bus}'/>${more}</disk>`;
const pci = (slot: number) => `<address type='pci' domain='0' bus='0' slot='${slot}' function='0'/>`;

function named(devices: string): NamedDisk[] {
  const domain = parseDomain(
    `<domain type='kvm'><name>n</name><os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features><devices>${devices}</devices></domain>`,
  );
  const names = guestNames(domain);
  return domain.disks.map((each) => ({ ...each, guestNames: names.get(each.target) ?? NO_GUEST_NAMES }));
}

const MACHINE = named(
  disk('vda', 'virtio', `<serial>ROOT0001</serial>${pci(4)}`) +
    disk('vdb', 'virtio', pci(5)) +
    disk('hda', 'ide', '', 'cdrom') +
    disk('fda', 'fdc', '', 'floppy') +
    disk('sda', 'usb'),
);

describe('as a table', () => {
  it('is aligned, and says once what several have in common', () => {
    expect(guestNamesTable(MACHINE).split('\n')).toEqual([
      '  target  kernel name  by-id                     by-path                   Windows disk  Windows location',
      '  vda     /dev/vda     virtio-ROOT0001           pci-0000:00:04.0          -             PCIROOT(0)#PCI(0400)#SCSI(P00T00L00)',
      '  vdb     /dev/vdb     -                         pci-0000:00:05.0          -             PCIROOT(0)#PCI(0500)#SCSI(P00T00L00)',
      '  hda     /dev/sr0     ata-QEMU_DVD-ROM_QM00001  pci-0000:00:01.1-ata-1.0  -             -',
      '  fda     /dev/fd0     -                         -                         -             -',
      '  sda     /dev/sda     -                         -                         -             -',
      '',
      'What the kernel names depend on',
      '  vda, vdb: Counted among the virtio disks alone, in the order of their PCI addresses.',
      '  hda: The only cdrom drive.',
      '  fda: Floppy drives are named by their unit, whatever else there is.',
      '  sda: The only drive of usb.',
      '',
      'In rescue',
      expect.stringMatching(/^ {2}vda, vdb: .*Use the by-path name/),
      expect.stringMatching(/^ {2}hda: .*Use the by-path name/),
      expect.stringMatching(/^ {2}sda: .*blkid/),
    ]);
  });

  it('says so where there are none', () => {
    expect(guestNamesTable([])).toBe('no disks');
  });
});

it('with tabs, as many fields in every line', () => {
  const lines = guestNamesTsv(MACHINE).split('\n');
  expect(lines.pop()).toBe('');
  expect(lines.map((line) => line.split('\t').length)).toEqual(Array.from({ length: 6 }, () => 8));
  expect(lines[1]?.split('\t').slice(0, 6)).toEqual([
    'vda',
    '/dev/vda',
    '/dev/disk/by-id/virtio-ROOT0001',
    '/dev/disk/by-path/pci-0000:00:04.0',
    '',
    'PCIROOT(0)#PCI(0400)#SCSI(P00T00L00)',
  ]);
});

describe('for /etc/fstab', () => {
  it('has a line for each disk by the name that holds', () => {
    expect(fstabHint('web-1', MACHINE)).toBe(`# Disks of web-1 by names that do not depend on the order of probing.
# Fill in partition, mount point and type, then take away the # before the line.
#
# vda: disk on virtio, /dev/vda
# the same disk by id: /dev/disk/by-id/virtio-ROOT0001
#/dev/disk/by-path/pci-0000:00:04.0-part1 /mnt/vda auto defaults,nofail 0 2
#
# vdb: disk on virtio, /dev/vdb
#/dev/disk/by-path/pci-0000:00:05.0-part1 /mnt/vdb auto defaults,nofail 0 2
#
# hda: cdrom on ide, /dev/sr0
# the same disk by id: /dev/disk/by-id/ata-QEMU_DVD-ROM_QM00001
#/dev/disk/by-path/pci-0000:00:01.1-ata-1.0 /mnt/hda auto ro,noauto,nofail 0 0
#
# fda: floppy on fdc, /dev/fd0
#/dev/fd0 /mnt/fda auto noauto,nofail 0 0
#
# sda: disk on usb, /dev/sda
# No name of it can be told: use UUID=, with what blkid shows in the guest.
`);
  });

  it.each([
    ['a b', 'a\\040b'],
    ['a\tb\nc', 'a\\011b\\012c'],
    ['a\\b', 'a\\134b'],
    ['#a', '\\043a'],
    ['a\u2028b', 'a_b'],
    ['pci-0000:00:04.0', 'pci-0000:00:04.0'],
  ])('escapes %j', (text, field) => {
    expect(fstabField(text)).toBe(field);
  });

  it.each([
    ['newlines', 'v\n/dev/sda / ext4 defaults 0 1\nda'],
    ['a right-to-left mark', 'v\u202eda'],
    ['200 characters and quotes', `v"'${' '.repeat(200)}da`],
  ])('every line is a comment, whatever is in the names: %s', (_title, text) => {
    const one = MACHINE[0];
    if (one === undefined) throw new Error('no disk');
    const hint = fstabHint(text, [{ ...one, target: text, device: text, bus: text }]);
    expect(hint.trimEnd().split('\n')).toHaveLength(6);
    for (const line of hint.trimEnd().split('\n')) expect(line).toMatch(/^#[^\u202e]*$/);
    // Taking away the # leaves six fields.
    expect(hint.trimEnd().split('\n').at(-1)?.split(/\s+/)).toHaveLength(6);
    for (const said of [guestNamesTsv([{ ...one, target: text }]), guestNamesTable([{ ...one, target: text }])])
      expect(said).not.toMatch(/\u202e|\n\/dev/);
  });
});
