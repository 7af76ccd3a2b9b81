import type { Connection as ConnectionType } from 'node-libvirt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Connection, vir } from './support/package.ts';
import { until } from './support/until.ts';

const definition = (name: string) =>
  `<domain type='test'><name>${name}</name><memory>8192</memory><os><type>hvm</type></os></domain>`;

let connection: ConnectionType;
beforeEach(async () => {
  connection = await Connection.open('test:///default');
});
afterEach(() => connection.close());

test('the life of a domain, in order', async () => {
  const seen: [string, number, number][] = [];
  await connection.onDomainEvent('lifecycle', ({ domain, event, detail }) => seen.push([domain.name, event, detail]));
  const domain = await connection.defineDomainXML(definition('guest'));
  await domain.create();
  await domain.suspend();
  await domain.resume();
  await domain.destroy();
  await domain.undefine();
  await until('all six events', () => seen.length === 6);
  expect(seen).toEqual([
    ['guest', vir.VIR_DOMAIN_EVENT_DEFINED, vir.VIR_DOMAIN_EVENT_DEFINED_ADDED],
    ['guest', vir.VIR_DOMAIN_EVENT_STARTED, vir.VIR_DOMAIN_EVENT_STARTED_BOOTED],
    ['guest', vir.VIR_DOMAIN_EVENT_SUSPENDED, vir.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED],
    ['guest', vir.VIR_DOMAIN_EVENT_RESUMED, vir.VIR_DOMAIN_EVENT_RESUMED_UNPAUSED],
    ['guest', vir.VIR_DOMAIN_EVENT_STOPPED, vir.VIR_DOMAIN_EVENT_STOPPED_DESTROYED],
    ['guest', vir.VIR_DOMAIN_EVENT_UNDEFINED, vir.VIR_DOMAIN_EVENT_UNDEFINED_REMOVED],
  ]);
});

test('only one domain', async () => {
  const guest = await connection.defineDomainXML(definition('guest'));
  const seen: string[] = [];
  await connection.onDomainEvent('lifecycle', ({ domain }) => seen.push(domain.name), { only: guest });
  const other = await connection.lookupDomainByName('test');
  await other.destroy();
  await guest.create();
  await until('the guest has started', () => seen.length > 0);
  expect(seen).toEqual(['guest']);
});

test('metadata', async () => {
  const seen: unknown[] = [];
  await connection.onDomainEvent('metadataChange', ({ type, nsuri }) => seen.push([type, nsuri]));
  const domain = await connection.lookupDomainByName('test');
  await domain.setMetadata(vir.VIR_DOMAIN_METADATA_ELEMENT, '<a/>', 'ex', 'urn:example', vir.VIR_DOMAIN_AFFECT_LIVE);
  await domain.setMetadata(vir.VIR_DOMAIN_METADATA_TITLE, 'title', null, null);
  await until('both', () => seen.length === 2);
  expect(seen).toEqual([
    [vir.VIR_DOMAIN_METADATA_ELEMENT, 'urn:example'],
    [vir.VIR_DOMAIN_METADATA_TITLE, null],
  ]);
});

test('pools, networks and node devices', async () => {
  const seen: [string, number][] = [];
  await connection.onStoragePoolEvent('lifecycle', ({ pool, event }) => seen.push([pool.name, event]));
  await connection.onStoragePoolEvent('refresh', ({ pool }) => seen.push([`${pool.name} refreshed`, 0]));
  await connection.onNetworkEvent('lifecycle', ({ network, event }) => seen.push([network.name, event]));
  const subscription = await connection.onNodeDeviceEvent('lifecycle', () => undefined);
  const [pool] = await connection.listAllStoragePools();
  await pool?.refresh();
  await pool?.destroy();
  const [network] = await connection.listAllNetworks();
  await network?.destroy();
  await until('three events', () => seen.length === 3);
  expect(seen).toEqual([
    ['default-pool refreshed', 0],
    ['default-pool', vir.VIR_STORAGE_POOL_EVENT_STOPPED],
    ['default', vir.VIR_NETWORK_EVENT_STOPPED],
  ]);
  await subscription.cancel();
});

