/**
 * The images here are made byte by byte (images.test-support.ts). The same answers were compared once with files of real tools:
 * qemu-img 7.2 (every format it creates), mkfs.vfat 4.2, mkfs.ext4, sgdisk, sfdisk, genisoimage, xorriso 1.5.4, SYSLINUX 6.04, GRUB 2.06.
 */
import { describe, expect, it } from 'vitest';
import {
  CODE,
  GUID,
  be,
  bytes,
  catalogEntry,
  fat,
  gpt,
  iso,
  le,
  mbr,
  patched,
  qcow2,
  sectionHeader,
  validationEntry,
} from './images.test-support.ts';
import { HEAD_LENGTH, recognise } from './recognise.ts';
import type { MediumContent } from './recognise.ts';

const RAW: MediumContent = {
  kind: 'unknown',
  format: 'raw',
  bios: false,
  uefi: false,
  efiArches: null,
  hybrid: false,
  partitions: null,
  label: null,
  diskId: null,
  backingFile: null,
  dataFile: null,
  encrypted: false,
  virtualSize: null,
};
const IMAGE: MediumContent = { ...RAW, kind: 'image', bios: null, uefi: null };
const GIB = 1024 ** 3;

type Row = readonly [name: string, head: Uint8Array, expected: MediumContent, size?: number | null];

function check(rows: readonly Row[]): void {
  for (const [name, head, expected, size] of rows) {
    it(name, () => {
      expect(recognise(head, size === undefined ? head.length : size)).toEqual(expected);
    });
  }
}

describe('nothing there', () => {
  check([
    ['no bytes', new Uint8Array(0), { ...RAW, kind: 'empty' }, 0],
    ['zeros', new Uint8Array(4096), { ...RAW, kind: 'empty' }],
    ['zeros at the start of a large disk', new Uint8Array(HEAD_LENGTH), { ...RAW, kind: 'empty' }, 100 * GIB],
    ['a short read of a large disk', new Uint8Array(512), { ...RAW, bios: null, uefi: null }, 100 * GIB],
    ['nothing read of a large disk', new Uint8Array(0), { ...RAW, bios: null, uefi: null }, 100 * GIB],
    ['nothing read of who knows what', new Uint8Array(0), { ...RAW, bios: null, uefi: null }, null],
    ['what lies behind the end of a volume', mbr([], CODE), { ...RAW, kind: 'empty' }, 0],
    ['text', bytes(2048, [0, 'Lorem ipsum']), RAW],
    ['a boot mark alone', mbr([]), RAW],
  ]);
});

describe('disks', () => {
  const disk: MediumContent = { ...RAW, kind: 'disk', partitions: 'mbr' };
  const linux = { type: 0x83, start: 2048, sectors: 4096 };
  check([
    ['a boot sector alone', mbr([], CODE).slice(0, 512), { ...disk, bios: true }],
    ['MBR without code', mbr([linux], [], 0xdeadbeef), { ...disk, diskId: 'deadbeef' }],
    ['MBR with code', mbr([linux], CODE, 0xbeef), { ...disk, bios: true, diskId: '0000beef' }],
    ['MBR with an EFI system partition', mbr([linux, { ...linux, type: 0xef }]), { ...disk, uefi: true }],
    ['MBR with a FAT behind what was read', mbr([{ ...linux, type: 0x0c }]), { ...disk, uefi: null }],
    ['MBR with logical partitions', mbr([linux, { ...linux, type: 0x05 }]), { ...disk, uefi: null }],
    [
      'MBR with a FAT partition that has no FAT',
      mbr([{ type: 0x0c, start: 1, sectors: 100 }], CODE),
      { ...disk, bios: true },
    ],
    ['GPT', gpt([GUID.linux]), { ...disk, partitions: 'gpt', diskId: '12345678-abcd-ef01-0123-456789abcdef' }],
    [
      'GPT with an EFI system partition',
      gpt([GUID.linux, GUID.efiSystem]),
      { ...disk, partitions: 'gpt', uefi: true, efiArches: [], diskId: '12345678-abcd-ef01-0123-456789abcdef' },
    ],
    [
      'GPT with a BIOS boot partition, but no code that would load it',
      gpt([GUID.biosBoot]),
      { ...disk, partitions: 'gpt', diskId: '12345678-abcd-ef01-0123-456789abcdef' },
    ],
    [
      'GPT with a BIOS boot partition and code in its protective MBR',
      gpt([GUID.biosBoot], CODE),
      { ...disk, partitions: 'gpt', bios: true, diskId: '12345678-abcd-ef01-0123-456789abcdef' },
    ],
    [
      'GPT with sectors of 4096 bytes',
      gpt([GUID.efiSystem], [], 4096),
      { ...disk, partitions: 'gpt', uefi: true, diskId: '12345678-abcd-ef01-0123-456789abcdef' },
    ],
    [
      'GPT with "basic data" that is no FAT',
      gpt([GUID.basicData]),
      { ...disk, partitions: 'gpt', diskId: '12345678-abcd-ef01-0123-456789abcdef' },
    ],
    [
      'GPT whose entries were not read',
      gpt([GUID.linux]).slice(0, 1024),
      { ...disk, partitions: 'gpt', uefi: null, diskId: '12345678-abcd-ef01-0123-456789abcdef' },
      GIB,
    ],
    [
      'GPT whose header is damaged',
      mbr([{ type: 0xee, start: 1, sectors: 9 }]),
      { ...disk, partitions: 'gpt', uefi: null },
    ],
  ]);

  it('finds \\EFI\\BOOT on a FAT partition of any MBR type', () => {
    const stick = patched(fat(16, ['EFI', 'BOOT'], { start: 64 * 512 }), [
      0,
      Array.from(mbr([{ type: 0x0e, start: 64, sectors: 16384 }], CODE).slice(0, 512)),
    ]);
    expect(recognise(stick, GIB)).toEqual({ ...disk, bios: true, uefi: true, efiArches: [] });
    const plain = patched(fat(16, ['DATA'], { start: 64 * 512 }), [
      0,
      Array.from(mbr([{ type: 0x0e, start: 64, sectors: 16384 }]).slice(0, 512)),
    ]);
    expect(recognise(plain, GIB)).toEqual(disk);
  });
});

