/** What is asked of both hosts, and what is made of the answers. */
import { describe, expect, test, vi } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { sameGuest } from '../../../src-core/migration/same-guest.ts';
import type { DiskOnBoth } from '../../../src-core/migration/types.ts';
import { encodeRecord, hashDefinition } from '../../../src-core/rescue/record.ts';
import type { ExaminedVolume, Hypervisor } from '../../libvirt/port.ts';
import { DEFINITION, UUID, fileVolume } from '../fake-hypervisor.test-support.ts';
import { disksOnBoth } from './disks-on-both.ts';
import { collectMigration } from './facts.ts';
import { ENCRYPTED, MOVE, POOL, SECRET, THERE, laden, twoHosts } from './migrate.test-support.ts';
import type { TwoHosts } from './migrate.test-support.ts';

const collect = ({ source, destination }: TwoHosts) =>
  collectMigration(source.hypervisor, destination.hypervisor, { uuid: UUID, request: MOVE, measure: true });

/** Last changed then, in seconds since 1970. */
function changed(at: string, volume: ExaminedVolume = fileVolume('/images/root.img')): ExaminedVolume {
  const times = `<timestamps><mtime>1.0</mtime><ctime>${at}</ctime></timestamps>`;
  return { ...volume, xml: volume.xml.replace('</target>', `${times}</target>`) };
}

const other = (bytes: Uint8Array): ExaminedVolume => ({ ...fileVolume('/images/root.img'), head: bytes });
const larger = fileVolume('/images/root.img');
const LARGER = { ...larger, xml: larger.xml.replace('8388608', '9999999') };
const PLAIN = fileVolume('/images/root.img');

describe('is it the same image?', () => {
  test.each<[string, ExaminedVolume, ExaminedVolume | null, DiskOnBoth['seen']]>([
    ['the same bytes, and no times are told: it may be a copy', PLAIN, PLAIN, 'unknown'],
    ['the same file, by the moment of its last change', changed('1700000000.5'), changed('1700000000.5'), 'same-bytes'],
    ['a copy that was made an hour later', changed('1700000000.5'), changed('1700003600'), 'differs'],
    ['a host that lags behind, or a copy made just now', changed('1700000000.5'), changed('1700000030'), 'unknown'],
    ['other bytes', PLAIN, other(new Uint8Array(4096)), 'differs'],
    ['another size', PLAIN, LARGER, 'differs'],
    ['bytes that cannot be read', PLAIN, { ...PLAIN, head: null }, 'unknown'],
    ['nothing there', PLAIN, null, 'absent'],
  ])('%s', async (_what, here, there, seen) => {
    const two = twoHosts(
      { volumes: { '/images/root.img': here } },
      { volumes: there === null ? {} : { '/images/root.img': there } },
    );
    const { disks } = await collect(two);
    expect(disks).toMatchObject([{ target: 'vda', source: '/images/root.img', destination: '/images/root.img', seen }]);
  });

  test('a guest that writes meanwhile: it is read again, and not judged while it changes', async () => {
    const two = twoHosts();
    let writes = 0;
    const volumes = two.source.volumes as Record<string, ExaminedVolume>;
    two.source.before.examineVolume = () => {
      writes += 1;
      volumes['/images/root.img'] = other(new Uint8Array(4096).fill(writes));
    };
    const order = { uuid: UUID, xml: DEFINITION, on: true, rules: MOVE.rules };
    const [disk] = await disksOnBoth(two.source.hypervisor, two.destination.hypervisor, order);
    expect(disk?.seen).toBe('unknown');
    expect(writes).toBeGreaterThan(4);
  });

  test.each([
    ['/dev/disk/by-id/wwn-0x600140512345', 'same-bytes'],
    ['/dev/disk/by-id/scsi-3600140512345', 'same-bytes'],
    ['/dev/disk/by-id/dm-uuid-mpath-3600140512345', 'same-bytes'],
    ['/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0', 'unknown'],
    ['/dev/vg/root', 'unknown'],
  ])('a device with the same first bytes: %s is %s', async (path, seen) => {
    const device = fileVolume(path);
    const volumes = () => ({ [path]: { ...device, xml: device.xml.replace("type='file'", "type='block'") } });
    const two = twoHosts({ volumes: volumes() }, { volumes: volumes() });
    const xml = DEFINITION.replace("type='file'", "type='block'").replace("file='/images/root.img'", `dev='${path}'`);
    const order = { uuid: UUID, xml, on: true, rules: MOVE.rules };
    expect(await disksOnBoth(two.source.hypervisor, two.destination.hypervisor, order)).toMatchObject([{ seen }]);
  });

  test.each([
    ['dir', 'its pool is looked at afresh', true, 'differs'],
    ['dir', 'and is absent where it is not found then either', false, 'absent'],
    ['iscsi-direct', 'where that may turn the pool off it is not told', true, 'unknown'],
  ] as const)('a volume that its pool (%s) does not know: %s', async (type, _what, appears, seen) => {
    const pool = { ...POOL, xml: POOL.xml.replace("'dir'", `'${type}'`) };
    const two = twoHosts({ pools: [POOL] }, { pools: [pool], volumes: {} });
    two.destination.before.refreshPool = () => {
      if (appears) Object.assign(two.destination.volumes, { '/images/root.img': changed('1700003600') });
    };
    const xml = DEFINITION.replace("type='file'", "type='volume'").replace(
      "file='/images/root.img'",
      "pool='images' volume='root.img'",
    );
    const order = { uuid: UUID, xml, on: true, rules: MOVE.rules };
    expect(await disksOnBoth(two.source.hypervisor, two.destination.hypervisor, order)).toMatchObject([{ seen }]);
  });

  test('other guests of the destination that have it are named, this guest is not', async () => {
    const two = twoHosts();
    const has = (uuid: string, name: string) => ({ uuid, name, sources: ['/images/root.img'] });
    const destination = new Proxy(two.destination.hypervisor, {
      get: (target, name: keyof Hypervisor) =>
        name === 'runningDisks'
          ? () => Promise.resolve([has('other', 'neighbour')])
          : name === 'offDisks'
            ? () => Promise.resolve([has('third', 'sleeper'), has(UUID, 'patient')])
            : target[name],
    });
    const { disks } = await collect({ ...two, destination: { ...two.destination, hypervisor: destination } });
    expect(disks).toMatchObject([{ users: ['neighbour', 'sleeper'] }]);
  });

  test('disks that only what stays has are looked at, too', async () => {
    const two = twoHosts();
    two.source.live = DEFINITION.replace('/images/root.img', '/images/overlay.img');
    const { disks, staying } = await collect(two);
    expect(disks).toMatchObject([{ source: '/images/overlay.img' }]);
    expect(staying).toMatchObject([{ source: '/images/root.img', seen: 'same-bytes' }]);
  });

  test('the pool that would take a copy, and what is free in it', async () => {
    const two = laden();
    two.destination.before.freeSpace = () => undefined;
    const { disks } = await collect(two);
    expect(disks).toMatchObject([{ seen: 'absent', pool: 'images', there: null, capacity: 8388608 }]);
  });

  test('storage that fails says nothing, and holds nothing up', async () => {
    const two = twoHosts();
    two.destination.before.examineVolume = () => {
      throw new SalvorError('timeout', { call: 'it', seconds: 1 });
    };
    const { disks } = await collect(two);
    expect(disks).toMatchObject([{ seen: 'unknown' }]);
  });
});

