/** What media are, told of images that real tools made, by at most READ_LIMIT bytes of each. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Range } from '../../src-core/media/bytes.ts';
import { READ_LIMIT } from '../../src-core/media/reading.ts';
import { HEAD_LENGTH } from '../../src-core/media/recognise.ts';
import type { MediumContent } from '../../src-core/media/recognise.ts';
import { readMedium } from '../../src-main/app/read-medium.ts';
import { biosCode } from '../testbed/boot-code.ts';
import { outputOf, runCommand } from '../testbed/command.ts';

const MIB = 1024 * 1024;

const dir = await mkdtemp(join(tmpdir(), 'salvor-formats-'));
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A file as it is read of a host: every byte that was asked for is counted. */
async function look(path: string): Promise<{ content: MediumContent; bytesRead: number; rounds: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    let bytesRead = 0;
    let rounds = 0;
    const read = async ({ at, length }: Range): Promise<Uint8Array> => {
      const { buffer, bytesRead: got } = await file.read(Buffer.alloc(length), 0, length, at);
      bytesRead += got;
      return buffer.subarray(0, got);
    };
    const head = await read({ at: 0, length: HEAD_LENGTH });
    const { content, hash } = await readMedium(head, size, (ranges) => {
      rounds += 1;
      return Promise.all(ranges.map(read));
    });
    expect(bytesRead).toBeLessThanOrEqual(READ_LIMIT);
    expect(hash).toEqual({
      sha256: createHash('sha256').update(head).digest('hex'),
      bytes: Math.min(size, HEAD_LENGTH),
    });
    return { content, bytesRead, rounds };
  } finally {
    await file.close();
  }
}

const at = (name: string): string => join(dir, name);

/** A sparse file of that many bytes. */
async function blank(name: string, size: number): Promise<string> {
  const file = await open(at(name), 'w');
  await file.truncate(size);
  await file.close();
  return at(name);
}

async function put(path: string, bytes: Uint8Array, position: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, position);
  await file.close();
}

/** A FAT file system with loaders of these names in \EFI\BOOT. */
async function esp(name: string, kib: number, loaders: readonly string[]): Promise<string> {
  await outputOf('mkfs.vfat', ['-C', at(name), String(kib)]);
  await writeFile(at('loader'), 'MZ');
  await outputOf('mmd', ['-i', at(name), '::/EFI', '::/EFI/BOOT']);
  for (const loader of loaders) await outputOf('mcopy', ['-o', '-i', at(name), at('loader'), `::/EFI/BOOT/${loader}`]);
  return at(name);
}

