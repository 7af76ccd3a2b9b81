import type { Connection, StoragePool } from 'node-libvirt';
import { expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Link } from './link.ts';
import { poolMethods } from './libvirt-pools.ts';

const PATIENCE_MS = 100;

/** A daemon of which each pool answers, or hangs until it is let go. */
function daemon(names: readonly string[]) {
  const hanging = new Set<string>();
  let hangs: (() => void)[] = [];
  const asked: string[] = [];
  const wait = (name: string): Promise<void> =>
    hanging.has(name) ? new Promise((go) => hangs.push(go)) : Promise.resolve();
  const pool = (name: string): StoragePool =>
    ({
      name,
      dispose: () => undefined,
      xmlDesc: async () => {
        asked.push(name);
        await wait(name);
        return `<pool><name>${name}</name></pool>`;
      },
    }) as unknown as StoragePool;
  const connection = {
    listAllStoragePools: async () => {
      asked.push('(list)');
      for (const name of names) await wait(name);
      return names.map(pool);
    },
    lookupStoragePoolByName: (name: string) =>
      names.includes(name)
        ? Promise.resolve(pool(name))
        : Promise.reject(new SalvorError('pool-not-found', { pool: name, uri: 'fake:///' })),
  } as unknown as Connection;
  const link = { connection, guard: (_subject: string, call: () => unknown) => call() } as unknown as Link;
  return {
    pools: poolMethods(link, PATIENCE_MS),
    asked,
    hang: (name: string) => {
      hanging.add(name);
    },
    revive: () => {
      hanging.clear();
      hangs.forEach((go) => go());
      hangs = [];
    },
  };
}

/** The answer, and how long it took, in patiences. */
async function timed<T>(promise: Promise<T>): Promise<{ value: T; took: number }> {
  const start = performance.now();
  const value = await promise;
  return { value, took: (performance.now() - start) / PATIENCE_MS };
}

const silent = (pools: readonly { name: string; xml: string | null }[]) =>
  pools.map(({ name, xml }) => (xml === null ? `${name}: silent` : name)).toSorted();

test('one that hangs is listed without its XML, within seconds, and is asked no second time while it hangs', async () => {
  const host = daemon(['a', 'nfs', 'z']);
  expect(silent(await host.pools.listPools())).toEqual(['a', 'nfs', 'z']);
  host.hang('nfs');
  // libvirt's list waits for it, too: those that were known are asked.
  const first = await timed(host.pools.listPools());
  expect(silent(first.value)).toEqual(['a', 'nfs: silent', 'z']);
  expect(first.took).toBeLessThan(4);
  host.asked.length = 0;
  const second = await timed(host.pools.listPools());
  expect(silent(second.value)).toEqual(['a', 'nfs: silent', 'z']);
  expect(second.took).toBeLessThan(0.9);
  expect(await host.pools.poolXml('nfs')).toBeNull();
  expect(host.asked.toSorted()).toEqual(['a', 'z']);
  host.revive();
  await new Promise((done) => setTimeout(done));
  expect(silent((await timed(host.pools.listPools())).value)).toEqual(['a', 'nfs', 'z']);
});

test('a host that has never listed its pools says why it does not', async () => {
  const host = daemon(['nfs']);
  host.hang('nfs');
  const answer = timed(host.pools.listPools());
  await expect(answer).rejects.toMatchObject({ data: { code: 'pools-silent' } });
});

test('of many that hang, no more are asked than leave a call for everything else', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const host = daemon(names);
  await host.pools.listPools();
  names.forEach(host.hang);
  host.asked.length = 0;
  const { value } = await timed(host.pools.listPools());
  expect(silent(value)).toEqual(names.map((name) => `${name}: silent`));
  expect(host.asked.filter((name) => name !== '(list)')).toHaveLength(3);
});

test('one that was taken away between list and look is not listed', async () => {
  const host = daemon(['a']);
  await expect(host.pools.poolXml('gone')).rejects.toMatchObject({ data: { code: 'pool-not-found' } });
});
