import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { Transfer, VolumePlace } from '../../../src-core/contract/transfer.ts';
import { EMPTY_LIBRARY, addMedium } from '../../../src-core/library/edit.ts';
import type { LibraryMedium, LibrarySource } from '../../../src-core/library/types.ts';
import { fakeHost, fileVolume } from '../fake-hypervisor.test-support.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import { propertiesInRescue } from './in-rescue.ts';
import { memoryLibrary } from './library.test-support.ts';
import { locateOn, lookAt } from './locate.ts';
import type { LookedHost } from './locate.ts';
import { noteArrival, putMedium } from './put.ts';

const URI = 'fake:///one';
const AT = '2026-11-21T20:00:00.000Z';

function mediumOf(source: LibrarySource, change: Partial<LibraryMedium> = {}): LibraryMedium {
  const words = { name: 'Rescue', note: '', host: null, source, properties: {}, told: null };
  const [medium] = addMedium(EMPTY_LIBRARY, words, 'id', AT).media;
  if (medium === undefined) throw new Error('one medium');
  return { ...medium, ...change };
}

const pool = (name: string, path: string) => ({
  ...{ name, active: true, persistent: true, problem: null },
  xml: `<pool type='dir'><name>${name}</name><target><path>${path}</path></target></pool>`,
});

/** Two pools; the medium is in the second one. */
function hostWith(path = '/tools/rescue.img'): FakeHost {
  return fakeHost({
    pools: [pool('media', '/media'), pool('tools', '/tools')],
    volumes: { [path]: fileVolume(path) },
  });
}

function looked(host: FakeHost, id = 'one'): LookedHost {
  return { id, name: id, uri: `fake:///${id}`, hypervisor: host.hypervisor };
}

const VOLUME: LibrarySource = { kind: 'volume', pool: 'media', name: 'rescue.img' };
const SIZE = { size: 8388608, format: null, checksum: null, hash: null };

async function where(host: FakeHost, medium: LibraryMedium, patience?: number) {
  const [found] = await locateOn(looked(host), [medium], patience);
  return found;
}

describe('a medium on a host', () => {
  test('in its usual place', async () => {
    expect(await where(hostWith('/media/rescue.img'), mediumOf(VOLUME, { told: SIZE }))).toMatchObject({
      ...{ medium: 'id', hostId: 'one', state: 'here', source: VOLUME },
      why: 'It is there: its size is as in the library.',
    });
  });

  test('of another size is another one, and nothing to boot from', async () => {
    const medium = mediumOf(VOLUME, { told: { ...SIZE, size: 8388607 } });
    expect(await where(hostWith('/media/rescue.img'), medium)).toMatchObject({ state: 'other', source: null });
  });

  test('in a pool of another name, where something could be compared', async () => {
    expect(await where(hostWith(), mediumOf(VOLUME, { told: SIZE }))).toMatchObject({
      state: 'here',
      source: { kind: 'volume', pool: 'tools', name: 'rescue.img' },
      why: expect.stringContaining('In the pool tools.') as string,
    });
    // By its name alone it might be anything.
    expect(await where(hostWith(), mediumOf(VOLUME))).toMatchObject({ state: 'missing', source: null });
    expect(await where(hostWith(), mediumOf(VOLUME, { told: { ...SIZE, size: 1 } }))).toMatchObject({
      state: 'missing',
    });
  });

  test('a path that no pool holds, an address, a medium of another host', async () => {
    const host = hostWith();
    expect(await where(host, mediumOf({ kind: 'path', path: '/nowhere/x.img' }))).toMatchObject({ state: 'missing' });
    const url: LibrarySource = { kind: 'url', url: 'https://host/x.iso' };
    expect(await where(host, mediumOf(url))).toMatchObject({ state: 'not-asked', source: url });
    expect(await where(host, mediumOf(VOLUME, { host: 'fake:///two' }))).toMatchObject({
      state: 'not-asked',
      source: null,
    });
  });

  test('a host that hangs is told as such in time, and holds up no other', async () => {
    const slow = hostWith();
    slow.before.examineVolume = () => new Promise(() => undefined);
    const [hung, well] = await Promise.all([
      where(slow, mediumOf(VOLUME), 50),
      where(hostWith('/media/rescue.img'), mediumOf(VOLUME)),
    ]);
    expect(hung).toMatchObject({ state: 'not-asked', why: expect.stringContaining('did not answer') as string });
    expect(well).toMatchObject({ state: 'here' });
  });

  test('a host whose connection goes is told with the reason', async () => {
    const host = hostWith();
    host.before.examineVolume = () => {
      throw new SalvorError('connection-lost', { uri: URI });
    };
    expect(await where(host, mediumOf(VOLUME))).toMatchObject({
      state: 'not-asked',
      why: expect.stringContaining('was lost') as string,
    });
  });
});

