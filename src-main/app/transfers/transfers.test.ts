/** Transfers that go through to their end, and what stands in the way of one. */
import { randomBytes } from 'node:crypto';
import { readFile, readdir, readlink, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import {
  MiB,
  TO,
  pool,
  folder,
  events,
  transfers,
  setUp,
  one,
  two,
  sha256,
  file,
  sparseFile,
  upload,
  ended,
  refusal,
  connected,
  useTransfers,
} from './transfers.test-support.ts';

useTransfers();

describe('an upload', () => {
  it('makes the volume, sends every byte, and compares', async () => {
    const bytes = randomBytes(3 * MiB + 123);
    const done = await ended(upload(await file('a.img', bytes)));
    expect(done).toMatchObject({ state: 'done', kind: 'upload', name: 'new.img', size: bytes.length, error: null });
    expect(done).toMatchObject({ sent: bytes.length, sha256: sha256(bytes), sparse: true, resumable: false });
    expect(one().storage.volumes.get('images/new.img')?.bytes.equals(bytes)).toBe(true);
    expect(one().storage.open).toBe(0);
    const states = events.flatMap((event) => (event.type === 'transfer-changed' ? [event.transfer.state] : []));
    expect([...new Set(states)]).toEqual(['waiting', 'running', 'verifying', 'done']);
  });

  it('sends holes as holes', async () => {
    const { path, bytes } = await sparseFile();
    const done = await ended(upload(path));
    expect(done).toMatchObject({ state: 'done', size: 5 * MiB, sent: 2 * MiB, sha256: sha256(bytes) });
    expect(one().storage.volumes.get('images/new.img')).toMatchObject({ written: 2 * MiB });
    expect(one().storage.volumes.get('images/new.img')?.bytes.equals(bytes)).toBe(true);
  });

  it('spells holes out where the pool is one of devices, whose volumes may be larger', async () => {
    setUp(pool('logical'));
    const { path, bytes } = await sparseFile();
    one().after.createVolume = () => {
      const volume = one().storage.volumes.get('images/new.img');
      if (volume !== undefined) volume.bytes = Buffer.concat([volume.bytes, randomBytes(MiB)]);
    };
    const done = await ended(upload(path));
    expect(done).toMatchObject({ state: 'done', sparse: false, sent: 5 * MiB, sha256: sha256(bytes) });
  });

  it('compares nothing where that is not wanted', async () => {
    const done = await ended(upload(await file('a.img', randomBytes(MiB)), TO, false));
    expect(done).toMatchObject({ state: 'done', sha256: null });
    expect(events.some((event) => event.type === 'transfer-changed' && event.transfer.state === 'verifying')).toBe(
      false,
    );
  });

  it('of nothing is a volume of nothing', async () => {
    expect(await ended(upload(await file('empty', Buffer.alloc(0))))).toMatchObject({
      state: 'done',
      size: 0,
      sent: 0,
    });
  });

  it.each<[string, string, () => void]>([
    ['a name that is taken', 'volume-exists', () => void one().hypervisor.createVolume(TO, 1, 0)],
    ['a pool that is full', 'no-room', () => setUp(pool('dir', 1000))],
    ['a pool that takes no volumes', 'not-supported', () => setUp(pool('iscsi'))],
    ['a pool that does not answer', 'pool-silent', () => setUp({ ...pool(), xml: null })],
    ['a host that is not connected', 'not-connected', () => connected({})],
  ])('is refused for %s, and touches nothing', async (_what, code, prepare) => {
    const path = await file('a.img', randomBytes(MiB));
    prepare();
    expect(await refusal(upload(path))).toBe(code);
    expect(transfers.list()).toEqual([]);
  });

  it.each([
    ['', 'empty'],
    ['..', 'folder'],
    ['a/b', 'slash'],
    ['a\nb', 'control'],
    ['\u0000', 'control'],
    ['\uD800', 'no character'],
    ['é'.repeat(128), '256 bytes'],
  ])('is refused for the name %j', async (name, why) => {
    const path = await file('a.img', randomBytes(10));
    const refused = upload(path, { ...TO, name });
    await expect(refused).rejects.toThrow(why);
    expect(await refusal(upload(path, { ...TO, name }))).toBe('volume-name');
  });

  it.each(['with space', `'"<&>`, '\u202Egnp.exe', 'x'.repeat(200), 'é'.repeat(127), '-rf', '$(id)'])(
    'takes the name %j',
    async (name) => {
      const bytes = randomBytes(100);
      expect(await ended(upload(await file('a.img', bytes), { ...TO, name }))).toMatchObject({ state: 'done', name });
      expect(one().storage.volumes.get(`images/${name}`)?.bytes.equals(bytes)).toBe(true);
    },
  );

  it('is refused for what is no regular file', async () => {
    expect(await refusal(upload(folder))).toBe('file-unreadable');
    expect(await refusal(upload(join(folder, 'none')))).toBe('file-unreadable');
  });

  it('that fills the pool leaves nothing and says so', async () => {
    one().storage.room = MiB;
    const failed = await ended(upload(await file('a.img', randomBytes(3 * MiB))));
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'transfer-failed' }, resumable: false });
    expect(failed.error?.message).toContain('the pool “images” is full');
    expect(failed.error?.unchanged).toContain('Nothing is left of it');
    expect(one().storage.volumes.size).toBe(0);
    expect(one().storage.open).toBe(0);
  });

  it('that arrives damaged is removed', async () => {
    one().before.openDownload = () => {
      one().storage.volumes.get('images/new.img')?.bytes.fill(0, 500_000, 500_001);
    };
    const bytes = randomBytes(MiB);
    bytes[500_000] = 1;
    const failed = await ended(upload(await file('a.img', bytes)));
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'checksum-differs' }, sha256: null });
    expect(one().storage.volumes.size).toBe(0);
  });

  it('whose end was not written is found out even where nothing else is compared', async () => {
    one().before.openDownload = () => {
      one()
        .storage.volumes.get('images/new.img')
        ?.bytes.fill(0, 2 * MiB - 65_536);
    };
    const failed = await ended(upload(await file('a.img', randomBytes(2 * MiB)), TO, false));
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'checksum-differs' } });
    expect(one().storage.volumes.size).toBe(0);
  });

  it('of a file that changes meanwhile fails, and leaves nothing', async () => {
    const path = await file('a.img', randomBytes(3 * MiB));
    one().storage.sending = () => utimes(path, 1, 1);
    const failed = await ended(upload(path));
    expect(failed.error?.message).toContain('the file changed while it was being sent');
    expect(one().storage.volumes.size).toBe(0);
  });

  it('to a pool that hangs from the beginning ends at its deadline, with nothing left', async () => {
    one().storage.sending = () => {
      throw new SalvorError('timeout', { call: 'virStreamSend', seconds: 60 });
    };
    const failed = await ended(upload(await file('a.img', randomBytes(MiB))));
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'timeout' } });
    expect(one().storage.volumes.size).toBe(0);
  });

  it('to a pool that answers nothing any more can be removed later', async () => {
    const silent = () => {
      throw new SalvorError('timeout', { call: 'any', seconds: 60 });
    };
    one().after.createVolume = () => void Object.assign(one().before, { openUpload: silent, volumeSizes: silent });
    const stuck = await ended(upload(await file('a.img', randomBytes(MiB))));
    expect(stuck).toMatchObject({ state: 'interrupted', error: { code: 'timeout' } });
    await expect(transfers.cancel(stuck.id)).rejects.toThrow('could not be removed');
    Object.assign(one().before, { openUpload: undefined, volumeSizes: undefined });
    await transfers.cancel(stuck.id);
    expect(transfers.list()).toMatchObject([{ state: 'cancelled' }]);
    expect(one().storage.volumes.size).toBe(0);
  });

  it('whose volume somebody makes first leaves that one alone', async () => {
    one().before.createVolume = () => {
      delete one().before.createVolume;
      one().storage.volumes.set('images/new.img', { capacity: 3, bytes: Buffer.from('abc'), written: 3 });
    };
    const failed = await ended(upload(await file('a.img', randomBytes(MiB))));
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'volume-exists' } });
    expect(one().storage.volumes.get('images/new.img')?.bytes.toString()).toBe('abc');
  });
});