describe('images that hold a disk', () => {
  const create = async (format: string, name: string, options = '', ...more: string[]): Promise<string> => {
    const given = options === '' ? [] : ['-o', options];
    // With a key it measures how fast this machine is, and fails where that is too busy to tell.
    for (let tries = more.includes('--object') ? 20 : 1; ; tries -= 1) {
      const done = await runCommand('qemu-img', ['create', '-q', '-f', format, ...given, ...more, at(name), '64M']);
      if (done.code === 0) return at(name);
      if (tries <= 1) throw new Error(done.stderr);
    }
  };
  const size = { virtualSize: 64 * MIB };
  test.each<[string, () => Promise<string>, Partial<MediumContent>]>([
    ['qcow2, version 2', () => create('qcow2', 'v2', 'compat=0.10'), { format: 'qcow2', ...size }],
    ['qcow2, version 3', () => create('qcow2', 'v3'), { format: 'qcow2', ...size, backingFile: null }],
    ['qcow2, clusters of 2 MiB', () => create('qcow2', 'v3c', 'cluster_size=2M'), { format: 'qcow2', ...size }],
    [
      'qcow2 with a backing file',
      () => create('qcow2', 'backed', '', '-u', '-F', 'raw', '-b', '/etc/shadow'),
      { format: 'qcow2', backingFile: '/etc/shadow' },
    ],
    [
      'qcow2 with a backing file in JSON',
      () => create('qcow2', 'json', '', '-u', '-F', 'raw', '-b', 'json:{"driver":"file","filename":"/etc/shadow"}'),
      { backingFile: 'json:{"driver":"file","filename":"/etc/shadow"}' },
    ],
    [
      'qcow2 with a data file',
      () => create('qcow2', 'data', `data_file=${at('data.raw')}`),
      { format: 'qcow2', dataFile: at('data.raw') },
    ],
    [
      'qcow2, encrypted',
      () =>
        create(
          'qcow2',
          'crypt',
          'encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10',
          '--object',
          'secret,id=s,data=x',
        ),
      { format: 'qcow2', encrypted: true },
    ],
    ['qcow', () => create('qcow', 'qcow1'), { format: 'qcow', ...size }],
    [
      'qcow with a backing file',
      () => create('qcow', 'qcow1b', '', '-u', '-F', 'raw', '-b', '/etc/shadow'),
      { format: 'qcow', backingFile: '/etc/shadow' },
    ],
    ['qed', () => create('qed', 'qed'), { format: 'qed', ...size }],
    [
      'qed with a backing file',
      () => create('qed', 'qedb', '', '-u', '-F', 'raw', '-b', '/etc/shadow'),
      { format: 'qed', backingFile: '/etc/shadow' },
    ],
    ['vmdk, sparse', () => create('vmdk', 'vmdk'), { format: 'vmdk', ...size, dataFile: null }],
    [
      'vmdk, stream-optimised',
      () => create('vmdk', 'stream.vmdk', 'subformat=streamOptimized'),
      { format: 'vmdk', dataFile: null },
    ],
    [
      'vmdk, a descriptor with flat extents',
      () => create('vmdk', 'flat.vmdk', 'subformat=monolithicFlat'),
      { format: 'vmdk', ...size, dataFile: 'flat-flat.vmdk' },
    ],
    [
      'vmdk, a descriptor with sparse extents',
      () => create('vmdk', 'two.vmdk', 'subformat=twoGbMaxExtentSparse'),
      { format: 'vmdk', dataFile: 'two-s001.vmdk' },
    ],
    ['vdi', () => create('vdi', 'vdi'), { format: 'vdi', ...size, backingFile: null }],
    ['vdi, fixed', () => create('vdi', 'vdif', 'static=on'), { format: 'vdi', ...size }],
    ['vhdx', () => create('vhdx', 'vhdx'), { format: 'vhdx', ...size, backingFile: null }],
    ['vhdx, fixed', () => create('vhdx', 'vhdxf', 'subformat=fixed'), { format: 'vhdx', ...size }],
    ['vhd', () => create('vpc', 'vpc', 'force_size=on'), { format: 'vpc', ...size, backingFile: null }],
    ['parallels', () => create('parallels', 'parallels'), { format: 'parallels', ...size }],
    [
      'luks',
      () => create('luks', 'luks', 'key-secret=s,iter-time=10', '--object', 'secret,id=s,data=x'),
      { format: 'luks', ...size, encrypted: true },
    ],
  ])('%s', async (_name, make, expected) => {
    const { content } = await look(await make());
    expect(content).toMatchObject({ kind: 'image', ...expected });
    // Nothing was written to these disks: where they can be looked into there is nothing to boot, else it is not known.
    expect([null, false]).toContain(content.bios);
    expect(content.uefi).toBe(content.bios);
  });

  test('vmdk with a parent', async () => {
    await create('vmdk', 'parent.vmdk');
    await outputOf('qemu-img', ['create', '-q', '-f', 'vmdk', '-F', 'vmdk', '-b', at('parent.vmdk'), at('child.vmdk')]);
    expect((await look(at('child.vmdk'))).content).toMatchObject({ format: 'vmdk', backingFile: at('parent.vmdk') });
  });

  test('a fixed vhd has its mark at its end alone: it is its content', async () => {
    const path = await create('vpc', 'fixed.vhd', 'subformat=fixed,force_size=on');
    await put(path, biosDisk(), 0);
    expect((await look(path)).content).toMatchObject({ kind: 'disk', format: 'raw', bios: true });
  });
});

