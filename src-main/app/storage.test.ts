import { expect, test, vi } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { fakeHost, fileVolume } from './fake-hypervisor.test-support.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import type { Connected } from './hosts.ts';
import { startInventory } from './inventory.ts';
import type { SourceUse } from './inventory.ts';
import { describeVolumes, listPools, lookAtVolume, refreshPool, startPool, volumeNames } from './storage.ts';
import type { ExaminedVolume, StoragePool } from '../libvirt/port.ts';

const HOSTILE = ['two words', `"quotes" & 'more' <b>`, 'line\nbreak', 'right‮left', 'n'.repeat(200), '__proto__'];

function poolXml(path: string): string {
  return `<pool type='dir'><name>x</name><capacity unit='bytes'>1000</capacity><allocation unit='bytes'>400</allocation><available unit='bytes'>600</available><target><path>${path}</path></target></pool>`;
}

const pool = (parts: Partial<StoragePool> = {}): StoragePool => ({
  name: 'media',
  active: true,
  persistent: true,
  xml: poolXml('/media'),
  ...parts,
});

interface Parts {
  readonly pools?: readonly StoragePool[];
  readonly volumes?: Readonly<Record<string, ExaminedVolume>>;
  readonly used?: Readonly<Record<string, SourceUse>>;
  readonly readOnly?: boolean;
}

/** A connected host with those pools, and those volumes in each of them. */
function connected(parts: Parts = {}): { host: Connected; fake: FakeHost } {
  const fake = fakeHost({ pools: parts.pools ?? [pool()] });
  const names = Object.keys(parts.volumes ?? {});
  const over: Partial<Connected['hypervisor']> = {
    readOnly: parts.readOnly ?? false,
    listVolumeNames: () => Promise.resolve(names),
    examineVolume: (where) => Promise.resolve('name' in where ? (parts.volumes?.[where.name] ?? null) : null),
    readVolume: () => Promise.resolve(null),
  };
  const hypervisor = new Proxy(fake.hypervisor, {
    get: (target, name: keyof Connected['hypervisor']) => (name in over ? over[name] : target[name]),
  });
  const host = {
    entry: { id: 'h', name: 'Host', uri: 'fake:///host', readOnly: false, builtin: false },
    hypervisor,
    inventory: { writableSources: () => new Map(Object.entries(parts.used ?? {})) },
  } as unknown as Connected;
  return { host, fake };
}

const volume = (type: string, more: string): ExaminedVolume => ({
  name: 'v',
  xml: `<volume type='${type}'><name>v</name>${more}</volume>`,
  head: null,
});

test('pools as people count; scratch pools of ours are none; sizes only of those that are active', async () => {
  const pools = [
    pool({ name: 'pool-10' }),
    pool({ name: 'salvor-0123456789abcdef' }),
    pool({ name: 'pool-2', active: false }),
  ];
  const listed = await listPools(connected({ pools }).host);
  expect(listed.map(({ name, available }) => [name, available])).toEqual([
    ['pool-2', null],
    ['pool-10', 600],
  ]);
});

test('a pool that hangs, and one whose XML cannot be read, are listed with their problem beside the others', async () => {
  const pools = [pool(), pool({ name: 'nfs', xml: null }), pool({ name: 'odd', xml: '<pool' })];
  const listed = await listPools(connected({ pools }).host);
  expect(listed.map(({ name, problem }) => [name, problem?.code ?? null])).toEqual([
    ['media', null],
    ['nfs', 'pool-silent'],
    ['odd', 'xml-malformed'],
  ]);
});

test('nothing more is asked of a pool that hangs', async () => {
  const { host, fake } = connected({ pools: [pool({ name: 'nfs', xml: null })] });
  const silent = { data: { code: 'pool-silent', params: { pool: 'nfs' } } };
  await expect(volumeNames(host, 'nfs')).rejects.toMatchObject(silent);
  await expect(describeVolumes(host, 'nfs', ['a'])).rejects.toMatchObject(silent);
  await expect(lookAtVolume(host, { pool: 'nfs', name: 'a' })).rejects.toMatchObject(silent);
  await expect(refreshPool(host, 'nfs')).rejects.toMatchObject(silent);
  await expect(startPool(host, 'nfs')).rejects.toMatchObject(silent);
  expect(fake.changes).toEqual([]);
});