describe('a download', () => {
  const FROM = TO;
  const bytes = randomBytes(3 * MiB);
  const put = (content: Buffer) =>
    one().storage.volumes.set('images/new.img', { capacity: content.length, bytes: content, written: content.length });
  const download = (target: string, replace = false) =>
    transfers.download({ from: FROM, file: join(folder, target), replace, options: { verify: true } });

  it('gives the same bytes, and holes stay holes', async () => {
    const content = Buffer.concat([bytes, Buffer.alloc(8 * MiB), bytes, Buffer.alloc(MiB)]);
    put(content);
    const done = await ended(download('out.img'));
    expect(done).toMatchObject({ state: 'done', kind: 'download', sha256: sha256(content), sent: 6 * MiB });
    expect((await readFile(join(folder, 'out.img'))).equals(content)).toBe(true);
    expect((await stat(join(folder, 'out.img'))).blocks * 512).toBeLessThan(7 * MiB);
    expect(await readdir(folder)).toEqual(['out.img']);
  });

  it('never replaces a file unasked, and leaves it whole until the end', async () => {
    put(bytes);
    await file('out.img', Buffer.from('old'));
    expect((await ended(download('out.img'))).error?.code).toBe('file-exists');
    expect(await readFile(join(folder, 'out.img'), 'utf8')).toBe('old');
    one().storage.receiving = async () => expect(await readFile(join(folder, 'out.img'), 'utf8')).toBe('old');
    expect((await ended(download('out.img', true))).state).toBe('done');
    expect((await readFile(join(folder, 'out.img'))).equals(bytes)).toBe(true);
  });

  it('that is cancelled leaves nothing', async () => {
    put(bytes);
    const { id } = await download('out.img');
    one().storage.receiving = () => transfers.cancel(id);
    expect((await transfers.ended(id)).state).toBe('cancelled');
    expect(await readdir(folder)).toEqual([]);
    expect(one().storage.open).toBe(0);
  });

  it('goes on from the last byte that was written', async () => {
    put(bytes);
    let messages = 0;
    one().storage.receiving = () => {
      messages += 1;
      if (messages === 10) throw new SalvorError('connection-lost', { uri: 'fake:///host' });
    };
    const cut = await ended(download('out.img'));
    expect(cut).toMatchObject({ state: 'interrupted', resumable: true });
    expect(cut.done).toBeGreaterThan(0);
    await transfers.resume(cut.id);
    const done = await transfers.ended(cut.id);
    expect(done).toMatchObject({ state: 'done', sent: bytes.length, sha256: sha256(bytes) });
    expect((await readFile(join(folder, 'out.img'))).equals(bytes)).toBe(true);
  });

  it('that is put away half done lets go of its file', async () => {
    put(bytes);
    one().storage.receiving = () => {
      throw new SalvorError('connection-lost', { uri: 'fake:///host' });
    };
    const cut = await ended(download('out.img'));
    const openHere = async () => {
      const links = await readdir('/proc/self/fd');
      const paths = await Promise.all(links.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
      return paths.filter((path) => path.startsWith(folder));
    };
    expect(await openHere()).toHaveLength(1);
    transfers.forget(cut.id);
    await expect.poll(openHere).toEqual([]);
  });

  it('of a volume that is not there, or into a folder that is not there, is refused', async () => {
    expect(await refusal(download('out.img'))).toBe('volume-not-found');
    put(bytes);
    expect((await ended(download('none/out.img'))).error?.code).toBe('file-unwritable');
  });

  it('of a volume that shrinks meanwhile fails', async () => {
    put(bytes);
    one().storage.receiving = () => {
      one().storage.receiving = null;
      put(bytes.subarray(0, MiB));
    };
    one().before.openDownload = () => void put(bytes.subarray(0, 2 * MiB));
    expect((await ended(download('out.img'))).error?.message).toContain('it ended after');
    expect(await readdir(folder)).toEqual([]);
  });
});

test('a copy goes from one host to the other, and nothing of it stays here', async () => {
  const bytes = Buffer.concat([randomBytes(MiB), Buffer.alloc(3 * MiB), randomBytes(10)]);
  one().storage.volumes.set('images/a', { capacity: bytes.length, bytes, written: MiB + 10 });
  const copying = transfers.copy({
    from: { hostId: 'one', pool: 'images', name: 'a' },
    to: { hostId: 'two', pool: 'images', name: 'b' },
    options: { verify: true },
  });
  expect(await ended(copying)).toMatchObject({ state: 'done', kind: 'copy', file: null, sha256: sha256(bytes) });
  expect(two().storage.volumes.get('images/b')?.bytes.equals(bytes)).toBe(true);
  expect(one().storage.open + two().storage.open).toBe(0);
});

test('room: what it takes, what there is, and what others under way will take', async () => {
  setUp(pool('dir', 10 * MiB));
  const { path } = await sparseFile();
  expect(await transfers.room({ file: path }, TO)).toEqual({
    size: 5 * MiB,
    needed: 2 * MiB,
    available: 10 * MiB,
    problem: null,
  });
  let go = (): void => undefined;
  one().storage.sending = () => new Promise((resolve) => (go = resolve));
  const { id } = await upload(await file('large', randomBytes(9 * MiB)), { ...TO, name: 'large' });
  const tight = await transfers.room({ file: path }, TO);
  expect(tight).toMatchObject({ available: MiB, problem: { code: 'no-room' } });
  expect(tight.problem?.message).toContain('2 MiB are needed, 1 MiB are free');
  expect((await transfers.room({ from: { ...TO, name: 'large' } }, { ...TO, name: 'x/y' })).problem?.code).toBe(
    'volume-name',
  );
  await transfers.cancel(id);
  one().storage.sending = null;
  go();
  await transfers.settled();
});