/** A boot sector with code and one Linux partition. */
function biosDisk(): Buffer {
  const sector = Buffer.alloc(512);
  biosCode('X').copy(sector);
  Buffer.from([0x80, 0, 2, 0, 0x83, 0, 2, 0, 1, 0, 0, 0, 1, 0, 0, 0]).copy(sector, 446);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

describe('disks', () => {
  async function partitioned(name: string, size: number, script: string, ...more: string[]): Promise<string> {
    const path = await blank(name, size);
    await outputOf('sfdisk', ['--quiet', ...more, path], { input: script });
    return path;
  }

  test('MBR: its identifier, and no code', async () => {
    const path = await partitioned('mbr', 16 * MIB, 'label: dos\nlabel-id: 0x1234abcd\n,,83\n');
    const { content } = await look(path);
    expect(content).toMatchObject({ kind: 'disk', partitions: 'mbr', bios: false, uefi: false, diskId: '1234abcd' });
  });

  test('MBR with boot code', async () => {
    const path = await partitioned('mbr-code', 16 * MIB, 'label: dos\n,,83,*\n');
    await put(path, biosCode('X'), 0);
    expect((await look(path)).content).toMatchObject({ kind: 'disk', partitions: 'mbr', bios: true, uefi: false });
  });

  test('MBR with an EFI system partition far in', async () => {
    const path = await partitioned('mbr-esp', 200 * MIB, 'label: dos\n,100M,83\n,,ef\n');
    await put(path, await readFile(await esp('mbr-esp.fat', 1440, ['BOOTX64.EFI'])), 101 * MIB);
    const { content } = await look(path);
    expect(content).toMatchObject({ partitions: 'mbr', bios: false, uefi: true, efiArches: ['x86_64'] });
  });

  test('GPT with an EFI system partition of FAT32, for two architectures', async () => {
    const path = await blank('gpt-esp', 300 * MIB);
    await outputOf('sgdisk', [
      '-n',
      '1:200M:+64M',
      '-t',
      '1:ef00',
      '-n',
      '2:0:0',
      '-U',
      '11111111-2222-3333-4444-555555555555',
      path,
    ]);
    await put(path, await readFile(await esp('esp.fat32', 64 * 1024, ['bootaa64.efi', 'BOOTX64.EFI'])), 200 * MIB);
    const { content, rounds } = await look(path);
    expect(content).toMatchObject({
      kind: 'disk',
      partitions: 'gpt',
      bios: false,
      uefi: true,
      efiArches: ['aarch64', 'x86_64'],
      diskId: '11111111-2222-3333-4444-555555555555',
    });
    expect(rounds).toBeLessThanOrEqual(4);
  });

  test('GPT with an EFI system partition that nothing was put on', async () => {
    const path = await blank('gpt-empty', 80 * MIB);
    await outputOf('sgdisk', ['-n', '1:0:+64M', '-t', '1:ef00', path]);
    await put(path, await readFile(await esp('empty.fat', 64 * 1024, [])), MIB);
    expect((await look(path)).content).toMatchObject({ uefi: true, efiArches: [] });
  });

  test('GPT with a BIOS boot partition: what counts is the code in the first sector', async () => {
    const path = await blank('gpt-bios', 16 * MIB);
    await outputOf('sgdisk', ['-n', '1:0:+1M', '-t', '1:ef02', '-n', '2:0:0', path]);
    expect((await look(path)).content).toMatchObject({ partitions: 'gpt', bios: false, uefi: false });
    await put(path, biosCode('X'), 0);
    expect((await look(path)).content).toMatchObject({ partitions: 'gpt', bios: true, uefi: false });
  });

  test('GPT with sectors of 4096 bytes', async () => {
    const path = await blank('gpt-4k', 64 * MIB);
    await outputOf('fdisk', ['--sector-size', '4096', path], { input: 'g\nn\n\n\n+16M\nt\n1\nw\n' });
    expect((await look(path)).content).toMatchObject({ partitions: 'gpt', uefi: true });
  });

  test('a stick with a FAT partition that has \\EFI\\BOOT', async () => {
    const path = await partitioned('stick', 100 * MIB, 'label: dos\n,,c\n');
    await put(path, await readFile(await esp('stick.fat', 64 * 1024, ['BOOTIA32.EFI'])), MIB);
    expect((await look(path)).content).toMatchObject({ partitions: 'mbr', uefi: true, efiArches: ['i686'] });
  });
});

describe('the disk inside a qcow2 image', () => {
  const id = '99999999-2222-3333-4444-555555555555';
  let raw: string;
  beforeAll(async () => {
    raw = await blank('inside.raw', 120 * MIB);
    await outputOf('sgdisk', ['-n', '1:64M:+40M', '-t', '1:ef00', '-U', id, raw]);
    await put(raw, biosCode('X'), 0);
    await put(raw, await readFile(await esp('inside.fat', 36 * 1024, ['BOOTX64.EFI'])), 64 * MIB);
  });

  test.each([
    ['clusters of 64 KiB', ''],
    ['clusters of 512 bytes', 'cluster_size=512'],
    ['clusters of 2 MiB', 'cluster_size=2M'],
    ['version 2', 'compat=0.10'],
    ['all clusters set aside beforehand', 'preallocation=metadata'],
  ])('%s', async (_name, options) => {
    const path = at('inside.qcow2');
    await outputOf('qemu-img', ['convert', '-O', 'qcow2', ...(options === '' ? [] : ['-o', options]), raw, path]);
    const { content } = await look(path);
    expect(content).toMatchObject({ kind: 'image', format: 'qcow2', partitions: 'gpt', bios: true, diskId: id });
    expect(content).toMatchObject({ uefi: true, efiArches: ['x86_64'] });
  });

  test('packed clusters, clusters in parts, and a backing file: not to be told', async () => {
    const unknown = { kind: 'image', format: 'qcow2', bios: null, uefi: null, diskId: null };
    await outputOf('qemu-img', ['convert', '-c', '-O', 'qcow2', raw, at('packed.qcow2')]);
    expect((await look(at('packed.qcow2'))).content).toMatchObject(unknown);
    await outputOf('qemu-img', ['convert', '-O', 'qcow2', '-o', 'extended_l2=on', raw, at('parts.qcow2')]);
    expect((await look(at('parts.qcow2'))).content).toMatchObject(unknown);
    await outputOf('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', raw, at('over.qcow2')]);
    expect((await look(at('over.qcow2'))).content).toMatchObject({ ...unknown, backingFile: raw });
  });

  test('a disk that was never written to has nothing to boot', async () => {
    await outputOf('qemu-img', ['create', '-q', '-f', 'qcow2', at('fresh.qcow2'), '64M']);
    expect((await look(at('fresh.qcow2'))).content).toMatchObject({ kind: 'image', bios: false, uefi: false });
  });
});

