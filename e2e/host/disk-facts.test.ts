/** What is known of each disk, on a real host: images below, sizes, labels, secrets, other users, and what it reads and writes. */
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MachineDisk, MachineRow } from '../../src-core/contract/schemas.ts';
import type { ImageLayer } from '../../src-core/disks/types.ts';
import { fullMachineDetails, machineDetails } from '../../src-main/app/details.ts';
import { openLibvirt } from '../../src-main/libvirt/libvirt-hypervisor.ts';
import type { Hypervisor as Connection } from '../../src-main/libvirt/port.ts';
import { outputOf } from '../testbed/command.ts';
import { defineGuest, nextBoot, serialPosition, startGuest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { salvor } from '../testbed/salvor.ts';
import { qemuImg } from './media-plans.ts';

const MIB = 1024 * 1024;
let host: Hypervisor;
let connection: Connection;
/** A folder with a pool over it, and one without. */
let pooled: string;
let loose: string;

beforeAll(async () => {
  host = await startHypervisor();
  connection = await openLibvirt(host.uri, { readOnly: false, onLost: () => undefined });
  pooled = join(host.dir, 'pool é "1"');
  loose = join(host.dir, 'loose');
  await Promise.all([mkdir(pooled), mkdir(loose)]);
  const xml = join(host.dir, 'pool.xml');
  await writeFile(
    xml,
    `<pool type='dir'><name>pooled</name><target><path>${pooled.replaceAll('"', '&quot;')}</path></target></pool>`,
  );
  await host.virsh('pool-create', xml);
});
afterAll(async () => {
  await connection.close();
  await host.stop();
});

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll("'", '&apos;').replaceAll('<', '&lt;').replaceAll('\n', '&#10;');

const fileDisk = (path: string, format: string, target: string, more = '', device = 'disk'): string =>
  `<disk type='file' device='${device}'><driver name='qemu' type='${format}'/><source file='${escaped(path)}'/><target dev='${target}' bus='${device === 'cdrom' ? 'sata' : 'virtio'}'/>${more}</disk>`;

async function define(name: string, disks: string, elements = ''): Promise<void> {
  const xml = join(host.dir, `${name}.xml`);
  await writeFile(
    xml,
    `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory>${elements}<os><type arch='x86_64' machine='q35'>hvm</type></os><devices>${disks}</devices></domain>`,
  );
  await host.virsh('define', xml);
}

async function rowOf(name: string, on: Connection = connection): Promise<MachineRow> {
  const found = (await on.listDomains()).find((domain) => domain.name === name);
  if (found === undefined) throw new Error(`no domain ${name}`);
  const { uuid, state, persistent, autostart } = found;
  const known = { title: null, session: null, disks: [] };
  return { hostId: 'h', hostName: 'h', uuid, name, state, persistent, autostart, ...known };
}

async function disksOf(name: string, on: Connection = connection): Promise<readonly MachineDisk[]> {
  return (await fullMachineDetails(on, await rowOf(name, on), [])).disks;
}

async function layersOf(name: string): Promise<readonly ImageLayer[]> {
  return (await disksOf(name))[0]?.layers ?? [];
}

const sourcesOf = (layers: readonly ImageLayer[]): string[] => layers.map(({ source }) => source);

/** A chain of three: raw, with 1 MiB in it; 2 MiB in the middle; nothing on top. Each names the one below by its own folder. */
async function chain(folder: string, name: string): Promise<string[]> {
  const [base, middle, top] = ['base', 'middle', 'top'].map((part) => join(folder, `${name}-${part}.img`)) as [
    string,
    string,
    string,
  ];
  await qemuImg('create', '-q', '-f', 'raw', base, '64M');
  await outputOf('qemu-io', ['-f', 'raw', '-c', 'write 60M 1M', base]);
  await qemuImg('create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', basename(base), middle);
  await outputOf('qemu-io', ['-f', 'qcow2', '-c', 'write 10M 2M', middle]);
  await qemuImg('create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', basename(middle), top);
  return [top, middle, base];
}

describe('the images below a disk', () => {
  test('a chain of three in a pool: the same off and running, with what each takes', async () => {
    const images = await chain(pooled, 'three');
    await host.virsh('pool-refresh', 'pooled');
    await define('three', fileDisk(images[0] ?? '', 'qcow2', 'vda'));
    const off = await layersOf('three');
    expect(off.map(({ source, type, format, told, problem }) => [source, type, format, told, problem])).toEqual([
      [images[0], 'file', 'qcow2', 'definition', null],
      [images[1], 'file', 'qcow2', 'host', null],
      [images[2], 'file', 'raw', 'host', null],
    ]);
    expect(off.map(({ capacity }) => capacity)).toEqual([64 * MIB, 64 * MIB, 64 * MIB]);
    // What a sparse image takes is not its length.
    expect(off[2]).toMatchObject({ physical: 64 * MIB });
    for (const [index, least, most] of [
      [0, 1, MIB],
      [1, 2 * MIB, 4 * MIB],
      [2, MIB, 2 * MIB],
    ] as const) {
      expect(off[index]?.allocation).toBeGreaterThanOrEqual(least);
      expect(off[index]?.allocation).toBeLessThan(most);
    }
    // The same by pool and name.
    const volume = `<disk type='volume' device='disk'><driver name='qemu' type='qcow2'/><source pool='pooled' volume='three-top.img'/><target dev='vda' bus='virtio'/></disk>`;
    await define('by-volume', volume);
    expect(sourcesOf(await layersOf('by-volume'))).toEqual(['pooled/three-top.img', images[1], images[2]]);
    await host.virsh('start', 'three');
    const on = await layersOf('three');
    expect(on.map(({ told }) => told)).toEqual(['definition', 'definition', 'definition']);
    const essence = (layers: readonly ImageLayer[]) =>
      layers.map(({ source, type, format, capacity, allocation, problem }) => ({
        ...{ source, type, format, capacity, allocation, problem },
      }));
    expect(essence(on)).toEqual(essence(off));
    // The first answer has them too, without a look at the storage.
    const quick = await machineDetails(connection, await rowOf('three'));
    expect(quick.complete).toBe(false);
    expect(essence(quick.disks[0]?.layers ?? [])).toEqual(essence(off));
    await host.virsh('destroy', 'three');
  });

  test('outside of any pool: told while the guest runs; off, why not; and no pool is made to find out', async () => {
    const images = await chain(loose, 'loose');
    await define('loose', fileDisk(images[0] ?? '', 'qcow2', 'vda'));
    const pools = await host.virsh('pool-list', '--all', '--name');
    const off = await layersOf('loose');
    expect(off).toMatchObject([{ source: images[0], capacity: 64 * MIB, told: 'definition' }]);
    expect(off[0]?.problem).toContain('no storage pool of the host holds it');
    await host.virsh('start', 'loose');
    const on = await layersOf('loose');
    expect(sourcesOf(on)).toEqual(images);
    expect(on.map(({ problem, capacity }) => [problem, capacity])).toEqual(images.map(() => [null, 64 * MIB]));
    await host.virsh('destroy', 'loose');
    expect(await host.virsh('pool-list', '--all', '--name')).toBe(pools);
  });

  test('what is missing, what goes in circles, what is elsewhere, what lies: each says so, and none stops the page', async () => {
    const at = (name: string) => join(pooled, name);
    const overlay = (name: string, backing: string, format: string) =>
      qemuImg('create', '-q', '-f', 'qcow2', '-F', format, '-u', '-b', backing, at(name), '64M');
    const odd = 'odd \n \u202Ename\'s <"1">.raw';
    await qemuImg('create', '-q', '-f', 'raw', at(odd), '64M');
    await overlay('gone.qcow2', 'nowhere.qcow2', 'qcow2');
    await overlay('circle-1.qcow2', 'circle-2.qcow2', 'qcow2');
    await overlay('circle-2.qcow2', 'circle-1.qcow2', 'qcow2');
    await overlay('nbd.qcow2', 'nbd://storage.example:10809/export', 'raw');
    await overlay('json.qcow2', 'json:{"driver":"nbd","server":{"type":"unix","path":"/run/x"}}', 'raw');
    await overlay('long.qcow2', `/${'x'.repeat(1000)}`, 'raw');
    await overlay('odd.qcow2', odd, 'raw');
    await overlay('up.qcow2', `../${basename(pooled)}/./${odd}`, 'raw');
    await qemuImg('create', '-q', '-f', 'raw', at('plain.raw'), '64M');
    await host.virsh('pool-refresh', 'pooled');
    const disks = [
      ['gone.qcow2', 'qcow2'],
      ['circle-1.qcow2', 'qcow2'],
      ['nbd.qcow2', 'qcow2'],
      ['json.qcow2', 'qcow2'],
      ['long.qcow2', 'qcow2'],
      ['odd.qcow2', 'qcow2'],
      ['up.qcow2', 'qcow2'],
      // A guest that wrote a header into its raw disk leads nowhere.
      ['gone.qcow2', 'raw'],
      ['plain.raw', 'qcow2'],
    ] as const;
    const xml = disks.map(([name, format], index) => fileDisk(at(name), format, `vd${'abcdefghi'[index] ?? ''}`));
    await define('bad', xml.join(''));
    const found = await disksOf('bad');
    const seen = found.map(({ layers }) => layers.map(({ source, problem }) => [source, problem]));
    expect(seen).toEqual([
      [
        [at('gone.qcow2'), null],
        [
          at('nowhere.qcow2'),
          expect.stringContaining('the storage pool pooled over its folder does not list it') as string,
        ],
      ],
      [
        [at('circle-1.qcow2'), null],
        [at('circle-2.qcow2'), null],
        [at('circle-1.qcow2'), expect.stringContaining('goes in circles') as string],
      ],
      [
        [at('nbd.qcow2'), null],
        ['nbd://storage.example:10809/export', null],
      ],
      [
        [at('json.qcow2'), null],
        [expect.stringMatching(/^(json:|nbd:|\/run\/x)/) as string, null],
      ],
      [[at('long.qcow2'), expect.stringContaining('does not list it: it is missing, cannot be read') as string]],
      [
        [at('odd.qcow2'), null],
        [at(odd), null],
      ],
      [
        [at('up.qcow2'), null],
        [at(odd), null],
      ],
      [[at('gone.qcow2'), null]],
      [[at('plain.raw'), expect.stringContaining('used as qcow2, and its first bytes are of no such image') as string]],
    ]);
  });
});

describe('secrets', () => {
  test('defined with and without a value, not defined; and a connection that may not ask', async () => {
    const [empty, full, none] = [randomUUID(), randomUUID(), randomUUID()];
    for (const [uuid, name] of [
      [empty, 'empty'],
      [full, 'full'],
    ] as const) {
      const xml = join(host.dir, `${name}-secret.xml`);
      await writeFile(
        xml,
        `<secret ephemeral='yes' private='no'><uuid>${uuid}</uuid><usage type='volume'><volume>${name}</volume></usage></secret>`,
      );
      await host.virsh('secret-define', xml);
    }
    const value = Buffer.from('x7-very-secret').toString('base64');
    await host.virsh('secret-set-value', full, '--base64', value);
    const luks = (target: string, uuid: string) =>
      `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${loose}/${target}.luks'><encryption format='luks'><secret type='passphrase' uuid='${uuid}'/></encryption></source><target dev='${target}' bus='virtio'/></disk>`;
    await define('luks', luks('vda', empty) + luks('vdb', full) + luks('vdc', none));
    const disks = await disksOf('luks');
    expect(disks.map(({ secretStates }) => secretStates)).toEqual([
      [{ uuid: empty, usage: null, purpose: 'encryption', defined: true, hasValue: false }],
      [{ uuid: full, usage: null, purpose: 'encryption', defined: true, hasValue: true }],
      [{ uuid: none, usage: null, purpose: 'encryption', defined: false, hasValue: false }],
    ]);
    expect(JSON.stringify(disks)).not.toMatch(/x7-very-secret|eDctdmVyeS/);
    const looking = await openLibvirt(host.uri, { readOnly: true, onLost: () => undefined });
    const states = (await disksOf('luks', looking)).flatMap(({ secretStates }) => secretStates);
    await looking.close();
    expect(states.map(({ defined, hasValue }) => [defined, hasValue])).toEqual([
      [true, null],
      [true, null],
      [false, false],
    ]);
  });
});

describe('what a disk is for, and who else has it', () => {
  test('by label, whatever the name; by Nova’s metadata; each with its reason', async () => {
    const iso = join(pooled, 'something odd.bin');
    await writeFile(join(loose, 'meta_data.json'), '{}');
    await outputOf('genisoimage', ['-quiet', '-V', 'config-2', '-o', iso, join(loose, 'meta_data.json')]);
    const vfat = join(pooled, 'b.img');
    await writeFile(vfat, '');
    await truncate(vfat, 2 * MIB);
    await outputOf('mkfs.vfat', ['-n', 'CIDATA', vfat]);
    for (const [name, size] of [
      ['disk', 40],
      ['x-1', 24],
      ['x-2', 1024],
    ] as const)
      await qemuImg('create', '-q', '-f', 'raw', join(pooled, name), `${size}M`);
    await host.virsh('pool-refresh', 'pooled');
    const image = randomUUID();
    const nova = `<metadata><nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'><nova:flavor name='m1'><nova:swap>24</nova:swap><nova:ephemeral>1</nova:ephemeral></nova:flavor><nova:root type='image' uuid='${image}'/></nova:instance></metadata>`;
    const disks = [
      fileDisk(join(pooled, 'disk'), 'raw', 'vda'),
      fileDisk(join(pooled, 'x-1'), 'raw', 'vdb'),
      fileDisk(join(pooled, 'x-2'), 'raw', 'vdc'),
      fileDisk(vfat, 'raw', 'vdd'),
      fileDisk(iso, 'raw', 'sda', '<readonly/>', 'cdrom'),
    ];
    await define('nova', disks.join(''), nova);
    expect((await disksOf('nova')).map(({ target, role, roleWhy }) => [target, role, roleWhy])).toEqual([
      [
        'vda',
        'root',
        `it is the first disk in the boot order, and Nova names its root disk so: disk, and Nova made it from image ${image}`,
      ],
      ['vdb', 'swap', 'it is as large as the swap disk of its Nova flavor'],
      ['vdc', 'ephemeral', 'it is as large as the ephemeral disk of its Nova flavor'],
      ['vdd', 'config-drive', 'its label is CIDATA, by which cloud-init finds its data'],
      ['sda', 'config-drive', 'its label is config-2, by which cloud-init finds its data'],
    ]);
    // The command line only reads: it may not read content, and tells by metadata and sizes alone.
    const { json } = await salvor(['inspect', '--uri', host.uri, 'nova', '--json']);
    const told = (json as { disks: { target: string; role: { role: string } }[] }).disks;
    expect(told.map(({ target, role }) => [target, role.role])).toEqual([
      ['vda', 'root'],
      ['vdb', 'swap'],
      ['vdc', 'ephemeral'],
      ['vdd', 'data'],
      ['sda', 'cdrom'],
    ]);
  });

  test('a shared disk that two running guests have open', async () => {
    const shared = join(loose, 'shared.raw');
    await qemuImg('create', '-q', '-f', 'raw', shared, '8M');
    for (const name of ['sharing-1', 'sharing-2', 'sharing-3'])
      await define(name, fileDisk(shared, 'raw', 'vda', '<shareable/>'));
    await Promise.all([host.virsh('start', 'sharing-1'), host.virsh('start', 'sharing-2')]);
    const users = async (name: string) => (await disksOf(name))[0]?.users;
    const user = (domain: string) => ({ domain, host: null, writes: true, as: 'same' });
    expect(await users('sharing-1')).toEqual([user('sharing-2')]);
    expect((await users('sharing-3'))?.map(({ domain }) => domain).sort()).toEqual(['sharing-1', 'sharing-2']);
    const told = await salvor(['inspect', '--uri', host.uri, 'sharing-1']);
    expect(told.stdout).toContain(`image ${shared} (raw, 8 MiB, takes `);
    expect(told.stdout).toContain('open in sharing-2, which may write to it');
    await Promise.all([host.virsh('destroy', 'sharing-1'), host.virsh('destroy', 'sharing-2')]);
  });
});

describe('what a disk reads and writes', () => {
  test('grows as the guest reads; nothing while it is off', async () => {
    const guest = await defineGuest(host, { name: 'reader', machine: 'q35' });
    const { uuid } = await connection.findDomain('reader');
    expect(await connection.diskStats(uuid)).toEqual([]);
    await startGuest(guest);
    const root = async () => (await connection.diskStats(uuid)).find(({ target }) => target === 'vda');
    const first = await root();
    expect(first?.readBytes).toBeGreaterThan(0);
    const from = await serialPosition(guest);
    await host.virsh('reset', 'reader');
    await nextBoot(guest, from);
    const second = await root();
    expect(second?.readBytes).toBeGreaterThan(first?.readBytes ?? Infinity);
    expect(second?.readRequests).toBeGreaterThan(first?.readRequests ?? Infinity);
    expect((await connection.diskStats(uuid)).map(({ target }) => target)).toEqual(['vda', 'vdc', 'sdb', 'sdc']);
    await host.virsh('destroy', 'reader');
  });
});
