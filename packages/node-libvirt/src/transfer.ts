import { Readable, Writable } from 'node:stream';
import {
  VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM,
  VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM,
  VIR_STREAM_RECV_STOP_AT_HOLE,
} from './generated/constants.ts';
import type { StreamHandle } from './handles.ts';
import { native } from './native.ts';
import type { StorageVolume } from './storage.ts';
import { abortStream, CHUNK_SIZE, openStream, received, sendAll } from './stream.ts';
import type { StreamTransferOptions, TransferOptions } from './types.ts';

/**
 * A download is fetched in slices of this size, each a stream of its own. Libvirt's client takes everything the host
 * sends into memory as it comes, whether it is read or not; asking for the next slice only when the last one has been
 * read is what lets a slow reader hold back the host.
 */
const SLICE_SIZE = 32 * 1024 * 1024;

/** The bytes of a volume from one place on, read at the reader's pace. One call at a time. */
export interface VolumeDownload {
  /**
   * The next bytes, or the length of the hole that comes next (sparse), or null at the end of the volume, or of `length`. Bytes hold until
   * the call after the next: their memory is used again.
   */
  readonly receive: () => Promise<Buffer | number | null>;
  /** Ends it before its end; after it nothing can be received. */
  readonly close: () => Promise<void>;
}

/** Overwrites the bytes of a volume from one place on. One call at a time. */
export interface VolumeUpload {
  readonly send: (data: Uint8Array) => Promise<void>;
  /** That many bytes are left as they are, where nothing was written before: zeros (sparse). */
  readonly sendHole: (length: number) => Promise<void>;
  /** Resolves when the host has written all that was sent. The upload is over then. */
  readonly finish: () => Promise<void>;
  /** Ends it before its end: what the host has written of it stays. Never rejects; does nothing after finish(). */
  readonly abort: () => Promise<void>;
}

function checkPlace(options: { readonly offset?: number | undefined; readonly length?: number | undefined }): void {
  for (const name of ['offset', 'length'] as const) {
    const value = options[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new RangeError(`"${name}" must be a whole number of bytes`);
    }
  }
}

type Place = StreamTransferOptions & { readonly length?: number | undefined };

interface Slice {
  readonly handle: StreamHandle;
  readonly start: number;
  readonly end: number;
  /** Opened only to learn how far a hole reaches; its bytes are not taken. */
  readonly probe: boolean;
}

/** Memory for so many bytes. */
type Allocate = (length: number) => Buffer;

/** Two buffers in turn: one is being read while the other is filled. Many MiB a second are no work for the garbage collector. */
function inTurn(): Allocate {
  const buffers = [Buffer.allocUnsafeSlow(CHUNK_SIZE), Buffer.allocUnsafeSlow(CHUNK_SIZE)] as const;
  let turn: 0 | 1 = 0;
  return (length) => buffers[(turn = turn === 0 ? 1 : 0)].subarray(0, length);
}

