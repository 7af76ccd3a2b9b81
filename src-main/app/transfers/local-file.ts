/** A file of this computer as one end of a transfer. */
import { randomUUID } from 'node:crypto';
import { open, rename, rm, stat, statfs } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { PieceReader, PieceWriter, Sink, Source } from './ends.ts';

/** Read at once. The next piece is read while one is on its way: two of them are all the memory it takes. */
const READ_SIZE = 1024 * 1024;

/**
 * Written at once, the parts of a piece side by side. Linux gives a large write large pages, which it finds only where memory has long been
 * free; of a virtual machine the host has taken that back, and giving it out again takes longer than the writing.
 */
const WRITE_SIZE = 128 * 1024;

/** Data or a hole at a place of an open file; see Hypervisor.fileSection. Null: this computer cannot tell. */
export type FindSection = (
  fd: number,
  at: number,
) => Promise<{ readonly data: boolean; readonly length: number } | null>;

const ALL_DATA: FindSection = () => Promise.resolve(null);

/** A Node error's own words. */
function wordsOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}

export interface FileFacts {
  readonly size: number;
  readonly allocated: number;
}

/** Rejects with file-unreadable, for what is no regular file, too: a device or a pipe has no size to go by. */
export async function fileFacts(path: string): Promise<FileFacts> {
  const facts = await stat(path).catch((problem: unknown) => {
    throw new SalvorError('file-unreadable', { path }, wordsOf(problem));
  });
  if (!facts.isFile()) throw new SalvorError('file-unreadable', { path }, 'it is not a regular file');
  // Windows has no count of blocks.
  const allocated = (facts.blocks as number | undefined) === undefined ? facts.size : facts.blocks * 512;
  return { size: facts.size, allocated: Math.min(facts.size, allocated) };
}

/** Bytes free on the file system of a folder, for this user; null: not told. */
export async function freeInFolder(folder: string): Promise<number | null> {
  const facts = await statfs(folder).catch(() => null);
  return facts === null ? null : facts.bavail * facts.bsize;
}

/** Open a file to be sent. Rejects with file-unreadable. */
export async function fileSource(path: string, section: FindSection): Promise<Source> {
  const { size, allocated } = await fileFacts(path);
  const file = await open(path, 'r').catch((problem: unknown) => {
    throw new SalvorError('file-unreadable', { path }, wordsOf(problem));
  });
  const first = await file.stat();
  return {
    size,
    allocated,
    read: (at) => Promise.resolve(fileReader(file, at, section)),
    // What lies under the path now, too: an editor that replaces the file leaves the open one as it was.
    check: async () => {
      for (const now of [await file.stat(), await stat(path).catch(() => null)])
        if (now?.size !== first.size || now.mtimeMs !== first.mtimeMs || now.ino !== first.ino)
          throw new SalvorError('transfer-failed', {
            name: basename(path),
            problem: 'the file changed while it was being sent',
            unchanged: 'The file is as its other user left it.',
          });
    },
    close: () => file.close().catch(() => undefined),
  };
}

function fileReader(file: FileHandle, at: number, section: FindSection): PieceReader {
  const buffers = [Buffer.allocUnsafeSlow(READ_SIZE), Buffer.allocUnsafeSlow(READ_SIZE)] as const;
  let turn = 0;
  let position = at;
  /** Where the section of data that is being read ends. */
  let dataEnd = at;
  return {
    next: async () => {
      if (position >= dataEnd) {
        const found = await section(file.fd, position);
        if (found === null) dataEnd = Infinity;
        else if (found.length === 0) return null;
        else if (found.data) dataEnd = position + found.length;
        else {
          position += found.length;
          dataEnd = position;
          return found.length;
        }
      }
      const buffer = buffers[(turn = 1 - turn) as 0 | 1];
      const { bytesRead } = await file.read(buffer, 0, Math.min(READ_SIZE, dataEnd - position), position);
      position += bytesRead;
      return bytesRead === 0 ? null : buffer.subarray(0, bytesRead);
    },
    close: () => Promise.resolve(),
  };
}

/**
 * A file that is written. Until it is complete it stands beside its place under a name of its own, so that nobody takes half of it for the
 * whole. `replace`: a file that is there may go, since the person said so.
 */
export function fileSink(path: string, size: number, replace: boolean): Sink {
  const part = join(dirname(path), `.salvor-${randomUUID().slice(0, 8)}.part`);
  const unwritable = (problem: unknown) => new SalvorError('file-unwritable', { path }, wordsOf(problem));
  let file: FileHandle | null = null;
  const close = async (): Promise<void> => {
    const open = file;
    file = null;
    await open?.close();
  };
  return {
    sparse: true,
    local: true,
    create: async () => {
      if (!replace && (await stat(path).catch(() => null)) !== null) throw new SalvorError('file-exists', { path });
      file = await open(part, 'wx+', 0o600).catch((problem: unknown) => {
        throw unwritable(problem);
      });
    },
    check: async (confirmed) => {
      const facts = await stat(part).catch(() => null);
      if (facts === null || facts.size < confirmed)
        throw unwritable(new Error('what had been written of it is not there any more'));
    },
    write: async (at) => {
      file ??= await open(part, 'r+');
      return fileWriter(file, at);
    },
    readBack: async (at) => {
      file ??= await open(part, 'r+');
      return fileReader(file, at, ALL_DATA);
    },
    complete: async () => {
      // A hole at the end is written by nothing but the length.
      await file?.truncate(size);
      await close();
      if (!replace && (await stat(path).catch(() => null)) !== null) throw new SalvorError('file-exists', { path });
      await rename(part, path).catch((problem: unknown) => {
        throw unwritable(problem);
      });
    },
    discard: async () => {
      await close();
      await rm(part, { force: true });
    },
    close: () => close().catch(() => undefined),
  };
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, at + written);
    written += bytesWritten;
  }
}

function fileWriter(file: FileHandle, at: number): PieceWriter {
  let position = at;
  return {
    write: async (piece) => {
      if (typeof piece === 'number') {
        position += piece;
        await file.truncate(position);
        return;
      }
      const at = position;
      const parts = Array.from({ length: Math.ceil(piece.length / WRITE_SIZE) }, (_, index) => index * WRITE_SIZE);
      const writes = parts.map((start) => writeAll(file, piece.subarray(start, start + WRITE_SIZE), at + start));
      // Also those that go on after one has failed: nothing may be written after this.
      for (const write of await Promise.allSettled(writes)) if (write.status === 'rejected') throw write.reason;
      position += piece.length;
    },
    finish: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  };
}
