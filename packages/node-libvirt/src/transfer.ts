import { Readable, Writable } from 'node:stream';
import { native, type StreamHandle } from './native.ts';
import type { StorageVolume } from './storage.ts';
import { abortStream, CHUNK_SIZE, openStream, sendAll } from './stream.ts';
import type { TransferOptions } from './types.ts';

/**
 * A download is fetched in slices of this size, each a stream of its own. Libvirt's client takes everything the host
 * sends into memory as it comes, whether it is read or not; asking for the next slice only when the last one has been
 * read is what lets a slow reader hold back the host.
 */
const SLICE_SIZE = 16 * 1024 * 1024;

function checkTransferOptions(options: TransferOptions): void {
  for (const name of ['offset', 'length'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new RangeError(`"${name}" must be a whole number of bytes`);
    }
  }
}

/** See StorageVolume.download(). */
export function volumeReadable(volume: StorageVolume, options: TransferOptions): Readable {
  checkTransferOptions(options);
  const { timeout } = options;
  let position = options.offset ?? 0;
  const end = options.length ? position + options.length : Infinity;
  let slice: { handle: StreamHandle; end: number } | null = null;
  let destroyed = false;

  async function nextChunk(): Promise<Buffer | null> {
    for (;;) {
      if (slice === null) {
        if (position >= end) return null;
        const length = Math.min(SLICE_SIZE, end - position);
        const handle = await openStream(volume.connection, options, (stream) =>
          native.virStorageVolDownload(volume.handle, stream, position, length, 0, timeout),
        );
        if (destroyed) {
          await abortStream(handle, timeout);
          return null;
        }
        slice = { handle, end: position + length };
      }
      const chunk = await native.virStreamRecv(slice.handle, CHUNK_SIZE, timeout);
      if (chunk !== null) {
        position += chunk.length;
        return chunk;
      }
      await native.virStreamFinish(slice.handle, timeout);
      native.release(slice.handle);
      const short = position < slice.end;
      slice = null;
      if (short) return null;
    }
  }

  return new Readable({
    signal: options.signal,
    highWaterMark: 4 * CHUNK_SIZE,
    read() {
      nextChunk().then(
        (chunk) => this.push(chunk),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, done) {
      destroyed = true;
      const open = slice;
      slice = null;
      void (open ? abortStream(open.handle, timeout) : Promise.resolve()).then(() => {
        done(error);
      });
    },
  });
}

/** See StorageVolume.upload(). */
export function volumeWritable(volume: StorageVolume, options: TransferOptions): Writable {
  checkTransferOptions(options);
  const { timeout } = options;
  let handle: StreamHandle | null = null;
  const settle = (work: Promise<void>, done: (error?: Error | null) => void): void => {
    work.then(() => {
      done();
    }, done);
  };
  return new Writable({
    signal: options.signal,
    highWaterMark: 4 * CHUNK_SIZE,
    construct(done) {
      const open = async (): Promise<void> => {
        handle = await openStream(volume.connection, options, (stream) =>
          native.virStorageVolUpload(volume.handle, stream, options.offset ?? 0, options.length ?? 0, 0, timeout),
        );
      };
      settle(open(), done);
    },
    write(chunk: Buffer, _encoding, done) {
      settle(handle ? sendAll(handle, chunk, timeout) : Promise.reject(new Error('the upload has ended')), done);
    },
    final(done) {
      const finish = async (): Promise<void> => {
        if (handle === null) return;
        await native.virStreamFinish(handle, timeout);
        native.release(handle);
        handle = null;
      };
      settle(finish(), done);
    },
    destroy(error, done) {
      const open = handle;
      handle = null;
      void (open ? abortStream(open, timeout) : Promise.resolve()).then(() => {
        done(error);
      });
    },
  });
}
