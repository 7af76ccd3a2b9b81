/** Media on a real host: read through its storage, refused where they could point anywhere, and booted. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { appendFile, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { READ_LIMIT } from '../../src-core/media/reading.ts';
import { HEAD_LENGTH } from '../../src-core/media/recognise.ts';
import type { RescueRequest } from '../../src-core/rescue/types.ts';
import { collectInputs } from '../../src-main/app/collect.ts';
import { openLibvirt } from '../../src-main/libvirt/libvirt-hypervisor.ts';
import type { Hypervisor as Port } from '../../src-main/libvirt/port.ts';
import { kernelImage } from '../testbed/boot-code.ts';
import { RESCUE_BOOTED } from '../testbed/boot-images.ts';
import { outputOf } from '../testbed/command.ts';
import { defineGuest, forceOff, medium, observe, serialPosition } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { rescueArguments, salvor } from '../testbed/salvor.ts';
import { codes, planOf, qemuImg, rescueAndEnd, theOne } from './media-plans.ts';

const REQUEST = (path: string): RescueRequest => ({
  media: [{ kind: 'path', path }],
  device: null,
  bus: null,
  profile: 'recommended',
  session: 'one-shot',
  endAtFirstReboot: false,
  fallThrough: null,
  writes: 'overlay',
  overlayPool: null,
  guestDisks: 'writable',
  stop: { how: 'force', timeoutSeconds: 30, onTimeout: 'give-up' },
  allowUnbootable: false,
  transientConsent: false,
});

let host: Hypervisor;

beforeAll(async () => {
  host = await startHypervisor();
  await medium(host, 'medium');
});
afterAll(() => host.stop());

describe('what is read', () => {
  let guest: Guest;
  let folder: string;
  beforeAll(async () => {
    guest = await defineGuest(host, { name: 'reader', machine: 'q35' });
    folder = join(host.dir, 'read');
    await mkdir(folder);
  });

  test('size, hash, label and loaders of an ISO whose catalog lies beyond the first MiB', async () => {
    const tree = join(folder, 'tree');
    const iso = join(folder, 'far.iso');
    await mkdir(tree);
    await writeFile(join(tree, 'big.bin'), Buffer.alloc(3 * 1024 * 1024, 0x5a));
    await writeFile(join(tree, 'boot.bin'), Buffer.alloc(2048, 0x90));
    await outputOf('xorriso', ['-as', 'mkisofs', '-quiet', '-V', 'FAR', '-o', iso, tree]);
    const efi = await medium(host, 'uefiMedium');
    const boot = ['-boot_image', 'any', 'bin_path=/boot.bin', '-boot_image', 'any', 'next'];
    const uefi = ['-map', efi, '/efi.img', '-boot_image', 'any', 'efi_path=/efi.img'];
    await outputOf('xorriso', ['-dev', iso, ...boot, ...uefi, '-commit']);
    const bytes = await readFile(iso);
    const { plan } = await planOf(guest, [`path:${iso}`]);
    expect(theOne(plan.media)).toMatchObject({
      name: iso,
      source: iso,
      size: bytes.length,
      content: { kind: 'iso9660', label: 'FAR', bios: true, uefi: true, efiArches: ['x86_64'] },
      hash: { bytes: HEAD_LENGTH, sha256: createHash('sha256').update(bytes.subarray(0, HEAD_LENGTH)).digest('hex') },
    });
    const text = await salvor(['plan', '--uri', host.uri, guest.name, '--medium', `path:${iso}`]);
    expect(text.stdout).toContain(
      `ISO 9660 “FAR”, boots BIOS and UEFI (x86_64), ${bytes.length} bytes, sha256 of the first`,
    );
  });

  test.each<[string, string, (path: string) => Promise<unknown>]>([
    [
      'a qcow2 with a data file',
      'medium-points-elsewhere',
      (path) => qemuImg('create', '-q', '-f', 'qcow2', '-o', `data_file=${path}.raw`, path, '1M'),
    ],
    [
      'a qcow1 with a backing file',
      'medium-points-elsewhere',
      (path) => qemuImg('create', '-q', '-u', '-f', 'qcow', '-F', 'raw', '-b', '/etc/shadow', path, '1M'),
    ],
    [
      'a qed with a backing file',
      'medium-points-elsewhere',
      (path) => qemuImg('create', '-q', '-u', '-f', 'qed', '-F', 'raw', '-b', '/etc/shadow', path, '1M'),
    ],
    [
      'a VMDK descriptor',
      'medium-points-elsewhere',
      (path) =>
        writeFile(
          path,
          '# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType="monolithicFlat"\nRW 2048 FLAT "/etc/shadow" 0\n',
        ),
    ],
    ['a sparse VMDK', 'medium-format', (path) => qemuImg('create', '-q', '-f', 'vmdk', path, '1M')],
    ['a VHDX', 'medium-format', (path) => qemuImg('create', '-q', '-f', 'vhdx', path, '8M')],
    [
      'a qcow2 with a key',
      'medium-encrypted',
      async (path) => {
        await qemuImg('create', '-q', '-f', 'qcow2', path, '8M');
        const bytes = await readFile(path);
        bytes.writeUInt32BE(2, 32); // crypt_method: LUKS
        await writeFile(path, bytes);
      },
    ],
  ])('%s is refused, whatever it is called (%s)', async (name, code, make) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.iso`);
    await make(path);
    expect(codes((await planOf(guest, [`path:${path}`], '--device', 'disk')).plan.refusals)).toContain(code);
  });

  test('a symbolic link to one of the guest’s own disks is that disk', async () => {
    const link = join(guest.dir, 'innocent.img');
    await symlink('data.img', link);
    // Zeros are no medium: the disk gets something to boot.
    await copyFile(await medium(host, 'medium'), join(guest.dir, 'data.img'));
    const { plan } = await planOf(guest, [`path:${link}`]);
    expect(plan.refusals.find(({ code }) => code === 'medium-is-guest-disk')?.message).toContain('own disk vdc');
  });

  test('a device that no pool holds: no pool is made over /dev, where opening sets off devices', async () => {
    const { plan } = await planOf(guest, ['path:/dev/null']);
    expect(plan.refusals[0]?.message).toContain('name it by /dev/disk/by-id or /dev/mapper');
    expect(await host.virsh('pool-list', '--all', '--name')).not.toContain('salvor');
  });

  test('a medium that was written to since, even where nobody looks', async () => {
    const path = join(folder, 'growing.img');
    await copyFile(await medium(host, 'medium'), path);
    const first = await planOf(guest, [`path:${path}`]);
    expect((await planOf(guest, [`path:${path}`])).plan.fingerprint).toEqual(first.plan.fingerprint);
    // Far behind what is read, and as long as before.
    await outputOf('dd', [
      'if=/dev/urandom',
      `of=${path}`,
      'bs=512',
      'count=1',
      'seek=10000',
      'conv=notrunc',
      'status=none',
    ]);
    const second = await planOf(guest, [`path:${path}`]);
    expect(theOne(second.plan.media).hash).toEqual(theOne(first.plan.media).hash);
    expect(second.plan.fingerprint.inputs).not.toBe(first.plan.fingerprint.inputs);
    await appendFile(path, Buffer.alloc(512));
    expect((await planOf(guest, [`path:${path}`])).plan.fingerprint.inputs).not.toBe(second.plan.fingerprint.inputs);
  });
});

describe('how much is read', () => {
  test('at most a million bytes of a medium, through the volume stream of libvirt', async () => {
    const guest = await defineGuest(host, { name: 'counted', machine: 'q35' });
    const disk = join(host.dir, 'spread.img');
    await outputOf('truncate', ['-s', '20G', disk]);
    const partitions = Array.from({ length: 60 }, (_, i) => [
      '-n',
      `${i + 1}:${i * 300 + 1}M:+64M`,
      '-t',
      `${i + 1}:ef00`,
    ]);
    await outputOf('sgdisk', [...partitions.flat(), disk]);
    const port = await openLibvirt(host.uri, { readOnly: false, onLost: () => undefined });
    let bytes = 0;
    const counting: Port = {
      ...port,
      examineVolume: async (where, length) => {
        const found = await port.examineVolume(where, length);
        if (!('path' in where && where.path !== disk)) bytes += found?.head?.length ?? 0;
        return found;
      },
      readVolume: async (where, ranges) => {
        const read = await port.readVolume(where, ranges);
        bytes += (read ?? []).reduce((sum, { length }) => sum + length, 0);
        return read;
      },
    };
    const { uuid } = await port.findDomain(guest.name);
    const inputs = await collectInputs(counting, uuid, {
      request: REQUEST(disk),
      properties: {},
      stamp: null,
    });
    await port.close();
    expect(inputs.media[0]).toMatchObject({
      found: true,
      size: 20 * 1024 ** 3,
      content: { partitions: 'gpt', uefi: true },
    });
    expect(bytes).toBeGreaterThan(HEAD_LENGTH);
    expect(bytes).toBeLessThanOrEqual(READ_LIMIT);
  });
});

describe('copies and properties', () => {
  test('a medium that is a copy of the root disk is told, though the root disk is a qcow2 image with an overlay', async () => {
    const guest = await defineGuest(host, { name: 'cloned', machine: 'q35' });
    const raw = join(guest.dir, 'golden.img');
    const bytes = await readFile(await medium(host, 'medium'));
    bytes.writeUInt32LE(0x5a1f0, 440);
    await writeFile(raw, bytes);
    const [base, root] = [join(guest.dir, 'base.qcow2'), join(guest.dir, 'root.img')];
    await qemuImg('convert', '-O', 'qcow2', raw, base);
    await qemuImg('create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, root);
    const xml = join(guest.dir, 'definition.xml');
    const definition = await host.virsh('dumpxml', '--inactive', '--security-info', guest.name);
    await writeFile(xml, definition.replace("<driver name='qemu' type='raw'/>", "<driver name='qemu' type='qcow2'/>"));
    await host.virsh('define', xml);
    const pool = join(guest.dir, 'pool.xml');
    await writeFile(pool, `<pool type='dir'><name>cloned</name><target><path>${guest.dir}</path></target></pool>`);
    await host.virsh('pool-create', pool);
    expect(codes((await planOf(guest, [`path:${raw}`])).plan.warnings)).toContain('clone-of-root');
    expect(codes((await planOf(guest, [`path:${await medium(host, 'medium')}`])).plan.warnings)).not.toContain(
      'clone-of-root',
    );
    await host.virsh('pool-destroy', 'cloned');
  });

  test.each(['image-show', 'image-show-flat'])(
    'properties as openstack image show -f json prints them: %s',
    async (name) => {
      const guest = await defineGuest(host, { name: `properties-${name}`, machine: 'q35' });
      const file = join(import.meta.dirname, `../../src-core/media/golden/${name}.json`);
      const disk = `path:${await medium(host, 'medium')}`;
      const { plan } = await planOf(guest, [disk], '--profile', 'nova', '--properties', file);
      expect(plan.request.device).toMatchObject({ value: 'disk', from: 'property' });
      expect(plan.request.bus).toMatchObject({ value: 'usb', from: 'property' });
      expect(codes(plan.refusals)).toEqual([]);
    },
  );

  test('one image twice', async () => {
    const guest = await defineGuest(host, { name: 'twice', machine: 'q35' });
    const disk = `path:${await medium(host, 'medium')}`;
    expect(codes((await planOf(guest, [disk, disk])).plan.refusals)).toContain('medium-twice');
  });
});

describe('an ISO that is no hybrid, as a disk', () => {
  test('SeaBIOS finds nothing on it: refused, and seen where it is wanted nevertheless', async () => {
    const guest = await defineGuest(host, { name: 'iso-disk', machine: 'q35' });
    const iso = `path:${await medium(host, 'iso')}`;
    const { plan } = await planOf(guest, [iso], '--device', 'disk', '--bus', 'usb');
    expect(codes(plan.refusals)).toEqual(['never-boots-iso-disk']);
    const heard = await serialPosition(guest);
    const forced = rescueArguments(host.uri, guest.name, iso, '--device', 'disk', '--bus', 'usb', '--allow-unbootable');
    expect(await salvor(forced)).toMatchObject({ code: 0 });
    // What does boot says so in less than a second.
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect((await readFile(guest.serialLog, 'latin1')).slice(heard)).not.toMatch(/BOOTED/);
    await forceOff(guest);
  });

  test('UEFI firmware boots it', async () => {
    const guest = await defineGuest(host, { name: 'iso-disk-uefi', machine: 'q35', firmware: 'uefi' });
    const iso = `path:${await medium(host, 'iso')}`;
    await rescueAndEnd(guest, [iso], '--device', 'disk', '--bus', 'usb');
  });
});

describe('several media', () => {
  let folder: string;
  let kernel: string;
  let initrd: string;
  beforeAll(async () => {
    folder = join(host.dir, 'kernels');
    await mkdir(folder);
    [kernel, initrd] = [join(folder, 'vmlinuz'), join(folder, 'initrd.gz')];
    await writeFile(kernel, kernelImage(RESCUE_BOOTED));
    await writeFile(initrd, gzipSync(Buffer.from('070701')));
  });

  test('a kernel with its initrd and command line, and no disk', async () => {
    const guest = await defineGuest(host, { name: 'kernel', machine: 'q35' });
    const spec = `kernel:${kernel},initrd:${initrd},cmdline:console=ttyS0 rd.break=a,b "c"`;
    const { plan } = await planOf(guest, [spec]);
    expect(codes(plan.warnings)).toEqual([]);
    expect(plan.bootAfter[0]).toMatchObject({ order: 1, kind: 'kernel', source: kernel });
    expect(theOne(plan.media).bootFiles).toMatchObject([
      { role: 'kernel', file: kernel, content: { kind: 'bzimage', arch: 'i686' } },
      { role: 'initrd', file: initrd, content: { kind: 'packed' } },
    ]);
    const live = await rescueAndEnd(guest, [spec]);
    expect(live).toContain(`<kernel>${kernel}</kernel>`);
    expect(live).toContain(`<initrd>${initrd}</initrd>`);
    expect(live).toContain('<cmdline>console=ttyS0 rd.break=a,b &quot;c&quot;</cmdline>');
  });

  test('a kernel, and a disk and an ISO that ride along', async () => {
    const guest = await defineGuest(host, { name: 'kernel-disk', machine: 'q35' });
    const [disk, iso] = [await medium(host, 'medium'), await medium(host, 'iso')];
    const media = [`kernel:${kernel}`, `path:${disk}`, `path:${iso}`];
    const { plan } = await planOf(guest, media);
    const added = plan.devices.filter(({ original }) => !original);
    expect(added).toMatchObject([
      { source: disk, device: 'disk' },
      { source: iso, device: 'cdrom' },
    ]);
    const live = await rescueAndEnd(guest, media);
    expect(live).toContain(disk);
    expect(live).toContain(iso);
  });

  test('two that ride along behind the one that boots', async () => {
    const guest = await defineGuest(host, { name: 'riders', machine: 'q35' });
    const [boots, iso] = [await medium(host, 'medium'), await medium(host, 'iso')];
    const tools = join(folder, 'tools.qcow2');
    await qemuImg('create', '-q', '-f', 'qcow2', tools, '4M');
    const media = [boots, iso, tools].map((path) => `path:${path}`);
    const { plan } = await planOf(guest, media);
    expect(plan.rescueDevice?.source).toBe(boots);
    expect(plan.devices.filter(({ original }) => !original).map(({ source }) => source)).toEqual([iso, tools, boots]);
    await rescueAndEnd(guest, media);
  });

  test('a file that is no kernel, an initrd that is none, and a kernel that is empty', async () => {
    const guest = await defineGuest(host, { name: 'no-kernel', machine: 'q35' });
    const { plan } = await planOf(guest, [`kernel:${initrd},initrd:${kernel}`]);
    expect(codes(plan.warnings)).toEqual(['kernel-unrecognised', 'initrd-unrecognised']);
    const empty = await planOf(guest, [`kernel:${await medium(host, 'empty')}`]);
    expect(codes(empty.plan.refusals)).toEqual(['medium-empty']);
  });
});

describe('a web address', () => {
  let server: Server;
  let redirected = 0;
  beforeAll(async () => {
    const path = await medium(host, 'iso');
    const iso = await readFile(path);
    server = createServer((request, response) => {
      if (request.url === '/moved.iso') {
        redirected += 1;
        response.writeHead(302, { location: `file://${path}` }).end();
        return;
      }
      const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
      const [from, to] = range === null ? [0, iso.length - 1] : [Number(range[1]), Number(range[2] || iso.length - 1)];
      response.writeHead(range === null ? 200 : 206, {
        'accept-ranges': 'bytes',
        'content-length': to - from + 1,
        ...(range === null ? {} : { 'content-range': `bytes ${from}-${to}/${iso.length}` }),
      });
      response.end(request.method === 'HEAD' ? undefined : iso.subarray(from, to + 1));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('boots as a cdrom', async () => {
    const guest = await defineGuest(host, { name: 'web', machine: 'q35' });
    const url = `url:http://127.0.0.1:${(server.address() as AddressInfo).port}/rescue.iso`;
    const { plan } = await planOf(guest, [url], '--device', 'cdrom');
    expect(codes(plan.refusals)).toEqual([]);
    expect(codes(plan.warnings)).toContain('medium-not-examined');
    await rescueAndEnd(guest, [url], '--device', 'cdrom');
  });

  // The medium behind that redirect would boot, were it followed: QEMU's curl takes none to a file.
  test.each([
    ['that nobody answers at', 'web-gone', () => 'http://127.0.0.1:9/rescue.iso', 0],
    [
      'that redirects to a file of the host',
      'web-moved',
      () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/moved.iso`,
      1,
    ],
  ])('%s leaves the guest as it was', async (_what, name, url, asked) => {
    const guest = await defineGuest(host, { name, machine: 'q35' });
    const before = await observe(guest);
    const gone = rescueArguments(host.uri, guest.name, `url:${url()}`, '--device', 'cdrom');
    expect(await salvor(gone)).toMatchObject({ code: 1, json: { error: { code: 'start-failed' } } });
    expect(redirected).toBeGreaterThanOrEqual(asked);
    const { state, ...rest } = await observe(guest);
    expect(state).toBe('shut off (failed)');
    expect(before).toMatchObject(rest);
  });
});

test('media of a pool are found by pool and name, with the same answer as by path', async () => {
  const guest = await defineGuest(host, { name: 'pooled', machine: 'q35' });
  const path = await medium(host, 'iso');
  const pool = join(guest.dir, 'media.xml');
  await writeFile(
    pool,
    `<pool type='dir'><name>media</name><target><path>${join(host.dir, 'media')}</path></target></pool>`,
  );
  await host.virsh('pool-create', pool);
  const [byName, byPath] = [
    await planOf(guest, [`volume:media/${basename(path)}`]),
    await planOf(guest, [`path:${path}`]),
  ];
  expect(theOne(byName.plan.media)).toEqual({ ...theOne(byPath.plan.media), name: `media/${basename(path)}` });
  await host.virsh('pool-destroy', 'media');
});