describe('ISO 9660', () => {
  const disc: MediumContent = { ...RAW, kind: 'iso9660', label: 'RESCUE' };
  const bios = [...validationEntry(0), ...catalogEntry(0x88)];
  const uefi = [...validationEntry(0xef), ...catalogEntry(0x88)];
  const both = [...bios, ...sectionHeader(0x91, 0xef, 1), ...catalogEntry(0x88)];
  const withMbr = (image: Uint8Array, ...arguments_: Parameters<typeof mbr>): Uint8Array =>
    patched(image, [0, Array.from(mbr(...arguments_).slice(0, 512))]);
  check([
    ['data only', iso('RESCUE', null), disc],
    ['no label', iso('', null), { ...disc, label: null }],
    ['BIOS', iso('RESCUE', bios), { ...disc, bios: true }],
    ['UEFI as the default entry', iso('RESCUE', uefi), { ...disc, uefi: true }],
    ['BIOS and UEFI', iso('RESCUE', both), { ...disc, bios: true, uefi: true }],
    [
      'UEFI in the second section, behind an extension',
      iso('RESCUE', [
        ...bios,
        ...sectionHeader(0x90, 0x02, 1),
        ...catalogEntry(0x88),
        ...catalogEntry(0x44),
        ...sectionHeader(0x91, 0xef, 1),
        ...catalogEntry(0x88),
      ]),
      { ...disc, bios: true, uefi: true },
    ],
    [
      'entries that are marked as not bootable',
      iso('RESCUE', [...validationEntry(0), ...catalogEntry(0), ...sectionHeader(0x91, 0xef, 1), ...catalogEntry(0)]),
      disc,
    ],
    ['a catalog with a wrong checksum', patched(iso('RESCUE', both), [19 * 2048 + 5, [1]]), disc],
    ['a catalog behind what was read', iso('RESCUE', both, 1000), { ...disc, bios: null, uefi: null }, 5 * GIB],
    [
      'isohybrid',
      withMbr(iso('RESCUE', both), [{ type: 0x17, start: 0, sectors: 160 }], CODE, 0x1234),
      { ...disc, bios: true, uefi: true, hybrid: true, partitions: 'mbr', diskId: '00001234' },
    ],
    [
      'isohybrid, its catalog behind what was read',
      withMbr(
        iso('RESCUE', both, 1000),
        [
          { type: 0, start: 0, sectors: 160 },
          { type: 0xef, start: 99, sectors: 9 },
        ],
        CODE,
      ),
      { ...disc, bios: true, uefi: true, efiArches: [], hybrid: true, partitions: 'mbr' },
      5 * GIB,
    ],
    [
      'a protective partition table with nothing to boot',
      withMbr(iso('RESCUE', bios), [{ type: 0xcd, start: 1, sectors: 160 }]),
      { ...disc, bios: true, partitions: 'mbr' },
    ],
  ]);
});

