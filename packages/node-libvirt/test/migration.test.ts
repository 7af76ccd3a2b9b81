/** Migrations that take a while: what can be done meanwhile, and how they end. */
import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection as ConnectionType, Domain } from 'node-libvirt';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startDaemon, type Daemon } from './support/daemon.ts';
import { fillBootSector, guestDefinition } from './support/guest.ts';
import { Connection, vir } from './support/package.ts';
import { until } from './support/until.ts';

/** MiB/s: the guest has 23 MiB of memory that is not zero. */
const SLOWEST = 1;
/** A computer that is busy may hold up an answer for seconds; one that waited for the migration would take half a minute. */
const PROMPT = 10_000;
const FLAGS = vir.VIR_MIGRATE_LIVE | vir.VIR_MIGRATE_UNSAFE;

let a: Daemon;
let b: Daemon;
let source: ConnectionType;
let destination: ConnectionType;
let domain: Domain;

beforeAll(async () => {
  [a, b] = await Promise.all([startDaemon(49400), startDaemon(49440)]);
});
afterAll(() => Promise.all([a.stop(), b.stop()]));

beforeEach(async () => {
  // One thread each: what answers during a migration answers beside it. And a deadline that no migration here keeps.
  const options = { threads: 1, callTimeout: 5000 } as const;
  source = await Connection.open(a.uri, options);
  destination = await Connection.open(b.uri, options);
  const image = join(a.folder, 'filler.img');
  await writeFile(image, Buffer.concat([fillBootSector(), Buffer.alloc(8 * 1024 * 1024 - 512)]));
  await copyFile(image, join(b.folder, 'filler.img'));
  domain = await source.createDomainXML(guestDefinition('filler', image), vir.VIR_DOMAIN_START_PAUSED, {
    timeout: 60_000,
  });
  const console = await domain.openConsole();
  let said = '';
  console.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  await domain.resume();
  await until('its memory is filled', () => said.includes('F'));
  console.destroy();
});
afterEach(async () => {
  for (const daemon of [a, b]) {
    const connection = await Connection.open(daemon.uri);
    for (const left of await connection.listAllDomains()) await left.destroy().catch(() => undefined);
    await connection.close();
  }
  await Promise.all([source.close(), destination.close()]);
});

/** Begins one that would take half a minute, and waits until memory goes over. `over`: what it rejects with, null where it succeeds. */
async function begin(way: string, flags = 0): Promise<{ over: Promise<unknown> }> {
  const params = { migrate_uri: 'tcp://127.0.0.1', bandwidth: SLOWEST };
  const migration =
    way === 'direct'
      ? domain.migrate3(destination, params, FLAGS | flags)
      : domain.migrateToURI3(b.uri, params, FLAGS | flags | vir.VIR_MIGRATE_PEER2PEER);
  const over = migration.then(
    () => null,
    (error: unknown) => error,
  );
  await until('memory goes over', async () => (await processed()) > 0);
  return { over };
}

const processed = async (from = domain): Promise<number> =>
  Number((await from.jobStats()).params['memory_processed'] ?? 0);

/** By a connection of its own. */
async function domainAt(daemon: Daemon): Promise<{ state: number; reason: number } | null> {
  await using connection = await Connection.open(daemon.uri);
  const [found] = await connection.listAllDomains();
  // It may go away meanwhile.
  return (await found?.state().catch(() => null)) ?? null;
}

test.for(['direct', 'by the host'])(
  'one %s goes on beside everything else, beyond every deadline, until it is aborted',
  async (way) => {
    const { over } = await begin(way);
    const before = await processed();
    // Whatever is asked of either connection meanwhile is answered long before the migration could be over.
    for (let round = 0; round < 50; round++) {
      expect(await domain.isActive({ timeout: PROMPT })).toBe(true);
      expect((await destination.listAllDomains(0, { timeout: PROMPT })).length).toBe(1);
    }
    expect(await domain.xmlDesc(0, { timeout: PROMPT })).toContain('filler');
    await domain.migrateSetMaxDowntime(200);
    const started = performance.now();
    await sleep(6000);
    const stats = (await domain.jobStats()).params;
    expect(stats['operation']).toBe(vir.VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT);
    expect(Number(stats['memory_processed'])).toBeGreaterThan(before);
    expect(Number(stats['memory_remaining'])).toBeGreaterThan(0);
    await domain.abortJob();
    expect(await over).toMatchObject({ codeName: 'VIR_ERR_OPERATION_ABORTED' });
    expect(performance.now() - started).toBeGreaterThan(5000);
    expect(await domain.state()).toMatchObject({ state: vir.VIR_DOMAIN_RUNNING });
    expect((await domain.jobInfo()).type).toBe(vir.VIR_DOMAIN_JOB_NONE);
    await until('nothing is left at the destination', async () => (await domainAt(b)) === null);
  },
);

test('a deadline that is given counts, and the migration goes on', async () => {
  const params = { migrate_uri: 'tcp://127.0.0.1', bandwidth: SLOWEST };
  await expect(domain.migrate3(destination, params, FLAGS, { timeout: 1500 })).rejects.toMatchObject({
    timeout: 1500,
    started: true,
    call: 'virDomainMigrate3',
  });
  expect((await domain.jobInfo()).type).toBe(vir.VIR_DOMAIN_JOB_UNBOUNDED);
  await domain.abortJob();
  await until('nothing is left at the destination', async () => (await domainAt(b)) === null);
});

test('post-copy: the guest goes over at once', async () => {
  const { over } = await begin('by the host', vir.VIR_MIGRATE_POSTCOPY);
  await domain.migrateStartPostCopy();
  await until('it runs there', async () => (await domainAt(b))?.state === vir.VIR_DOMAIN_RUNNING);
  expect(await over).toBeNull();
  await expect(source.lookupDomainByName('filler')).rejects.toMatchObject({ codeName: 'VIR_ERR_NO_DOMAIN' });
});

test.for(['source', 'destination'] as const)(
  'closing the connection to the %s meanwhile ends within its deadline, and the migration can still be aborted',
  async (side) => {
    const { over } = await begin('direct');
    const begun = performance.now();
    await (side === 'source' ? source : destination).close({ timeout: 500 });
    expect(performance.now() - begun).toBeLessThan(2000);
    await using other = await Connection.open(a.uri);
    const same = await other.lookupDomainByName('filler');
    const before = await processed(same);
    // The thread that carries it is still in libvirt.
    await until('it goes on', async () => (await processed(same)) > before);
    await same.abortJob();
    expect(await over).toMatchObject({
      codeName: side === 'source' ? 'VIR_ERR_INVALID_CONN' : 'VIR_ERR_OPERATION_ABORTED',
    });
    expect(await same.state()).toMatchObject({ state: vir.VIR_DOMAIN_RUNNING });
    await until('nothing is left at the destination', async () => (await domainAt(b)) === null);
  },
);
