/** Images to, from and between real hosts: every byte, every hole, and nothing left where it did not work out. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Transfer } from '../../src-core/contract/transfer.ts';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { createTransfers } from '../../src-main/app/transfers/transfers.ts';
import type { Transfers } from '../../src-main/app/transfers/transfers.ts';
import { openHypervisor } from '../../src-main/libvirt/load.ts';
import type { Hypervisor as Port } from '../../src-main/libvirt/port.ts';
import { startRelay } from '../faults/relay.ts';
import { awaitCondition } from '../testbed/await-condition.ts';
import { outputOf } from '../testbed/command.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { salvor, startSalvor } from '../testbed/salvor.ts';

const MIB = 1024 * 1024;
/** Of the small pool. */
const SMALL = 16 * MIB;

let one: Hypervisor;
let two: Hypervisor;
/** Of this computer: files to send, and a small file system that is mounted before the host starts, so that it sees it. */
let dir = '';
const hosts = new Map<string, Port>();
let transfers: Transfers;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'salvor-transfers-'));
  await mkdir(join(dir, 'small'));
  await outputOf('mount', ['-t', 'tmpfs', '-o', `size=${String(SMALL)}`, 'none', join(dir, 'small')]);
  [one, two] = await Promise.all([startHypervisor(), startHypervisor({ hostname: 'other' })]);
  for (const host of [one, two]) {
    await mkdir(join(host.dir, 'pool'));
    await host.virsh('pool-create-as', 'images', 'dir', '--target', join(host.dir, 'pool'));
    hosts.set(host.uri, await openHypervisor(host.uri, { readOnly: false, onLost: () => undefined }));
  }
  await one.virsh('pool-create-as', 'small', 'dir', '--target', join(dir, 'small'));
});
afterAll(async () => {
  for (const host of hosts.values()) await host.close();
  await Promise.all([one.stop(), two.stop()]);
  await outputOf('umount', [join(dir, 'small')]);
  await rm(dir, { recursive: true, force: true });
});

beforeEach(() => {
  transfers = newTransfers();
});
afterEach(async () => {
  for (const host of [one, two])
    for (const name of await readdir(join(host.dir, 'pool'))) await rm(join(host.dir, 'pool', name));
  for (const host of hosts.values()) await host.refreshPool('images');
});

function newTransfers(confirmMs = 60_000): Transfers {
  return createTransfers({
    host: (uri) => {
      const host = hosts.get(uri);
      if (host === undefined) throw new SalvorError('not-connected', { uri });
      return host;
    },
    emit: () => undefined,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    newId: randomUUID,
    now: () => new Date(),
    confirmMs,
  });
}

const place = (host: Hypervisor, name: string, pool = 'images') => ({ hostId: host.uri, pool, name });
const upload = (file: string, to: { hostId: string; pool: string; name: string }) =>
  transfers.upload({ file, to, options: { verify: true } });
const ended = async (starting: Promise<Transfer>) => transfers.ended((await starting).id);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A file with that many MiB of noise, at those places of it, and holes around them. */
async function image(name: string, size: number, data: readonly [at: number, length: number][]): Promise<string> {
  const path = join(dir, name);
  const file = await open(path, 'w');
  await file.truncate(size);
  for (const [at, length] of data) await file.write(randomBytes(length), 0, length, at);
  await file.close();
  return path;
}

test('an image comes back as it was, holes included, under whatever name', async () => {
  const path = await image('sparse.img', 80 * MIB + 5, [
    [0, 3 * MIB],
    [40 * MIB + 4096, 5 * MIB],
  ]);
  const name = `it's "a" \u202Ename & <${'x'.repeat(180)}>`;
  const sent = await ended(upload(path, place(one, name)));
  expect(sent).toMatchObject({ state: 'done', error: null, sparse: true, size: 80 * MIB + 5 });
  expect(sent.sent).toBeLessThan(10 * MIB);
  const there = join(one.dir, 'pool', name);
  await outputOf('cmp', [path, there]);
  expect((await stat(there)).blocks * 512).toBeLessThan(10 * MIB);
  expect(await one.virsh('vol-list', 'images')).toContain('\u202Ename');

  const back = join(dir, 'back.img');
  const from = place(one, name);
  const got = await ended(transfers.download({ from, file: back, replace: false, options: { verify: true } }));
  expect(got).toMatchObject({ state: 'done', error: null, sha256: sent.sha256 });
  await outputOf('cmp', [path, back]);
  expect((await stat(back)).blocks * 512).toBeLessThan(10 * MIB);

  const copied = await ended(transfers.copy({ from, to: place(two, 'copy.img'), options: { verify: true } }));
  expect(copied).toMatchObject({ state: 'done', error: null, sha256: sent.sha256 });
  await outputOf('cmp', [path, join(two.dir, 'pool/copy.img')]);
  expect((await stat(join(two.dir, 'pool/copy.img'))).blocks * 512).toBeLessThan(10 * MIB);
  await Promise.all([rm(path), rm(back)]);
});

test('an image that lies about its format is sent as it is, and its volume says what it is', async () => {
  const path = join(dir, 'really-qcow2.iso');
  await outputOf('qemu-img', ['create', '-q', '-f', 'qcow2', path, '1G']);
  expect(await ended(upload(path, place(one, 'rescue.iso')))).toMatchObject({ state: 'done' });
  await outputOf('cmp', [path, join(one.dir, 'pool/rescue.iso')]);
  await awaitCondition('the pool knows the format', 10, async () =>
    (await one.virsh('vol-dumpxml', '--pool', 'images', 'rescue.iso')).includes("<format type='qcow2'/>"),
  );
});