describe('what is needed there', () => {
  test.each([
    ['it is missing, and can be read here', 'no', true, 'missing', true],
    ['it is missing, and private here', 'yes', true, 'missing', false],
    ['it is missing, and has no value here', 'no', false, 'missing', false],
  ] as const)('a secret: %s', async (_what, isPrivate, valued, state, carriable) => {
    const two = laden();
    const xml = `<secret ephemeral='no' private='${isPrivate}'><uuid>${SECRET}</uuid></secret>`;
    two.source.moves.secrets.set(SECRET, { xml, value: valued ? new Uint8Array([1]) : null });
    const { destination } = await collect(two);
    expect(destination.needed).toMatchObject([{ kind: 'secret', name: SECRET, state, carriable }]);
    expect(two.destination.changes).toEqual([]);
  });

  test('also what the guest’s own definition needs, in the record of its rescue', async () => {
    const card = "<interface type='network'><mac address='52:54:00:00:00:09'/><source network='own'/></interface>";
    const own = DEFINITION.replace('<graphics', `${card}<graphics`);
    const mark = `<salvor:rescue xmlns:salvor='urn:salvor:rescue:1' version='1' kind='until-ended' id='x' power='on' definition='${hashDefinition(own)}'><salvor:original>${encodeRecord(own)}</salvor:original></salvor:rescue>`;
    const two = twoHosts();
    two.source.definition = DEFINITION.replace('<devices>', `<metadata>${mark}</metadata><devices>`);
    expect((await collect(two)).destination.needed).toMatchObject([{ kind: 'network', name: 'own', state: 'missing' }]);
  });

  test('networks: ready, off, not there; where they cannot be listed that is said', async () => {
    const card = (name: string) =>
      `<interface type='network'><mac address='52:54:00:00:00:0${name}'/><source network='lan${name}'/></interface>`;
    const xml = DEFINITION.replace('<graphics', `${card('1')}${card('2')}${card('3')}<graphics`);
    const two = twoHosts();
    Object.assign(two.source, { definition: xml, live: xml });
    const network = (name: string, active: boolean) => ({ name, active, persistent: true, bridge: null, xml: '' });
    two.destination.moves.networks.set('lan1', network('lan1', true)).set('lan2', network('lan2', false));
    const states = async () => (await collect(two)).destination.needed.map(({ state }) => state);
    expect(await states()).toEqual(['ready', 'inactive', 'missing']);
    two.destination.before.listNetworks = () => {
      throw new SalvorError('libvirt', { call: 'virConnectListAllNetworks' });
    };
    expect(await states()).toEqual(['not-checked', 'not-checked', 'not-checked']);
  });
});

