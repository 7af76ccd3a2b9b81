/** Moving bytes from one end to the other, and reading them again. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { lengthOf } from './ends.ts';
import type { Piece, PieceReader, Sink, Source } from './ends.ts';

/**
 * How often an upload is brought to an end that the host confirms, in milliseconds: what a lost connection costs at most. Not more often,
 * since libvirt reads the whole pool again after each.
 */
export const CONFIRM_MS = 20_000;

const ZEROS = Buffer.alloc(1024 * 1024);

/** How far a transfer is; written by the pump alone. */
export interface Progress {
  /** Bytes, holes included. */
  done: number;
  /** Bytes that went over the connection. */
  sent: number;
  /** What the other side is known to have: from there it can be gone on. */
  confirmed: number;
  /** Of all up to `confirmed`; null: no checksum is wanted. */
  hash: Hash | null;
}

/** A hole as the zeros that it is read as, where holes cannot be kept: no more at once than a piece has. */
function* spelledOut(piece: Piece, sparse: boolean): Generator<Piece> {
  if (sparse || typeof piece !== 'number') {
    yield piece;
    return;
  }
  for (let left = piece; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, Math.min(left, ZEROS.length));
}

/** A checksum has no holes. Many GiB of zeros take seconds: others get a turn in between. */
async function addTo(hash: Hash, piece: Piece, signal: AbortSignal): Promise<void> {
  if (typeof piece !== 'number') {
    hash.update(piece);
    return;
  }
  for (const zeros of spelledOut(piece, false)) {
    signal.throwIfAborted();
    hash.update(zeros as Uint8Array);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** All pieces from now on; the next one is read while one is being used. The reader is closed in any case. */
async function* pieces(reader: PieceReader, signal: AbortSignal): AsyncGenerator<Piece> {
  const ahead = (): Promise<Piece | null> => {
    const piece = reader.next();
    // It is looked at later; until then a failure is not an unhandled one.
    piece.catch(() => undefined);
    return piece;
  };
  let next = ahead();
  try {
    for (;;) {
      const piece = await next;
      if (piece === null) return;
      signal.throwIfAborted();
      next = ahead();
      yield piece;
    }
  } finally {
    await next.catch(() => undefined);
    await reader.close();
  }
}

/**
 * Move what is left, from `progress.confirmed` on. Rejects with what an end rejects with, or when `signal` is aborted; both ends have let go
 * of their streams then, and `progress` tells how far the other side has it.
 */
export async function move(
  source: Source,
  sink: Sink,
  progress: Progress,
  { signal, confirmMs }: { readonly signal: AbortSignal; readonly confirmMs: number },
): Promise<void> {
  progress.done = progress.confirmed;
  const hash = progress.hash?.copy() ?? null;
  let writer = await sink.write(progress.confirmed);
  let since = performance.now();
  const confirm = async (): Promise<void> => {
    await writer.finish();
    Object.assign(progress, { confirmed: progress.done, hash: hash?.copy() ?? null });
    since = performance.now();
  };
  try {
    for await (const piece of pieces(await source.read(progress.confirmed), signal)) {
      for (const part of spelledOut(piece, sink.sparse)) {
        signal.throwIfAborted();
        const written = writer.write(part);
        // Meanwhile: the bytes are on their way already.
        if (hash !== null && typeof part !== 'number') hash.update(part);
        await written;
        if (hash !== null && typeof part === 'number') await addTo(hash, part, signal);
        progress.done += lengthOf(part);
        if (typeof part !== 'number') progress.sent += part.length;
      }
      if (performance.now() - since > confirmMs) {
        await confirm();
        writer = await sink.write(progress.confirmed);
      }
    }
    await confirm();
  } catch (error) {
    await writer.abort();
    // What is written on this computer is there at once.
    if (sink.local) await confirm();
    throw error;
  }
}

export interface Checksum {
  /** In hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Of all that a reader gives. `onward` hears how far it is. Rejects as move() does. */
export async function checksum(
  reader: PieceReader,
  onward: (done: number) => void,
  signal: AbortSignal,
): Promise<Checksum> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of pieces(reader, signal)) {
    await addTo(hash, piece, signal);
    bytes += lengthOf(piece);
    onward(bytes);
  }
  return { sha256: hash.digest('hex'), bytes };
}
