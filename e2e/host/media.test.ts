/** Media on a real host: read through its storage, found through backing chains, refused where they could point anywhere, and booted. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { appendFile, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HEAD_LENGTH } from '../../src-core/media/recognise.ts';
import type { PlannedMedium, RescuePlan } from '../../src-core/rescue/types.ts';
import { kernelImage } from '../testbed/boot-code.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { outputOf, runCommand } from '../testbed/command.ts';
import {
  definitionOf,
  defineGuest,
  forceOff,
  medium,
  nextBoot,
  observe,
  serialPosition,
  startGuest,
} from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { refusalCodes, rescueArguments, salvor } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';

let host: Hypervisor;
/** A loop device, where this machine has one to give. */
let loop: string | null = null;

beforeAll(async () => {
  host = await startHypervisor();
  await medium(host, 'medium');
});
afterAll(async () => {
  if (loop !== null) await outputOf('losetup', ['--detach', loop]);
  await host.stop();
});

const qemuImg = (...args: string[]) => outputOf('qemu-img', args);

async function planOf(
  guest: Guest,
  media: readonly string[],
  ...more: string[]
): Promise<{ answer: SalvorAnswer; plan: RescuePlan }> {
  const named = media.flatMap((spec) => ['--medium', spec]);
  const answer = await salvor(['plan', '--uri', host.uri, guest.name, ...named, '--json', ...more]);
  expect([0, 2], answer.stderr).toContain(answer.code);
  return { answer, plan: answer.json as RescuePlan };
}

const codes = (findings: readonly { code: string }[]): string[] => findings.map(({ code }) => code);

function only(media: readonly PlannedMedium[]): PlannedMedium {
  const [first] = media;
  if (first === undefined) throw new Error('no medium in the plan');
  return first;
}

/** Rescue it for good, and see by its serial port what came up; then end the rescue, and see that all is as before. */
async function rescueAndEnd(guest: Guest, media: readonly string[], ...more: string[]): Promise<string> {
  const before = await definitionOf(guest);
  const heard = await serialPosition(guest);
  const [first = '', ...others] = media;
  const riders = others.flatMap((spec) => ['--medium', spec]);
  const rescue = await salvor(rescueArguments(host.uri, guest.name, first, ...riders, ...more));
  expect(rescue, `${rescue.stdout}${rescue.stderr}`).toMatchObject({ code: 0 });
  await nextBoot(guest, heard).then((line) => expect(line).toBe(RESCUE_BOOTED));
  const live = await host.virsh('dumpxml', guest.name);
  expect(await salvor(['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json'])).toMatchObject({ code: 0 });
  await forceOff(guest);
  expect(await definitionOf(guest)).toBe(before);
  return live;
}