test('a pool that has gone is said', async () => {
  const { host } = connected();
  const gone = { data: { code: 'pool-not-found', params: { pool: 'other' } } };
  await expect(volumeNames(host, 'other')).rejects.toMatchObject(gone);
  await expect(startPool(host, 'other')).rejects.toMatchObject(gone);
});

test('a read-only connection neither refreshes nor starts', async () => {
  const { host, fake } = connected({ readOnly: true });
  await expect(refreshPool(host, 'media')).rejects.toMatchObject({ data: { code: 'read-only' } });
  await expect(startPool(host, 'media')).rejects.toMatchObject({ data: { code: 'read-only' } });
  expect(fake.changes).toEqual([]);
});

test('a pool that does not start says what libvirt said; one that somebody else has started is started', async () => {
  const stopped = connected({ pools: [pool({ active: false })] });
  const refuse = () => {
    throw new SalvorError('libvirt', { call: 'virStoragePoolCreate' }, "cannot open directory '/media'");
  };
  stopped.fake.before.startPool = refuse;
  await expect(startPool(stopped.host, 'media')).rejects.toMatchObject({
    data: { code: 'pool-start-failed', params: { pool: 'media' }, detail: "cannot open directory '/media'" },
  });
  const started = connected();
  started.fake.before.startPool = refuse;
  expect(await startPool(started.host, 'media')).toMatchObject({ name: 'media', active: true });
});

test.each([
  ['a folder', volume('dir', '<target><path>/media/v</path></target>'), {}, 'directory', []],
  [
    'a disk of a machine that runs',
    fileVolume('/media/v'),
    { '/media/v': { as: 'in-use', machines: ['web-01', 'web-02'] } },
    'in-use',
    ['web-01', 'web-02'],
  ],
  [
    'a disk named by its pool',
    fileVolume('/media/v'),
    { 'media/v': { as: 'guest-disk', machines: ['mail'] } },
    'guest-disk',
    ['mail'],
  ],
  [
    'nothing in it',
    volume('file', "<capacity unit='bytes'>0</capacity><target><path>/media/v</path></target>"),
    {},
    'empty',
    [],
  ],
  [
    'less than a sector',
    volume('file', "<capacity unit='bytes'>511</capacity><target><path>/media/v</path></target>"),
    {},
    'too-small',
    [],
  ],
  ['no path', volume('file', "<capacity unit='bytes'>4096</capacity>"), {}, 'no-path', []],
  ['a network volume has none either', volume('network', "<capacity unit='bytes'>4096</capacity>"), {}, null, []],
  ['an image', fileVolume('/media/v'), {}, null, []],
] as const)('why it is no medium: %s', async (_what, examined, used, unfit, machines) => {
  const { host } = connected({ volumes: { v: examined }, used });
  expect(await describeVolumes(host, 'media', ['v'])).toMatchObject([{ unfit, machines }]);
});

test('who writes to a source: those that run before those that are off', async () => {
  const { hypervisor } = fakeHost();
  const inventory = await startInventory(
    hypervisor,
    { id: 'h', name: 'Host' },
    () => undefined,
    () => undefined,
  );
  await vi.waitFor(() => expect(inventory.writableSources().size).toBe(1));
  expect(inventory.writableSources().get('/images/root.img')).toEqual({ as: 'in-use', machines: ['patient'] });
  inventory.stop();
});

test('names of every kind go through as they are; one that has gone is left out', async () => {
  const volumes = Object.fromEntries(HOSTILE.map((name) => [name, { ...fileVolume('/media/x'), name }]));
  Object.defineProperty(volumes, '__proto__', { value: fileVolume('/media/__proto__'), enumerable: true });
  const { host } = connected({ volumes });
  expect(await volumeNames(host, 'media')).toEqual(HOSTILE);
  const described = await describeVolumes(host, 'media', [...HOSTILE, 'gone']);
  expect(described.map(({ name }) => name)).toEqual(HOSTILE);
});

test('what a volume is by its own bytes; that it has gone; that it cannot be read', async () => {
  const unreadable = { ...fileVolume('/media/locked'), head: null };
  const { host } = connected({ volumes: { 'rescue.img': fileVolume('/media/rescue.img'), locked: unreadable } });
  const look = (name: string) => lookAtVolume(host, { pool: 'media', name });
  expect(await look('rescue.img')).toMatchObject({ content: { kind: 'disk', format: 'raw' }, hash: { bytes: 4096 } });
  expect(await look('gone')).toBeNull();
  expect(await look('locked')).toEqual({ content: null, hash: null });
});
