/** Transfers between hosts in memory and a folder of this computer. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { AppEvent } from '../../../src-core/contract/schemas.ts';
import { appEventSchema } from '../../../src-core/contract/schemas.ts';
import type { Transfer } from '../../../src-core/contract/transfer.ts';
import { fakeHost } from '../fake-hypervisor.test-support.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import { createTransfers } from './transfers.ts';
import type { Transfers } from './transfers.ts';
import type { StoragePool } from '../../libvirt/port.ts';

export const MiB = 1024 * 1024;
export const TO = { hostId: 'one', pool: 'images', name: 'new.img' } as const;

export function pool(type = 'dir', available: number | null = 1000 * MiB): StoragePool {
  const room = available === null ? '' : `<available unit='bytes'>${String(available)}</available>`;
  return {
    name: 'images',
    active: true,
    persistent: true,
    xml: `<pool type='${type}'><name>images</name>${room}</pool>`,
  };
}

export let folder = '';
let hosts: Record<string, FakeHost | undefined>;
export let events: AppEvent[];
export let transfers: Transfers;

/** A host with a pool, another one, and a folder of this computer for each test of the file that calls this. */
export function useTransfers(): void {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'salvor-transfers-'));
    setUp(pool());
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });
}

export function setUp(pools: StoragePool, confirmMs = 60_000): void {
  hosts = { one: fakeHost({ pools: [pools] }), two: fakeHost({ pools: [pools] }) };
  events = [];
  let id = 0;
  transfers = createTransfers({
    host: (hostId) => {
      const host = hosts[hostId];
      if (host === undefined) throw new SalvorError('not-connected', { uri: hostId });
      return host.hypervisor;
    },
    emit: (event) => events.push(appEventSchema.parse(event)),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    newId: () => `t${String((id += 1))}`,
    now: () => new Date(),
    confirmMs,
  });
}

export const one = () => hosts['one'] as FakeHost;
export const two = () => hosts['two'] as FakeHost;
export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** Data, a hole, data, a hole. */
export async function sparseFile(): Promise<{ path: string; bytes: Buffer }> {
  const path = join(folder, 'sparse.img');
  const bytes = Buffer.alloc(5 * MiB);
  randomBytes(MiB).copy(bytes, 0);
  randomBytes(MiB).copy(bytes, 3 * MiB);
  const handle = await open(path, 'w');
  await handle.write(bytes, 0, MiB, 0);
  await handle.write(bytes, 3 * MiB, MiB, 3 * MiB);
  await handle.truncate(bytes.length);
  await handle.close();
  return { path, bytes };
}

export const upload = (path: string, to: { hostId: string; pool: string; name: string } = TO, verify = true) =>
  transfers.upload({ file: path, to, options: { verify } });

export async function ended(starting: Promise<Transfer>): Promise<Transfer> {
  return transfers.ended((await starting).id);
}

/** What a call rejects with. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'nothing',
    (error: unknown) => (error instanceof SalvorError ? error.data.code : String(error)),
  );
}

/** From now on these are connected. */
export function connected(now: Record<string, FakeHost | undefined>): void {
  hosts = now;
}
