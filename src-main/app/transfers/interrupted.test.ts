/** Transfers that are cancelled, and those whose connection is lost. */
import { randomBytes } from 'node:crypto';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { Transfer } from '../../../src-core/contract/transfer.ts';
import {
  TO,
  MiB,
  pool,
  folder,
  events,
  transfers,
  setUp,
  one,
  sha256,
  file,
  upload,
  ended,
  refusal,
  connected,
  useTransfers,
} from './transfers.test-support.ts';

useTransfers();

describe('cancelling', () => {
  it.each(['createVolume', 'openUpload', 'openDownload'] as const)('before %s leaves nothing', async (method) => {
    const path = await file('a.img', randomBytes(2 * MiB));
    // Called before anything is begun, too, to see how much room there is.
    one().before[method] = () => (transfers.list().length > 0 ? transfers.cancel('t1') : undefined);
    const { id } = await upload(path);
    expect(await transfers.ended(id)).toMatchObject({ state: 'cancelled', error: null, resumable: false });
    expect(one().storage.volumes.size).toBe(0);
    expect(one().storage.open).toBe(0);
  });

  it.each(['sending', 'receiving'] as const)('while %s leaves nothing', async (moment) => {
    const path = await file('a.img', randomBytes(4 * MiB));
    const { id } = await upload(path);
    one().storage[moment] = () => transfers.cancel(id);
    expect(await transfers.ended(id)).toMatchObject({ state: 'cancelled', error: null });
    expect(one().storage.volumes.size).toBe(0);
    expect(one().storage.open).toBe(0);
  });

  it('one that waits for its turn takes no turn', async () => {
    const gates: (() => void)[] = [];
    one().storage.sending = () => new Promise((resolve) => gates.push(resolve));
    const path = await file('a.img', randomBytes(1000));
    const all = [];
    for (const name of ['1', '2', '3', '4', '5']) all.push(await upload(path, { ...TO, name }));
    await expect.poll(() => gates.length).toBe(3);
    expect(transfers.list().map(({ state }) => state)).toEqual(['running', 'running', 'running', 'waiting', 'waiting']);
    await transfers.cancel('t4');
    expect((await transfers.ended('t4')).state).toBe('cancelled');
    one().storage.sending = null;
    for (const open of gates) open();
    await transfers.settled();
    expect(transfers.list().map(({ state }) => state)).toEqual(['done', 'done', 'done', 'cancelled', 'done']);
    expect([...one().storage.volumes.keys()]).toEqual(['images/1', 'images/2', 'images/3', 'images/5']);
  });

  it('says so where what was written could not be removed', async () => {
    const { id } = await upload(await file('a.img', randomBytes(2 * MiB)));
    one().storage.sending = () => transfers.cancel(id);
    one().before.deleteVolume = () => {
      throw new SalvorError('libvirt', { call: 'virStorageVolDelete' }, 'in use');
    };
    const cancelled = await transfers.ended(id);
    expect(cancelled).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
    expect(cancelled.error?.unchanged).toContain('could not be removed from the pool “images”');
  });

  it('says so, too, where a device begins with what it held before, and nobody can tell whose it is', async () => {
    setUp(pool('disk'));
    one().after.createVolume = () => void one().storage.volumes.get('images/new.img')?.bytes.fill(7);
    one().before.openUpload = () => transfers.cancel('t1');
    const { id } = await upload(await file('a.img', randomBytes(MiB)));
    const cancelled = await transfers.ended(id);
    expect(cancelled).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
    expect(cancelled.error?.unchanged).toContain('could not be removed from the pool “images”');
    expect(one().storage.volumes.size).toBe(1);
  });

  it('one that has ended changes nothing', async () => {
    const { id } = await ended(upload(await file('a.img', randomBytes(10))));
    await transfers.cancel(id);
    expect(transfers.list()[0]?.state).toBe('done');
    expect(one().storage.volumes.size).toBe(1);
    await expect(transfers.cancel('none')).rejects.toThrow('not in the list');
  });
});