test('names that no volume has are refused, and so is one that is taken', async () => {
  const path = await image('small.img', MIB, [[0, MIB]]);
  await one.virsh('vol-create-as', 'images', 'taken', '1M');
  for (const name of ['taken', '', '.', 'a/b', 'a\nb', 'é'.repeat(128)])
    await expect(upload(path, place(one, name))).rejects.toThrow(SalvorError);
  expect(await readdir(join(one.dir, 'pool'))).toEqual(['taken']);
});

test('one that is cancelled leaves nothing', async () => {
  const path = await image('large.img', 200 * MIB, [[0, 200 * MIB]]);
  const up = await upload(path, place(one, 'gone.img'));
  await awaitCondition('bytes flow', 10, () => Promise.resolve((transfers.list()[0]?.done ?? 0) > MIB));
  expect((await one.virsh('vol-list', 'images')).includes('gone.img')).toBe(true);
  await transfers.cancel(up.id);
  expect(await transfers.ended(up.id)).toMatchObject({ state: 'cancelled', error: null });
  expect(await readdir(join(one.dir, 'pool'))).toEqual([]);
  await rm(path);
});

/** Takes all the room that is left, in one go: not a byte of an upload by this process goes on meanwhile. */
function fillUp(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(MIB);
  try {
    while (writeSync(file, block) > 0);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  } finally {
    closeSync(file);
  }
}

test('a pool that fills up is told before, or ends the upload cleanly', async () => {
  const path = await image('medium.img', SMALL, [[0, SMALL]]);
  await writeFile(join(dir, 'small/other'), Buffer.alloc(2 * MIB));
  await one.virsh('pool-refresh', 'small');
  await expect(upload(path, place(one, 'full.img', 'small'))).rejects.toThrow('has no room');
  // Somebody else fills it while the upload runs: the pool was empty when it was looked at.
  await rm(join(dir, 'small/other'));
  await one.virsh('pool-refresh', 'small');
  const up = await upload(path, place(one, 'full.img', 'small'));
  fillUp(join(dir, 'small/other'));
  const failed = await transfers.ended(up.id);
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'transfer-failed' } });
  expect(failed.error?.message).toContain('is full');
  expect(failed.error?.unchanged).toContain('Nothing is left of it');
  expect(await readdir(join(dir, 'small'))).toEqual(['other']);
});

test('a connection that is cut is gone on with from what the host has', async () => {
  transfers = newTransfers(0);
  const bytes = randomBytes(96 * MIB);
  const path = join(dir, 'cut.img');
  await writeFile(path, bytes);
  const relay = await startRelay(one.socket, join(dir, 'relay'));
  const connect = async () =>
    hosts.set('relay', await openHypervisor(relay.uri, { readOnly: false, onLost: () => undefined }));
  await connect();
  try {
    const up = await upload(path, { hostId: 'relay', pool: 'images', name: 'cut.img' });
    await awaitCondition('some of it is there', 20, () => Promise.resolve((transfers.list()[0]?.done ?? 0) > 8 * MIB));
    relay.cut();
    const cut = await transfers.ended(up.id);
    expect(cut).toMatchObject({ state: 'interrupted', resumable: true, error: { code: 'connection-lost' } });
    await hosts.get('relay')?.close();
    await connect();
    await transfers.resume(up.id);
    const done = await transfers.ended(up.id);
    expect(done).toMatchObject({ state: 'done', error: null, sha256: sha256(bytes) });
    // What the host had was not sent again.
    expect(done.sent).toBeLessThan(bytes.length + 8 * MIB);
    expect((await readFile(join(one.dir, 'pool/cut.img'))).equals(bytes)).toBe(true);
  } finally {
    await hosts.get('relay')?.close();
    hosts.delete('relay');
    await relay.stop();
  }
});

test('the command line carries images both ways, and Ctrl-C takes back what was written', async () => {
  const path = await image('cli.img', 4 * MIB, [[MIB, MIB]]);
  const up = await salvor(['media', 'upload', path, '--uri', one.uri, '--pool', 'images', '--name', 'cli', '--json']);
  expect(up).toMatchObject({ code: 0, json: { transfer: { state: 'done', sent: MIB } } });
  const back = join(dir, 'cli-back.img');
  expect((await salvor(['media', 'download', 'images/cli', back, '--uri', one.uri])).code).toBe(0);
  await outputOf('cmp', [path, back]);
  const again = await salvor(['media', 'download', 'images/cli', back, '--uri', one.uri, '--json']);
  expect(again).toMatchObject({ code: 1, json: { error: { code: 'file-exists' } } });
  const copy = await salvor([
    'media',
    'copy',
    'images/cli',
    '--uri',
    one.uri,
    '--to',
    two.uri,
    '--to-pool',
    'images',
    '--no-verify',
  ]);
  expect(copy).toMatchObject({ code: 0, stdout: 'cli is volume:images/cli there now.\n' });
  await outputOf('cmp', [path, join(two.dir, 'pool/cli')]);

  const large = await image('cli-large.img', 256 * MIB, [[0, 256 * MIB]]);
  expect((await salvor(['media', 'add', 'large', 'volume:images/stopped'])).code).toBe(0);
  for (const args of [
    ['upload', large, '--uri', one.uri, '--name', 'stopped'],
    ['put', 'large', '--file', large, '--to', one.uri],
  ]) {
    const started = startSalvor(['media', ...args, '--pool', 'images']);
    await awaitCondition('its volume is there', 20, async () =>
      (await readdir(join(one.dir, 'pool'))).includes('stopped'),
    );
    started.process.kill('SIGINT');
    const stopped = await started.finished;
    expect(stopped.code).toBe(1);
    expect(stopped.stderr).toMatch(/running[^]*Cancelled\.[^]*Nothing is left of it\./);
    expect(await readdir(join(one.dir, 'pool'))).toEqual(['cli']);
  }
  await rm(large);
});