describe('who is there already', () => {
  test('nobody; the remnant of this guest; another guest under its name', async () => {
    const two = twoHosts();
    expect((await collect(two)).destination.domains).toEqual([]);
    Object.assign(two.destination, { persistent: true, definition: DEFINITION.replace('/images', '/elsewhere') });
    expect((await collect(two)).destination.domains).toMatchObject([{ uuid: UUID, state: 'shutoff', ours: true }]);
    two.destination.definition = DEFINITION.replace('262144', '131072');
    expect((await collect(two)).destination.domains).toMatchObject([{ ours: false }]);
  });

  test('the same guest but for what belongs to a host', () => {
    expect(sameGuest(DEFINITION, ENCRYPTED)).toBe(true);
    expect(sameGuest(DEFINITION, DEFINITION.replace("bus='virtio'", "bus='sata'"))).toBe(false);
    expect(sameGuest(DEFINITION, '<domain>')).toBe(false);
  });
});

test('a CPU is compared where it says something: a model by name, under KVM', async () => {
  const cpu = "<cpu mode='custom' match='exact'><model>EPYC</model></cpu>";
  const two = twoHosts();
  const asked: unknown[] = [];
  two.destination.moves.cpu = { result: 'incompatible', why: 'no svm' };
  two.destination.before.compareCpu = () => void asked.push('asked');
  expect((await collect(two)).destination.cpu).toBeNull();
  const xml = DEFINITION.replace('<devices>', `${cpu}<devices>`);
  Object.assign(two.source, { definition: xml, live: xml });
  expect((await collect(two)).destination.cpu).toEqual({ result: 'incompatible', why: 'no svm' });
  const emulated = xml.replace("type='kvm'", "type='qemu'");
  Object.assign(two.source, { definition: emulated, live: emulated });
  expect((await collect(two)).destination.cpu).toBeNull();
  expect(asked).toEqual(['asked']);
});

test('hosts, memory, and how fast it is dirtied; what a host does not tell is not known', async () => {
  const two = twoHosts();
  two.source.moves.dirtyRate = 4096;
  two.destination.moves.freeMemory = 8 * 1024 * 1024;
  const network = { name: 'lan-2', active: false, persistent: true, bridge: 'virbr2', xml: '<network/>' };
  two.destination.moves.networks.set('lan-2', network);
  const { source, destination, dirtyRate } = await collect(two);
  expect(destination.networks).toEqual([{ name: 'lan-2', bridge: 'virbr2' }]);
  expect(source.hostUuid).toBe('aaaaaaaa-0000-4000-8000-000000000001');
  expect(destination).toMatchObject({ hostUuid: 'bbbbbbbb-0000-4000-8000-000000000002', freeMemory: 8192 });
  expect(dirtyRate).toEqual({ bytesPerSecond: 4096, seconds: 1 });
  const { before } = two.destination;
  before.freeMemory =
    before.capabilities =
    before.listNetworks =
      () => {
        throw new SalvorError('not-supported', { what: 'it' });
      };
  const silent = { hostUuid: null, freeMemory: null, machineKnown: null, networks: [] };
  expect((await collect(two)).destination).toMatchObject(silent);
});

test('a host that is silent is named, and not waited for', async () => {
  const two = twoHosts();
  two.destination.before.listDomains = () => new Promise<void>(() => undefined);
  vi.useFakeTimers();
  try {
    const failed = expect(collect(two)).rejects.toMatchObject({
      data: { code: 'timeout', params: { call: `list of domains at ${THERE}` } },
    });
    await vi.advanceTimersByTimeAsync(16_000);
    await failed;
  } finally {
    vi.useRealTimers();
  }
});