/** See StorageVolume.openDownload(). */
export function openDownload(volume: StorageVolume, options: Place, allocate: Allocate = inTurn()): VolumeDownload {
  checkPlace(options);
  const { timeout, sparse = false } = options;
  let position = options.offset ?? 0;
  const end = options.length ? position + options.length : Infinity;
  let slice: Slice | null = null;
  /** The last slice was a hole from its start to its end: a whole one of many GiB need not be asked for slice by slice. */
  let inHole = false;
  let closed = false;

  async function open(): Promise<Slice> {
    const probe = inHole;
    inHole = false;
    const length = probe ? end - position : Math.min(SLICE_SIZE, end - position);
    const most = Number.isFinite(length) ? length : 0;
    const flags = sparse ? VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM : 0;
    const handle = await openStream(volume.connection, options, (stream) =>
      native.virStorageVolDownload(volume.handle, stream, position, most, flags, timeout),
    );
    return { handle, start: position, end: position + length, probe };
  }

  function giveUp({ handle }: Slice): Promise<void> {
    slice = null;
    return abortStream(handle, timeout);
  }

  /** The next of the slice: undefined where it has nothing (more) to give. */
  async function take(from: Slice): Promise<Buffer | number | null | undefined> {
    const flags = sparse ? VIR_STREAM_RECV_STOP_AT_HOLE : 0;
    // Whole chunks: what waits for each of them costs more than its bytes.
    const got = await native.virStreamRecvFlags(from.handle, CHUNK_SIZE, flags, true, timeout);
    if (got !== null && got <= 0) {
      inHole = !from.probe && position === from.start && position - got === from.end;
      position -= got;
      if (from.probe) await giveUp(from);
      return got < 0 ? -got : undefined;
    }
    if (got !== null && !from.probe) {
      position += got;
      return received(from.handle, allocate(got));
    }
    if (got !== null) {
      await giveUp(from);
      return undefined;
    }
    slice = null;
    await native.virStreamFinish(from.handle, timeout);
    native.release(from.handle);
    return position < from.end ? null : undefined;
  }

  return {
    receive: async () => {
      while (!closed && position < end) {
        slice ??= await open();
        if (isClosed()) await giveUp(slice);
        else {
          const got = await take(slice);
          if (got !== undefined) return got;
        }
      }
      return null;
    },
    close: async () => {
      closed = true;
      if (slice !== null) await giveUp(slice);
    },
  };

  /** It may have been closed while a slice was being opened. */
  function isClosed(): boolean {
    return closed;
  }
}

/** See StorageVolume.openUpload(). */
export async function openUpload(volume: StorageVolume, options: Place): Promise<VolumeUpload> {
  checkPlace(options);
  const { timeout, sparse = false, offset = 0, length = 0 } = options;
  const flags = sparse ? VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM : 0;
  const handle = await openStream(volume.connection, options, (stream) =>
    native.virStorageVolUpload(volume.handle, stream, offset, length, flags, timeout),
  );
  let over = false;
  return {
    send: (data) => sendAll(handle, data, timeout),
    sendHole: (bytes) => native.virStreamSendHole(handle, bytes, 0, timeout),
    finish: async () => {
      await native.virStreamFinish(handle, timeout);
      over = true;
      native.release(handle);
    },
    abort: async () => {
      if (over) return;
      over = true;
      await abortStream(handle, timeout);
    },
  };
}

/** See StorageVolume.download(). */
export function volumeReadable(volume: StorageVolume, options: TransferOptions): Readable {
  // They wait in the stream's own buffer: each needs its own memory.
  const download = openDownload(volume, options, (length) => Buffer.allocUnsafeSlow(length));
  return new Readable({
    signal: options.signal,
    highWaterMark: CHUNK_SIZE,
    read() {
      download.receive().then(
        (chunk) => this.push(chunk),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, done) {
      void download.close().then(() => {
        done(error);
      });
    },
  });
}

/** See StorageVolume.upload(). */
export function volumeWritable(volume: StorageVolume, options: TransferOptions): Writable {
  checkPlace(options);
  let upload: VolumeUpload | null = null;
  const settle = (work: Promise<void>, done: (error?: Error | null) => void): void => {
    work.then(() => {
      done();
    }, done);
  };
  return new Writable({
    signal: options.signal,
    highWaterMark: CHUNK_SIZE,
    construct(done) {
      const open = async (): Promise<void> => {
        upload = await openUpload(volume, options);
      };
      settle(open(), done);
    },
    write(chunk: Buffer, _encoding, done) {
      settle(upload ? upload.send(chunk) : Promise.reject(new Error('the upload has ended')), done);
    },
    final(done) {
      settle(upload ? upload.finish() : Promise.resolve(), done);
    },
    destroy(error, done) {
      const open = upload;
      upload = null;
      void (open ? open.abort() : Promise.resolve()).then(() => {
        done(error);
      });
    },
  });
}
