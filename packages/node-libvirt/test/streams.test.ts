import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buffer } from 'node:stream/consumers';
import type { Connection as ConnectionType, StoragePool, StorageVolume } from 'node-libvirt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDaemon, type Daemon } from './support/daemon.ts';
import { Connection, LibvirtTimeoutError, sanitized, vir } from './support/package.ts';

const MiB = 1024 * 1024;
let daemon: Daemon;
let connection: ConnectionType;
let pool: StoragePool;
beforeAll(async () => {
  daemon = await startDaemon();
  connection = await Connection.open(daemon.uri, { keepAlive: null });
  pool = await connection.createStoragePoolXML(
    `<pool type='dir'><name>images</name><target><path>${daemon.folder}</path></target></pool>`,
  );
});
afterAll(async () => {
  await connection.close();
  await daemon.stop();
});

function makeVolume(name: string, size: number): Promise<StorageVolume> {
  return pool.createVolume(
    `<volume><name>${name}</name><capacity>${String(size)}</capacity><target><format type='raw'/></target></volume>`,
  );
}

test('a pool and its volumes', async () => {
  expect((await connection.lookupStoragePoolByTargetPath(daemon.folder)).name).toBe('images');
  const volume = await makeVolume('sizes.img', MiB);
  expect(await volume.info(vir.VIR_STORAGE_VOL_GET_PHYSICAL)).toMatchObject({ capacity: MiB, allocation: MiB });
  await volume.resize(2 * MiB);
  expect((await volume.info()).capacity).toBe(2 * MiB);
  const copy = await pool.createVolumeFrom(
    `<volume><name>copy.img</name><capacity>${String(2 * MiB)}</capacity><target><format type='raw'/></target></volume>`,
    volume,
  );
  expect(await copy.path()).toBe(`${daemon.folder}/copy.img`);
  await copy.delete();
  await volume.delete();
});

test('what is uploaded comes back, across the borders of slices', async () => {
  const data = randomBytes(33 * MiB + 12345);
  const volume = await makeVolume('round.img', data.length);
  const upload = volume.upload({ length: data.length });
  await pipeline(Readable.from([data.subarray(0, 1), data.subarray(1, 20 * MiB), data.subarray(20 * MiB)]), upload);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of volume.download() as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  expect(bytes).toBe(data.length);
  expect(hash.digest('hex')).toBe(createHash('sha256').update(data).digest('hex'));
  const part = await buffer(volume.download({ offset: 16 * MiB - 10, length: 20 }));
  expect(part).toEqual(data.subarray(16 * MiB - 10, 16 * MiB + 10));
  const overwritten = Buffer.from('overwritten');
  await pipeline(Readable.from([overwritten]), volume.upload({ offset: 100, length: overwritten.length }));
  expect(await buffer(volume.download({ offset: 99, length: 13 }))).toEqual(
    Buffer.concat([data.subarray(99, 100), overwritten, data.subarray(111, 112)]),
  );
  await volume.delete();
});

/** What a download gives, told apart: data with its bytes, holes with their lengths. */
async function receiveAll(volume: StorageVolume, sparse: boolean): Promise<{ bytes: Buffer; holes: number[] }> {
  const download = volume.openDownload({ sparse });
  const parts: Buffer[] = [];
  const holes: number[] = [];
  for (;;) {
    const got = await download.receive();
    if (got === null) return { bytes: Buffer.concat(parts), holes };
    if (typeof got === 'number') holes.push(got);
    parts.push(typeof got === 'number' ? Buffer.alloc(got) : Buffer.from(got));
  }
}

test('holes are kept both ways, and may be larger than a slice', async () => {
  const size = 100 * MiB;
  const data = randomBytes(MiB);
  const whole = Buffer.concat([data, Buffer.alloc(70 * MiB), data, Buffer.alloc(size - 72 * MiB)]);
  const volume = await pool.createVolume(
    `<volume><name>sparse.img</name><capacity>${String(size)}</capacity><allocation>0</allocation></volume>`,
  );
  const upload = await volume.openUpload({ sparse: true });
  await upload.send(data);
  await upload.sendHole(70 * MiB);
  await upload.send(data);
  await upload.sendHole(size - 72 * MiB);
  await upload.finish();
  await upload.abort();
  expect((await stat(await volume.path())).size).toBe(size);
  expect((await volume.info()).allocation).toBeLessThan(4 * MiB);

  const sparse = await receiveAll(volume, true);
  expect(sparse.bytes.equals(whole)).toBe(true);
  const told = sparse.holes.reduce((sum, length) => sum + length, 0);
  expect(told).toBe(98 * MiB);
  // Told as what remains of the slice that they begin in, and then at once up to their end.
  expect(sparse.holes.length).toBeLessThanOrEqual(6);
  const plain = await receiveAll(volume, false);
  expect(plain.holes).toEqual([]);
  expect(plain.bytes.equals(whole)).toBe(true);
  await volume.delete();
});