describe('a connection that is lost', () => {
  /** An upload that was cut off in mid-send. */
  async function cutOff(bytes: Buffer, confirmMs: number): Promise<Transfer> {
    setUp(pool(), confirmMs);
    let messages = 0;
    one().storage.sending = () => {
      messages += 1;
      if (messages > 3) throw new SalvorError('connection-lost', { uri: 'fake:///host' });
    };
    const cut = await ended(upload(await file('a.img', bytes)));
    one().storage.sending = null;
    return cut;
  }

  it('interrupts an upload, which goes on from what the host has confirmed', async () => {
    const bytes = randomBytes(6 * MiB);
    const cut = await cutOff(bytes, 0);
    expect(cut).toMatchObject({
      state: 'interrupted',
      resumable: true,
      error: { code: 'connection-lost' },
      endedAt: null,
    });
    expect(one().storage.volumes.size).toBe(1);
    const first: number[] = [];
    one().before.openUpload = () => void first.push(transfers.list()[0]?.done ?? -1);
    await transfers.resume(cut.id);
    expect(await transfers.ended(cut.id)).toMatchObject({ state: 'done', sha256: sha256(bytes), error: null });
    // Three messages of the fake.
    expect(first[0]).toBe(3 * 64 * 1024);
    expect(one().storage.volumes.get('images/new.img')?.bytes.equals(bytes)).toBe(true);
  });

  it('is over once it was gone on with to its end, or is put away, and not before', async () => {
    const bytes = randomBytes(6 * MiB);
    const cut = await cutOff(bytes, 0);
    const over: string[] = [];
    const finished = transfers.finished(cut.id).then(({ state }) => over.push(state));
    await new Promise((resolve) => setImmediate(resolve));
    expect(over).toEqual([]);
    await transfers.resume(cut.id);
    await finished;
    expect(over).toEqual(['done']);
    const again = await cutOff(bytes, 0);
    const away = transfers.finished(again.id);
    transfers.forget(again.id);
    expect((await away).state).toBe('interrupted');
  });

  it('while the volume is being made does not say that nothing is left', async () => {
    one().after.createVolume = () => {
      throw new SalvorError('connection-lost', { uri: 'fake:///host' });
    };
    const cut = await ended(upload(await file('a.img', randomBytes(MiB))));
    expect(cut).toMatchObject({ state: 'interrupted', error: { code: 'connection-lost' } });
    expect(one().storage.volumes.size).toBe(1);
    await transfers.cancel(cut.id);
    expect(one().storage.volumes.size).toBe(0);
  });

  it('and is gone on with while it is being removed: it is removed', async () => {
    const cut = await cutOff(randomBytes(6 * MiB), 0);
    const resumed: Promise<Transfer>[] = [];
    one().before.deleteVolume = () => void resumed.push(transfers.resume(cut.id));
    await transfers.cancel(cut.id);
    expect(await Promise.all(resumed)).toMatchObject([{ state: 'cancelled' }]);
    expect(transfers.list()).toMatchObject([{ state: 'cancelled' }]);
    expect(one().storage.volumes.size).toBe(0);
  });

  it('goes on from the beginning where nothing was confirmed', async () => {
    const bytes = randomBytes(6 * MiB);
    const cut = await cutOff(bytes, 60_000);
    await transfers.resume(cut.id);
    expect(await transfers.ended(cut.id)).toMatchObject({ state: 'done', sha256: sha256(bytes) });
  });

  it('can be lost again while what arrived is compared', async () => {
    const bytes = randomBytes(2 * MiB);
    one().storage.receiving = () => {
      throw new SalvorError('connection-lost', { uri: 'fake:///host' });
    };
    const cut = await ended(upload(await file('a.img', bytes)));
    expect(cut.state).toBe('interrupted');
    one().storage.receiving = null;
    const sent: number[] = [];
    one().storage.sending = (message) => void sent.push(message.length);
    await transfers.resume(cut.id);
    expect(await transfers.ended(cut.id)).toMatchObject({ state: 'done', sha256: sha256(bytes) });
    expect(sent).toEqual([]);
  });

  it('is not gone on with while the host is away, and what is there is removed once it is back', async () => {
    const cut = await cutOff(randomBytes(6 * MiB), 0);
    const away = one();
    connected({});
    expect(await refusal(transfers.resume(cut.id))).toBe('not-connected');
    expect(await refusal(transfers.cancel(cut.id))).toBe('transfer-failed');
    connected({ one: away });
    await transfers.cancel(cut.id);
    expect(transfers.list()[0]?.state).toBe('cancelled');
    expect(away.storage.volumes.size).toBe(0);
  });

  it('leaves alone what somebody else has put in its place', async () => {
    const cut = await cutOff(randomBytes(6 * MiB), 0);
    one().storage.volumes.set('images/new.img', { capacity: 9, bytes: Buffer.from('precious!'), written: 9 });
    await transfers.resume(cut.id);
    const failed = await transfers.ended(cut.id);
    expect(failed).toMatchObject({ state: 'failed' });
    expect(failed.error?.message).toContain('is not the one that was begun');
    expect(one().storage.volumes.get('images/new.img')?.bytes.toString()).toBe('precious!');
  });

  it('does not go on with a file that has changed', async () => {
    const cut = await cutOff(randomBytes(6 * MiB), 0);
    await utimes(join(folder, 'a.img'), 5, 5);
    await transfers.resume(cut.id);
    expect(await transfers.ended(cut.id)).toMatchObject({ state: 'failed', error: { code: 'transfer-failed' } });
    expect(one().storage.volumes.size).toBe(0);
  });

  it('can be put away, and nothing more is told of it', async () => {
    const cut = await cutOff(randomBytes(6 * MiB), 0);
    transfers.forget(cut.id);
    expect(transfers.list()).toEqual([]);
    expect(events.at(-1)).toEqual({ type: 'transfer-removed', transferId: cut.id });
  });
});