describe('file systems without partitions', () => {
  const filesystem: MediumContent = { ...RAW, kind: 'filesystem', label: 'LABEL' };
  const nested = ['EFI', 'BOOT'];
  check([
    ['FAT12 floppy', fat(12, []), { ...filesystem, label: null }],
    ['FAT12 with \\EFI\\BOOT', fat(12, nested), { ...filesystem, uefi: true, efiArches: [] }],
    ['FAT16 with \\EFI\\BOOT', fat(16, nested), { ...filesystem, uefi: true, efiArches: [] }],
    ['FAT32 with \\EFI\\BOOT', fat(32, nested), { ...filesystem, uefi: true, efiArches: [] }],
    ['FAT with \\EFI alone', fat(16, ['EFI', 'DEBIAN']), filesystem],
    ['FAT with boot code', fat(12, ['DOS'], { code: '\xfa\xf4' }), { ...filesystem, bios: true }],
    ["FAT with mkfs.fat's complaint", fat(12, ['DOS'], { code: '\xfaThis is not a bootable disk.' }), filesystem],
    ['FAT whose root was not read', fat(16, nested).slice(0, 4096), { ...filesystem, label: null, uefi: null }, GIB],
    ['ext4', bytes(4096, [0x438, [0x53, 0xef]], [0x478, 'rootfs']), { ...filesystem, label: 'rootfs' }],
    [
      'ext4 with a boot loader',
      bytes(4096, [0, CODE], [510, [0x55, 0xaa]], [0x438, [0x53, 0xef]]),
      { ...filesystem, label: null, bios: true },
    ],
    ['xfs', bytes(4096, [0, 'XFSB'], [108, 'data']), { ...filesystem, label: 'data' }],
    ['btrfs', bytes(70000, [0x10040, '_BHRfS_M'], [0x1012b, 'pool']), { ...filesystem, label: 'pool' }],
    ['ntfs', bytes(512, [3, 'NTFS    '], [100, CODE], [510, [0x55, 0xaa]]), { ...filesystem, label: null, bios: true }],
    ['udf', bytes(40000, [32769, 'BEA01']), { ...filesystem, label: null }],
  ]);

  it('does not follow a chain of clusters for ever', () => {
    const looped = fat(32, ['DATA']);
    // The root's cluster 2 is followed by cluster 2; it is full of entries, so it has no end.
    const full = Array.from({ length: 16 }, (_, i) =>
      Array.from(`FILE${String(i).padEnd(7)}`.padEnd(32, '\x20'), (c) => c.charCodeAt(0)),
    ).flat();
    const image = patched(looped, [32 * 512 + 8, le(2, 4)], [(32 + 2 * 547) * 512, full]);
    expect(recognise(image, image.length)).toMatchObject({ kind: 'filesystem', uefi: false });
  });
});

