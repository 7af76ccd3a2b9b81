import { Duplex } from 'node:stream';
import type { Connection } from './connection.ts';
import type { StreamHandle } from './handles.ts';
import { native } from './native.ts';
import type { CallOptions } from './types.ts';

/** What is read or written in one call: a few of the messages that a stream is made of. */
export const CHUNK_SIZE = 1024 * 1024;

/** A new stream, put to use by `start`; freed again where that fails. */
export async function openStream(
  connection: Connection,
  options: CallOptions | undefined,
  start: (handle: StreamHandle) => Promise<void>,
): Promise<StreamHandle> {
  const handle = await native.virStreamNew(connection.handle, options?.timeout);
  try {
    await start(handle);
    return handle;
  } catch (error) {
    native.release(handle);
    throw error;
  }
}

/** Ends a stream before its end. Never rejects: what matters then is the reason for which it was given up. */
export async function abortStream(handle: StreamHandle, timeout?: number): Promise<void> {
  try {
    await native.virStreamAbort(handle, timeout);
  } catch {
    // The connection has gone, or libvirt has ended the stream already.
  } finally {
    native.release(handle);
  }
}

/** As many bytes as there are, as soon as there are any; null at the end. A hole of a sparse stream is bytes of zero. */
async function receive(handle: StreamHandle, timeout: number | undefined): Promise<Buffer | null> {
  const length = await native.virStreamRecvFlags(handle, CHUNK_SIZE, 0, false, timeout);
  return length === null ? null : received(handle, Buffer.allocUnsafeSlow(length));
}

/** What was received last, which is as long as `target`. */
export function received(handle: StreamHandle, target: Buffer): Buffer {
  native.takeReceived(handle, target);
  return target;
}

/** Reads a stream to its end, at most `limit` bytes. */
export async function readAll(handle: StreamHandle, limit: number, options?: CallOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for (;;) {
      const chunk = await receive(handle, options?.timeout);
      if (chunk === null) break;
      size += chunk.length;
      if (size > limit) throw new RangeError(`more than ${String(limit)} bytes`);
      chunks.push(chunk);
    }
    await native.virStreamFinish(handle, options?.timeout);
  } catch (error) {
    await abortStream(handle, options?.timeout);
    throw error;
  }
  native.release(handle);
  return Buffer.concat(chunks, size);
}

/** Sends all of `data`. */
export async function sendAll(handle: StreamHandle, data: Uint8Array, timeout?: number): Promise<void> {
  for (let sent = 0; sent < data.length;) {
    sent += await native.virStreamSend(handle, data.subarray(sent, sent + CHUNK_SIZE), timeout);
  }
}

const openDuplexes = new WeakMap<Duplex, Connection>();

/** An open stream as Node's, for consoles. It keeps its connection from being collected, which would close it. */
export function streamDuplex(connection: Connection, handle: StreamHandle): Duplex {
  const duplex = new Duplex({
    allowHalfOpen: false,
    read() {
      receive(handle, 0).then(
        (chunk) => this.push(chunk),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    write(chunk: Buffer, _encoding, done) {
      sendAll(handle, chunk, 0).then(() => {
        done();
      }, done);
    },
    destroy(error, done) {
      void abortStream(handle).then(() => {
        done(error);
      });
    },
  });
  openDuplexes.set(duplex, connection);
  return duplex;
}