test('an upload goes on where an earlier one had ended', async () => {
  const data = randomBytes(3 * MiB);
  const volume = await makeVolume('goes-on.img', data.length);
  const first = await volume.openUpload();
  await first.send(data.subarray(0, MiB));
  await first.finish();
  const lost = await volume.openUpload({ offset: MiB });
  await lost.send(data.subarray(MiB, MiB + 1000));
  await lost.abort();
  const second = await volume.openUpload({ offset: MiB });
  await second.send(data.subarray(MiB));
  await second.finish();
  expect((await receiveAll(volume, false)).bytes.equals(data)).toBe(true);
  await expect(second.send(data)).rejects.toThrow();
  await volume.delete();
});

test('what is data in a file of this computer, and what a hole', async () => {
  const path = join(daemon.folder, 'sections');
  const file = await open(path, 'w+');
  await file.write(randomBytes(MiB), 0, MiB, 4 * MiB);
  await file.truncate(16 * MiB);
  expect(await connection.fileSection(file.fd, 0)).toEqual({ data: false, length: 4 * MiB });
  expect(await connection.fileSection(file.fd, 4 * MiB)).toEqual({ data: true, length: MiB });
  expect(await connection.fileSection(file.fd, 4.5 * MiB)).toEqual({ data: true, length: MiB / 2 });
  expect(await connection.fileSection(file.fd, 5 * MiB)).toEqual({ data: false, length: 11 * MiB });
  expect((await connection.fileSection(file.fd, 16 * MiB)).length).toBe(0);
  await file.close();
  await rm(path);
  await expect(connection.fileSection(file.fd, 0)).rejects.toThrow();
});

test('a slow reader holds back the host: memory stays small', async () => {
  const volume = await makeVolume('large.img', 400 * MiB);
  const before = process.memoryUsage().rss;
  const download = volume.download();
  await once(download, 'readable');
  download.read(1);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  // One slice in libvirt's client and the stream's own buffer, of 400 MiB that the host would gladly send.
  if (!sanitized) expect(process.memoryUsage().rss - before).toBeLessThan(100 * MiB);
  const closed = once(download, 'close');
  download.destroy();
  await closed;
  await volume.delete();
});

test('cancelling, by destroy() or by a signal, frees the volume at once', async () => {
  const volume = await makeVolume('cancelled.img', 200 * MiB);
  const upload = volume.upload();
  upload.write(randomBytes(MiB));
  const closed = once(upload, 'close');
  upload.destroy();
  await closed;
  const abort = new AbortController();
  const download = volume.download({ signal: abort.signal });
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of download as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > 3 * MiB) abort.abort();
    }
  })();
  await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  expect(bytes).toBeLessThan(10 * MiB);
  // A volume with a transfer in progress cannot be deleted; this one has none.
  await volume.delete();
});

test('a dozen transfers at once beside other calls, on four threads', async () => {
  const data = randomBytes(3 * MiB);
  await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const volume = await makeVolume(`parallel${String(index)}.img`, data.length);
      await pipeline(Readable.from([data]), volume.upload({ length: data.length }));
      expect((await buffer(volume.download())).equals(data)).toBe(true);
      await volume.delete();
    }).concat(
      Array.from({ length: 50 }, async () => {
        await connection.listAllDomains(0, { timeout: 20_000 });
      }),
    ),
  );
});

test('errors arrive as errors of the stream', async () => {
  const volume = await makeVolume('small.img', MiB);
  const writing = pipeline(Readable.from([Buffer.alloc(2 * MiB)]), volume.upload({ length: MiB }));
  await expect(writing).rejects.toMatchObject({ name: 'LibvirtError' });
  expect(() => volume.download({ offset: -1 })).toThrow(RangeError);
  expect(() => volume.upload({ length: 1.5 })).toThrow(RangeError);
  await volume.delete();
  await expect(buffer(volume.download())).rejects.toMatchObject({ codeName: 'VIR_ERR_NO_STORAGE_VOL' });
});

test('a transfer to a host that hangs ends at its deadline', async () => {
  const volume = await makeVolume('hang.img', 64 * MiB);
  const upload = volume.upload({ timeout: 500 });
  await new Promise<void>((resolve, reject) => {
    upload.write(Buffer.alloc(MiB), (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
  const download = volume.download({ timeout: 500 });
  await once(download, 'readable');
  await daemon.freeze();
  try {
    const failures = Promise.all([once(upload, 'error'), once(download, 'error')]);
    for (let index = 0; index < 60; index++) upload.write(Buffer.alloc(MiB));
    download.resume();
    for (const [error] of await failures) expect(error).toBeInstanceOf(LibvirtTimeoutError);
  } finally {
    await daemon.thaw();
  }
});