describe('containers', () => {
  const q = (options: Parameters<typeof qcow2>[0]): Uint8Array => qcow2(options);
  const descriptor = (...lines: string[]): string => `${['# Disk DescriptorFile', 'version=1', ...lines].join('\n')}\n`;
  check([
    ['qcow2 v2', q({ version: 2, size: GIB }), { ...IMAGE, format: 'qcow2', virtualSize: GIB }],
    ['qcow2 v3', q({ version: 3, size: 5 * GIB }), { ...IMAGE, format: 'qcow2', virtualSize: 5 * GIB }],
    [
      'qcow2 with a backing file',
      q({ version: 3, size: GIB, backingFile: '/etc/shadow' }),
      { ...IMAGE, format: 'qcow2', virtualSize: GIB, backingFile: '/etc/shadow' },
    ],
    [
      'qcow2 with a backing file of a name in UTF-8 and with control characters',
      q({ version: 2, size: GIB, backingFile: 'caf\xc3\xa9\x1b[2J' }),
      { ...IMAGE, format: 'qcow2', virtualSize: GIB, backingFile: 'café\uFFFD[2J' },
    ],
    [
      'qcow2 with a data file',
      q({ version: 3, size: GIB, dataFile: 'd.raw', external: true }),
      { ...IMAGE, format: 'qcow2', virtualSize: GIB, dataFile: 'd.raw' },
    ],
    [
      'qcow2 with a data file that it does not name',
      q({ version: 3, size: GIB, external: true }),
      { ...IMAGE, format: 'qcow2', virtualSize: GIB, dataFile: '(name not read)' },
    ],
    [
      'qcow2 with a backing file named beyond what was read',
      q({ version: 3, size: GIB, backingFile: 'x' }).slice(0, 512),
      { ...IMAGE, format: 'qcow2', virtualSize: GIB, backingFile: '(name not read)' },
      GIB,
    ],
    ['qcow', q({ version: 1, size: GIB }), { ...IMAGE, format: 'qcow', virtualSize: GIB }],
    ['qed', bytes(512, [0, 'QED\0'], [48, le(GIB, 8)]), { ...IMAGE, format: 'qed', virtualSize: GIB }],
    [
      'qed with a backing file',
      bytes(512, [0, 'QED\0'], [16, [1]], [48, le(GIB, 8)], [56, le(100, 4)], [60, le(4, 4)], [100, 'base']),
      { ...IMAGE, format: 'qed', virtualSize: GIB, backingFile: 'base' },
    ],
    [
      'vdi',
      bytes(512, [0x40, [0x7f, 0x10, 0xda, 0xbe]], [0x170, le(GIB, 8)]),
      { ...IMAGE, format: 'vdi', virtualSize: GIB },
    ],
    ['vhdx', bytes(512, [0, 'vhdxfile']), { ...IMAGE, format: 'vhdx' }],
    ['vpc', bytes(512, [0, 'conectix'], [48, be(GIB, 8)]), { ...IMAGE, format: 'vpc', virtualSize: GIB }],
    [
      'vpc with a parent',
      bytes(2048, [0, 'conectix'], [16, be(512, 8)], [48, be(GIB, 8)], [60, be(4, 4)], [576, '\0b\0a\0s\0e']),
      { ...IMAGE, format: 'vpc', virtualSize: GIB, backingFile: 'base' },
    ],
    [
      'luks 1',
      bytes(512, [0, 'LUKS\xba\xbe\0\x01'], [104, be(4096, 4)]),
      { ...IMAGE, format: 'luks', encrypted: true, virtualSize: GIB - 2 ** 21 },
      GIB,
    ],
    ['luks 2', bytes(512, [0, 'LUKS\xba\xbe\0\x02']), { ...IMAGE, format: 'luks', encrypted: true }],
    [
      'parallels',
      bytes(512, [0, 'WithouFreSpacExt'], [36, le(2 ** 21, 8)]),
      { ...IMAGE, format: 'parallels', virtualSize: GIB },
    ],
    ['gzip', bytes(512, [0, [0x1f, 0x8b, 8]]), { ...IMAGE, format: 'gzip' }],
    ['bzip2', bytes(512, [0, 'BZh9']), { ...IMAGE, format: 'bzip2' }],
    ['xz', bytes(512, [0, '\xfd7zXZ\0']), { ...IMAGE, format: 'xz' }],
    ['zstd', bytes(512, [0, [0x28, 0xb5, 0x2f, 0xfd]]), { ...IMAGE, format: 'zstd' }],
    ['lz4', bytes(512, [0, [0x04, 0x22, 0x4d, 0x18]]), { ...IMAGE, format: 'lz4' }],
    ['zip', bytes(512, [0, 'PK\x03\x04']), { ...IMAGE, format: 'zip' }],
    ['7z', bytes(512, [0, '7z\xbc\xaf\x27\x1c']), { ...IMAGE, format: '7z' }],
    ['tar', bytes(512, [0, 'disk.vmdk'], [257, 'ustar']), { ...IMAGE, format: 'tar' }],
    ['vmdk', bytes(512, [0, 'KDMV'], [12, le(2 ** 21, 8)]), { ...IMAGE, format: 'vmdk', virtualSize: GIB }],
    [
      'vmdk with a parent',
      bytes(
        4096,
        [0, 'KDMV'],
        [12, le(2 ** 21, 8)],
        [28, le(1, 8)],
        [512, descriptor('parentFileNameHint="base.vmdk"', 'RW 2097152 SPARSE "self.vmdk"')],
      ),
      { ...IMAGE, format: 'vmdk', virtualSize: GIB, backingFile: 'base.vmdk' },
    ],
    [
      'vmdk that holds nothing itself',
      bytes(4096, [0, 'KDMV'], [28, le(1, 8)], [512, descriptor('RW 2097152 FLAT "/etc/shadow" 0')]),
      { ...IMAGE, format: 'vmdk', virtualSize: GIB, dataFile: '/etc/shadow' },
    ],
    [
      'vmdk descriptor',
      bytes(512, [0, descriptor('createType="monolithicFlat"', 'RW 2097152 FLAT "disk-flat.vmdk" 0')]),
      { ...IMAGE, format: 'vmdk', virtualSize: GIB, dataFile: 'disk-flat.vmdk' },
    ],
  ]);
});