describe('file systems without partitions', () => {
  test('a floppy as mkfs.vfat makes it only complains', async () => {
    await outputOf('mkfs.vfat', ['-n', 'RESCUE', '-C', at('floppy'), '1440']);
    expect((await look(at('floppy'))).content).toMatchObject({
      kind: 'filesystem',
      label: 'RESCUE',
      bios: false,
      uefi: false,
    });
  });

  test('a FAT with \\EFI\\BOOT', async () => {
    expect((await look(await esp('plain.fat', 1440, ['BOOTX64.EFI']))).content).toMatchObject({
      kind: 'filesystem',
      uefi: true,
      efiArches: ['x86_64'],
    });
  });

  test('ext4', async () => {
    await outputOf('mkfs.ext4', ['-q', '-L', 'rootfs', await blank('ext4', 16 * MIB)]);
    expect((await look(at('ext4'))).content).toMatchObject({ kind: 'filesystem', label: 'rootfs', bios: false });
  });

  test('nothing but zeros, and nothing at all', async () => {
    expect((await look(await blank('zeros', 100 * MIB))).content.kind).toBe('empty');
    expect((await look(await blank('none', 0))).content.kind).toBe('empty');
  });
});

describe('ISO 9660', () => {
  const BIOS = ['-b', 'boot.bin', '-c', 'boot.cat', '-no-emul-boot', '-boot-load-size', '4'];
  const UEFI = ['-eltorito-alt-boot', '-e', 'efi.img', '-no-emul-boot'];

  beforeAll(async () => {
    await mkdir(at('tree'));
    await writeFile(join(at('tree'), 'boot.bin'), Buffer.alloc(2048, 0x90));
    await writeFile(join(at('tree'), 'big.bin'), Buffer.alloc(3 * MIB, 0x5a));
    await writeFile(join(at('tree'), 'efi.img'), await readFile(await esp('iso.fat', 1440, ['BOOTX64.EFI'])));
    await writeFile(at('mbr.bin'), Buffer.concat([biosCode('X'), Buffer.alloc(432)]).subarray(0, 432));
  });

  async function xorriso(name: string, ...args: string[]): Promise<MediumContent> {
    await outputOf('xorriso', ['-as', 'mkisofs', '-quiet', '-V', 'RESCUE', '-o', at(name), ...args, at('tree')]);
    return (await look(at(name))).content;
  }

  const disc = { kind: 'iso9660', format: 'raw', label: 'RESCUE', hybrid: false } as const;

  test('data alone', async () => {
    expect(await xorriso('data.iso')).toMatchObject({ ...disc, bios: false, uefi: false });
  });

  test('El Torito for BIOS', async () => {
    expect(await xorriso('bios.iso', ...BIOS)).toMatchObject({ ...disc, bios: true, uefi: false });
  });

  test('El Torito for UEFI', async () => {
    const args = ['-e', 'efi.img', '-no-emul-boot'];
    expect(await xorriso('uefi.iso', ...args)).toMatchObject({
      ...disc,
      bios: false,
      uefi: true,
      efiArches: ['x86_64'],
    });
  });

  test('both', async () => {
    expect(await xorriso('both.iso', ...BIOS, ...UEFI)).toMatchObject({
      ...disc,
      bios: true,
      uefi: true,
      efiArches: ['x86_64'],
    });
  });

  test('a boot catalog and an EFI image that lie beyond the first MiB', async () => {
    await xorriso('far.iso');
    // A second session is written behind the first one, which holds three MiB of data.
    const boot = ['-boot_image', 'any', 'bin_path=/boot.bin', '-boot_image', 'any', 'next'];
    const uefi = ['-boot_image', 'any', 'efi_path=/second.img'];
    await outputOf('xorriso', [
      '-dev',
      at('far.iso'),
      '-map',
      at('iso.fat'),
      '/second.img',
      ...boot,
      ...uefi,
      '-commit',
    ]);
    const { content } = await look(at('far.iso'));
    const iso = await readFile(at('far.iso'));
    expect(iso.readUInt32LE(17 * 2048 + 71) * 2048, 'where the catalog lies').toBeGreaterThan(MIB);
    expect(content).toMatchObject({ ...disc, bios: true, uefi: true, efiArches: ['x86_64'] });
  });

  test('isohybrid with a GPT', async () => {
    const content = await xorriso(
      'hybrid.iso',
      '-isohybrid-mbr',
      at('mbr.bin'),
      ...BIOS,
      ...UEFI,
      '-isohybrid-gpt-basdat',
    );
    expect(content).toMatchObject({ ...disc, hybrid: true, bios: true, uefi: true, efiArches: ['x86_64'] });
  });

  test('isohybrid with an EFI system partition behind the file system', async () => {
    const appended = ['-append_partition', '2', '0xef', at('iso.fat')];
    const content = await xorriso('appended.iso', '-G', at('mbr.bin'), ...BIOS, ...appended);
    expect(content).toMatchObject({ ...disc, hybrid: true, partitions: 'mbr', bios: true, uefi: true });
    expect(content.efiArches).toEqual(['x86_64']);
  });

  test('as genisoimage makes it', async () => {
    const options = ['-quiet', '-V', 'RESCUE', '-o', at('geniso.iso'), ...BIOS];
    await outputOf('genisoimage', [...options, ...UEFI, at('tree')]);
    expect((await look(at('geniso.iso'))).content).toMatchObject({ ...disc, bios: true, uefi: true });
  });
});

test('packed files and archives are told from media', async () => {
  const plain = at('to-pack');
  await writeFile(plain, biosDisk());
  await writeFile(at('packed.gz'), gzipSync(biosDisk()));
  await writeFile(at('packed.zst'), zstdCompressSync(biosDisk()));
  await outputOf('tar', ['-cf', at('packed.ova'), '-C', dir, 'to-pack']);
  const formats = [];
  for (const name of ['packed.gz', 'packed.zst', 'packed.ova']) formats.push((await look(at(name))).content.format);
  expect(formats).toEqual(['gzip', 'zstd', 'tar']);
});

test('the name of a file says nothing', async () => {
  await outputOf('qemu-img', ['create', '-q', '-f', 'qcow2', at('rescue.iso'), '1M']);
  await outputOf('qemu-img', ['create', '-q', '-f', 'qcow2', at('rescue'), '1M']);
  const [suffixed, bare] = [await look(at('rescue.iso')), await look(at('rescue'))];
  expect(suffixed.content).toEqual(bare.content);
});
