import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection as ConnectionType } from 'node-libvirt';
import { must } from './support/must.ts';
import { Connection, native } from './support/package.ts';

/** Values that no function wants everywhere: whatever comes in, an exception comes out, or a result; never a crash. */
function nastyValues(connection: ConnectionType, handles: readonly unknown[]): unknown[] {
  return [
    ...[undefined, null, true, false, 0, -1, 1, 1.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32, 2 ** 53, 1e300],
    ...[0n, -1n, 2n ** 64n, 2n ** 63n, '', 'text', 'a\0b', '\ud800', 'x'.repeat(100_000), '<domain/>', '%s%n%n'],
    ...[Symbol('symbol'), {}, [], [1], [[]], [['a', 'int', 'x']], [['a', 'nonsense', 1]], [undefined], new Date(), /x/],
    ...[() => undefined, Date, new Proxy({}, {}), new Uint8Array(0), new Uint8Array(8), new Float64Array(2)],
    ...[new ArrayBuffer(8), Buffer.from('bytes'), Object.create(null) as object, connection, Promise.resolve(1)],
    ...handles,
  ];
}

/** The same sequence in every run, so that a failure can be repeated. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

let connection: ConnectionType;
let other: ConnectionType;
let values: unknown[];

beforeAll(async () => {
  connection = await Connection.open('test:///default', { callTimeout: 2000 });
  other = await Connection.open('test:///default');
  const domain = await connection.lookupDomainByName('test');
  const [pool] = await connection.listAllStoragePools();
  const [network] = await connection.listAllNetworks();
  const device = await connection.lookupNodeDeviceByName('computer');
  const volume = await must(pool).createVolume('<volume><name>a.img</name><capacity>1024</capacity></volume>');
  const snapshot = await domain.createSnapshot('<domainsnapshot/>');
  const disposed = await connection.lookupDomainByName('test');
  disposed.dispose();
  const foreign = await other.lookupDomainByName('test');
  const stream = await native.virStreamNew(connection.handle, undefined);
  values = nastyValues(connection, [
    ...[connection, domain, pool, network, device, volume, snapshot, disposed, foreign].map(
      (item) => must(item).handle,
    ),
    ...[domain, pool, volume, stream],
  ]);
});
afterAll(async () => {
  await connection.close();
  await other.close();
});

/** What would stop the fuzz from getting on with it. */
const endsTheConnection = new Set(['virConnectClose', 'setErrors', 'release']);

// First, because the other one leaves little of the test driver's host.
describe('every method of the classes', () => {
  test('survives wrong arguments', { timeout: 60_000 }, async () => {
    const fresh = await Connection.open('test:///default', { callTimeout: 2000 });
    const domain = await fresh.lookupDomainByName('test');
    const [pool] = await fresh.listAllStoragePools();
    const [network] = await fresh.listAllNetworks();
    const volume = await must(pool).lookupVolumeByName('a.img');
    const [snapshot] = await domain.listAllSnapshots();
    const device = await fresh.lookupNodeDeviceByName('computer');
    const random = randomNumbers(7);
    const pick = (): unknown => values[Math.floor(random() * values.length)];
    let calls = 0;
    for (const object of [fresh, domain, pool, network, volume, snapshot, device] as object[]) {
      const prototype = Object.getPrototypeOf(object) as Record<string, (...args: unknown[]) => unknown>;
      for (const name of Object.getOwnPropertyNames(prototype)) {
        if (['constructor', 'close', 'dispose'].includes(name)) continue;
        for (let round = 0; round < 60; round++) {
          const args = Array.from({ length: Math.floor(random() * 5) }, pick);
          try {
            const result = await must(prototype[name]).apply(object, args);
            (result as { on?: (name: string, listener: () => void) => unknown } | undefined)?.on?.(
              'error',
              () => undefined,
            );
            (result as { destroy?: () => unknown } | undefined)?.destroy?.();
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
          calls++;
        }
      }
    }
    expect(calls).toBeGreaterThan(5000);
    await fresh.close();
  });

  test('Connection.open refuses wrong options', async () => {
    const open: (uri: unknown, options: unknown) => Promise<unknown> = (uri, options) =>
      Connection.open(uri as never, options as never);
    for (const value of values) {
      for (const name of ['timeout', 'callTimeout', 'readOnly', 'noAliases', 'threads', 'credentialTypes']) {
        const opened = await open
          .call(Connection, 'test:///default', { [name]: value })
          .catch((error: unknown) => error);
        if (opened instanceof Connection) await opened.close();
        else expect(opened).toBeInstanceOf(Error);
      }
      if (value === null || value === '' || value === '<domain/>') continue;
      await expect(open(value, { timeout: 2000 })).rejects.toBeInstanceOf(Error);
    }
  });
});

describe('every function of the addon', () => {
  const names = Object.keys(native).filter((name) => !endsTheConnection.has(name)) as (keyof typeof native)[];

  test('there are all of them', () => {
    expect(names.length).toBeGreaterThan(100);
  });

  test.for(names)('%s survives wrong arguments', async (name) => {
    const functions = native as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const call = must(functions[name]);
    const random = randomNumbers(name.length);
    const pick = (): unknown => values[Math.floor(random() * values.length)];
    const single = values.map((value) => [value]);
    const behindHandle = values.map((value) => [connection.handle, value, pick(), pick(), pick(), pick()]);
    const mixed = Array.from({ length: 300 }, () => Array.from({ length: Math.floor(random() * 8) }, pick));
    const outcomes = await Promise.allSettled(
      [[], ...single, ...behindHandle, ...mixed].map((args) => {
        const promise = call(...args);
        expect(promise).toBeInstanceOf(Promise);
        return promise;
      }),
    );
    const rejected = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(rejected.length).toBeGreaterThan(values.length);
    for (const { reason } of rejected) expect(reason).toBeInstanceOf(Error);
  });

  test.for(['setErrors', 'release'] as const)('%s throws', (name) => {
    for (const value of values) {
      if (name === 'release' && typeof value === 'object') continue;
      expect(() => {
        (native[name] as (argument: unknown) => void)(value);
      }).toThrow(TypeError);
    }
    expect(() => native.release(connection.handle)).toThrow(TypeError);
  });
});

test('the addon still works', async () => {
  expect(await connection.isAlive()).toBe(true);
  expect(await other.hostname()).toMatch(/./);
});