test('nothing comes after cancel(), which is safe to call twice and after close()', async () => {
  const seen: string[] = [];
  const first = await connection.onDomainEvent('lifecycle', () => seen.push('first'));
  const second = await connection.onDomainEvent('lifecycle', () => seen.push('second'));
  const domain = await connection.lookupDomainByName('test');
  const destroyed = domain.destroy();
  await Promise.all([first.cancel(), first.cancel(), destroyed]);
  await domain.create();
  await until('the second listener has heard both', () => seen.filter((name) => name === 'second').length === 2);
  expect(seen).not.toContain('first');
  await connection.close();
  await second.cancel();
});

test('a listener that throws takes nothing from the others', async () => {
  const seen: string[] = [];
  const thrown: unknown[] = [];
  const catcher = (error: unknown): void => void thrown.push(error);
  const former = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', catcher);
  try {
    await connection.onDomainEvent('lifecycle', () => {
      throw new Error('from a listener');
    });
    await connection.onDomainEvent('lifecycle', () => seen.push('second'));
    await (await connection.lookupDomainByName('test')).destroy();
    await until('the second listener and the exception', () => seen.length === 1 && thrown.length === 1);
  } finally {
    process.removeListener('uncaughtException', catcher);
    for (const listener of former) process.on('uncaughtException', listener);
  }
  expect(String(thrown[0])).toBe('Error: from a listener');
});

test('a listener is taken away and another added at once, again and again', async () => {
  const domain = await connection.lookupDomainByName('test');
  let heard = 0;
  for (let round = 0; round < 50; round++) {
    const [first, second] = await Promise.all([
      connection.onDomainEvent('lifecycle', () => heard++),
      connection.onDomainEvent('lifecycle', () => heard++),
    ]);
    await first.cancel();
    const [, third] = await Promise.all([second.cancel(), connection.onDomainEvent('lifecycle', () => heard++)]);
    await domain.suspend();
    await domain.resume();
    await until('two events a round', () => heard === 2 * (round + 1));
    await third.cancel();
  }
});

test('2000 events under a load of calls: none is lost, none out of order', async () => {
  const domain = await connection.lookupDomainByName('test');
  const seen: number[] = [];
  await connection.onDomainEvent('lifecycle', ({ event }) => seen.push(event));
  let loading = true;
  const load = Array.from({ length: 8 }, async () => {
    let calls = 0;
    while (loading) {
      await Promise.all([connection.listAllDomains(), connection.getAllDomainStats(), domain.xmlDesc()]);
      calls += 3;
    }
    return calls;
  });
  for (let round = 0; round < 1000; round++) {
    await domain.suspend();
    await domain.resume();
  }
  await until('all events', () => seen.length >= 2000);
  loading = false;
  const calls = (await Promise.all(load)).reduce((sum, count) => sum + count, 0);
  expect(calls).toBeGreaterThan(100);
  expect(seen).toEqual(
    Array.from({ length: 2000 }, (_, index) =>
      index % 2 ? vir.VIR_DOMAIN_EVENT_RESUMED : vir.VIR_DOMAIN_EVENT_SUSPENDED,
    ),
  );
});

test('an event that there is not, or a listener that is none, is refused', async () => {
  const wrong = (name: unknown, listener: unknown): Promise<unknown> =>
    connection.onDomainEvent(name as never, listener as never);
  await expect(wrong('nonsense', () => undefined)).rejects.toThrow('there is no event "nonsense"');
  await expect(wrong('toString', () => undefined)).rejects.toThrow(TypeError);
  await expect(wrong('lifecycle', 'listener')).rejects.toThrow(TypeError);
});