test('a look keeps what it is, and where it was found', async () => {
  const found = await lookAt(looked(hostWith()), mediumOf(VOLUME, { told: SIZE }), AT);
  expect(found.source).toEqual({ kind: 'volume', pool: 'tools', name: 'rescue.img' });
  expect(found.seen).toMatchObject({ at: AT, uri: URI, size: 8388608, content: { kind: 'disk', bios: true } });
  expect(found.seen.hash?.sha256).toMatch(/^[0-9a-f]{64}$/);
  const lost = lookAt(looked(hostWith()), mediumOf({ kind: 'path', path: '/nowhere' }), AT);
  await expect(lost).rejects.toMatchObject({ data: { code: 'medium-not-found' } });
  await expect(lookAt(looked(hostWith()), mediumOf(VOLUME, { host: 'x' }), AT)).rejects.toMatchObject({
    data: { code: 'medium-not-found' },
  });
});

test('properties of the medium that boots come behind those that were given', async () => {
  const medium = mediumOf(VOLUME, { properties: { hw_rescue_bus: 'usb', os_type: 'linux' } });
  const library = memoryLibrary({ media: [medium], defaults: [] });
  const given = { hw_rescue_bus: 'sata' };
  expect(await propertiesInRescue(library, URI, VOLUME, given)).toEqual({ hw_rescue_bus: 'sata', os_type: 'linux' });
  expect(await propertiesInRescue(library, URI, { ...VOLUME, name: 'other' }, given)).toEqual(given);
  expect(await propertiesInRescue(library, URI, undefined, given)).toEqual(given);
});

describe('put onto a host', () => {
  const orders: unknown[] = [];
  const carrier = (state: Transfer['state']) => {
    const begin = (order: { readonly to: VolumePlace }) => {
      orders.push(order);
      return Promise.resolve({ id: 't', state, to: order.to, sha256: 'f'.repeat(64), size: 8388608 } as Transfer);
    };
    return { copy: begin, upload: begin };
  };
  const to = looked(hostWith('/x'), 'two');

  test('from a host; once it has arrived the library knows its place and the hash of all of it', async () => {
    const medium = mediumOf(VOLUME);
    const library = memoryLibrary({ media: [medium], defaults: [] });
    const order = { medium, from: looked(hostWith()), to, pool: 'default', verify: true };
    await noteArrival(library, 'id', to.uri, await putMedium(carrier('done'), order));
    expect(orders.pop()).toEqual({
      from: { hostId: 'one', pool: 'media', name: 'rescue.img' },
      to: { hostId: 'two', pool: 'default', name: 'rescue.img' },
      options: { verify: true },
    });
    expect((await library.list()).media[0]).toMatchObject({
      places: [{ uri: 'fake:///two', source: { kind: 'volume', pool: 'default', name: 'rescue.img' } }],
      whole: { sha256: 'f'.repeat(64), bytes: 8388608 },
    });
  });

  test('from a file; what did not arrive is not noted', async () => {
    const medium = mediumOf(VOLUME);
    const library = memoryLibrary({ media: [medium], defaults: [] });
    const order = { medium, from: { file: '/home/x.img' }, to, pool: 'media', verify: false };
    await noteArrival(library, 'id', to.uri, await putMedium(carrier('failed'), order));
    expect(orders.pop()).toMatchObject({ file: '/home/x.img', options: { verify: false } });
    expect((await library.list()).media).toEqual([medium]);
  });

  test.each<[string, LibraryMedium]>([
    ['an address', mediumOf({ kind: 'url', url: 'https://host/x.iso' })],
    ['a kernel', mediumOf({ kind: 'kernel', kernel: '/k', initrd: null, cmdline: null })],
    ['a medium of another host', mediumOf(VOLUME, { host: 'fake:///three' })],
    ['a file in no pool', mediumOf({ kind: 'path', path: '/nowhere/x.img' })],
  ])('%s cannot be', async (_what, medium) => {
    const order = { medium, from: looked(hostWith()), to, pool: 'media', verify: true };
    await expect(putMedium(carrier('done'), order)).rejects.toMatchObject({
      data: { code: 'not-supported' },
    });
  });
});