describe('the original image', () => {
  /**
   * A guest whose root disk stands on `depth` images: the deepest one says on the serial port that the rescue booted, the root disk that
   * the root did, since the boot sector was written anew in it.
   */
  async function chained(
    name: string,
    depth: number,
    base: string | null = null,
  ): Promise<{ guest: Guest; images: string[] }> {
    const guest = await defineGuest(host, { name, machine: 'q35' });
    const first = base ?? join(guest.dir, 'base.img');
    if (base === null) await copyFile(await medium(host, 'medium'), first);
    const images = [first];
    for (let layer = 1; layer <= depth; layer += 1) {
      const next = layer === depth ? join(guest.dir, 'root.qcow2') : join(guest.dir, `layer-${layer}.qcow2`);
      const below = images.at(-1) ?? first;
      await qemuImg('create', '-q', '-f', 'qcow2', '-F', layer === 1 ? 'raw' : 'qcow2', '-b', below, next, '16M');
      images.push(next);
    }
    const root = images.at(-1) ?? first;
    await outputOf('qemu-io', ['-f', 'qcow2', '-c', `write -s ${join(guest.dir, 'root.img')} 0 512`, root]);
    await redefineRoot(guest, `<source file='${root}'/>`, 'file');
    return { guest, images: images.toReversed() };
  }

  async function redefineRoot(guest: Guest, source: string, type: string): Promise<void> {
    const xml = join(guest.dir, 'definition.xml');
    const disk = `<disk type='${type}' device='disk'><driver name='qemu' type='qcow2'/>${source}<target dev='vda'`;
    const definition = await host.virsh('dumpxml', '--inactive', '--security-info', guest.name);
    const own = /<disk type='\w+' device='disk'>\s*<driver (?:(?!<\/disk>)[^])*?<target dev='vda'/;
    expect(definition).toMatch(own);
    await writeFile(xml, definition.replace(own, disk));
    await host.virsh('define', xml);
  }

  test.each([1, 2, 3])('below %i layers, outside of any pool; the guest is off', async (depth) => {
    const { guest, images } = await chained(`outside-${depth}`, depth);
    expect(images).toHaveLength(depth + 1);
    const { plan } = await planOf(guest, ['original']);
    expect(codes(plan.refusals)).toEqual([]);
    expect(plan.rescueDevice?.source).toBe(images.at(-1));
    expect(codes(plan.warnings)).toContain('original-of-root');
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    // The same, told by what runs.
    expect((await planOf(guest, ['original'])).plan.rescueDevice?.source).toBe(images.at(-1));
    await rescueAndEnd(guest, ['original']);
  });

  test.each([1, 2, 3])('below %i layers, the root a volume of a pool', async (depth) => {
    const { guest, images } = await chained(`pooled-${depth}`, depth);
    const pool = join(guest.dir, 'pool.xml');
    await writeFile(
      pool,
      `<pool type='dir'><name>${guest.name}</name><target><path>${guest.dir}</path></target></pool>`,
    );
    await host.virsh('pool-create', pool);
    await redefineRoot(guest, `<source pool='${guest.name}' volume='root.qcow2'/>`, 'volume');
    const { plan } = await planOf(guest, ['original']);
    expect(codes(plan.refusals)).toEqual([]);
    expect(plan.rescueDevice?.source).toBe(images.at(-1));
    await rescueAndEnd(guest, ['original']);
    await host.virsh('pool-destroy', guest.name);
  });

  test('on a block device, where this machine has one to give; else told from a definition that names one', async () => {
    const image = join(host.dir, 'block-base.img');
    await copyFile(await medium(host, 'medium'), image);
    const found = await runCommand('losetup', ['--find', '--show', '--read-only', image]);
    loop = found.code === 0 ? found.stdout.trim() : null;
    const device = loop ?? '/dev/loop-of-nowhere';
    const { guest } = loop === null ? await chained('block', 1) : await chained('block', 2, device);
    if (loop === null) {
      const below = `<backingStore type='block'><format type='raw'/><source dev='${device}'/><backingStore/></backingStore>`;
      await redefineRoot(guest, `<source file='${join(guest.dir, 'root.qcow2')}'/>${below}`, 'file');
    }
    const { plan } = await planOf(guest, ['original'], '--bus', 'usb');
    expect(codes(plan.refusals)).toEqual([]);
    expect(plan.rescueDevice?.source).toBe(device);
    expect(plan.rescueXml).toContain(`<source dev="${device}"/>`);
    if (loop !== null) await rescueAndEnd(guest, ['original'], '--bus', 'usb');
  });

  test('with an image in the middle that is missing: what was looked at, and where it ended', async () => {
    const { guest, images } = await chained('gone', 3);
    const middle = images[2] ?? '';
    await outputOf('rm', [middle]);
    const { answer, plan } = await planOf(guest, ['original']);
    expect(refusalCodes(answer)).toEqual(['original-missing']);
    const message = plan.refusals[0]?.message ?? '';
    expect(message).toContain(`${middle}: there is no such file on the host`);
    expect(message).toContain(`Looked at: ${images.slice(0, 3).join(', ')}`);
  });

  test('in a chain that loops', async () => {
    const { guest } = await chained('looped', 1);
    const [a, b] = [join(guest.dir, 'a.qcow2'), join(guest.dir, 'root.qcow2')];
    await qemuImg('create', '-q', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', b, a, '16M');
    await qemuImg('create', '-q', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', a, b, '16M');
    const { plan } = await planOf(guest, ['original']);
    expect(plan.refusals[0]?.message).toContain(`the chain of images loops at ${b}`);
  });

  test('of a guest on network storage', async () => {
    const guest = await defineGuest(host, { name: 'network', machine: 'q35' });
    await redefineRoot(guest, "<source protocol='rbd' name='pool/root'><host name='mon1'/></source>", 'network');
    const { plan } = await planOf(guest, ['original']);
    expect(plan.refusals[0]?.message).toContain('rbd:pool/root@mon1 is network storage');
  });

  test('whose first bytes say another format than the disk that stands on it: never opened as what it pretends to be', async () => {
    const { guest, images } = await chained('pretender', 1);
    await qemuImg('create', '-q', '-u', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/shadow', images.at(-1) ?? '', '16M');
    const { plan } = await planOf(guest, ['original']);
    expect(plan.refusals[0]?.message).toContain('and begins like a qcow2 image');
  });

  test('named by its path is known for what it is; it is not written to', async () => {
    const { guest, images } = await chained('base-by-path', 2);
    const base = `path:${images.at(-1) ?? ''}`;
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    expect(codes((await planOf(guest, [base])).plan.warnings)).toContain('original-of-root');
    const { plan } = await planOf(guest, [base], '--direct-writes');
    expect(codes(plan.refusals)).toContain('medium-is-guest-disk');
    await forceOff(guest);
  });
});

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
    expect(only(plan.media)).toMatchObject({
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
    expect(only(second.plan.media).hash).toEqual(only(first.plan.media).hash);
    expect(second.plan.fingerprint.inputs).not.toBe(first.plan.fingerprint.inputs);
    await appendFile(path, Buffer.alloc(512));
    expect((await planOf(guest, [`path:${path}`])).plan.fingerprint.inputs).not.toBe(second.plan.fingerprint.inputs);
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
    expect(only(plan.media).bootFiles).toMatchObject([
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
  beforeAll(async () => {
    const iso = await readFile(await medium(host, 'iso'));
    server = createServer((request, response) => {
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

  test('that nobody answers at leaves the guest as it was', async () => {
    const guest = await defineGuest(host, { name: 'web-gone', machine: 'q35' });
    const before = await observe(guest);
    const gone = rescueArguments(host.uri, guest.name, 'url:http://127.0.0.1:9/rescue.iso', '--device', 'cdrom');
    expect(await salvor(gone)).toMatchObject({ code: 1 });
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
  expect(only(byName.plan.media)).toEqual({ ...only(byPath.plan.media), name: `media/${basename(path)}` });
  await host.virsh('pool-destroy', 'media');
});
