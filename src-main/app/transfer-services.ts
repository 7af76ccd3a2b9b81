/** What the window can ask of transfers: one handler a channel. */
import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { OfferedFile } from '../../src-core/contract/transfer.ts';
import { HEAD_LENGTH } from '../../src-core/media/recognise.ts';
import type { MediumContent } from '../../src-core/media/recognise.ts';
import { readMedium } from './read-medium.ts';
import type { Handlers } from './services.ts';
import { fileFacts } from './transfers/local-file.ts';
import type { Transfers } from './transfers/transfers.ts';

export type TransferChannel = Extract<keyof Handlers, `transfers.${string}` | 'files.choose'>;

/** The questions that only the main process can ask. */
export interface FileQuestions {
  /** Paths of files to read; none: the question was cancelled. */
  readonly choose: (many: boolean) => Promise<readonly string[]>;
  /** Where to write, beginning with that name; a file that is there may go: the person was asked. Null: cancelled. */
  readonly target: (name: string) => Promise<string | null>;
}

export interface OfferedFiles {
  /** A file that a person chose or dropped. Rejects with file-unreadable. */
  readonly offer: (path: string) => Promise<OfferedFile>;
  /** The path behind a token. Throws file-unreadable. */
  readonly path: (token: string) => string;
}

/** The window never names a path: it holds a token for each file that a person gave it. */
export function createOfferedFiles(): OfferedFiles {
  const paths = new Map<string, string>();
  return {
    offer: async (path) => {
      const facts = await fileFacts(path);
      const content = await contentOf(path, facts.size);
      const token = randomUUID();
      paths.set(token, path);
      return { token, name: basename(path), ...facts, content };
    },
    path: (token) => {
      const path = paths.get(token);
      if (path === undefined) throw new SalvorError('file-unreadable', { path: token }, 'it was not offered');
      return path;
    },
  };
}

/** What a file is by its own bytes, whatever it is called. Rejects with file-unreadable. */
async function contentOf(path: string, size: number): Promise<MediumContent> {
  try {
    const file = await open(path, 'r');
    try {
      const read = async (at: number, length: number): Promise<Uint8Array> => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
        return buffer.subarray(0, bytesRead);
      };
      const head = await read(0, Math.min(size, HEAD_LENGTH));
      const { content } = await readMedium(head, size, (ranges) =>
        Promise.all(ranges.map(({ at, length }) => read(at, length))),
      );
      return content;
    } finally {
      await file.close();
    }
  } catch (problem) {
    const words = problem instanceof Error ? problem.message : String(problem);
    throw new SalvorError('file-unreadable', { path }, words);
  }
}

/** A volume's name as one to begin a file name with: in the folder that the dialog opens, not hidden there, and read as it is written. */
function fileNameFor(volume: string): string {
  const name = volume.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\]/gu, '-').replace(/^\.+/, '');
  return name === '' ? 'volume' : name;
}

export interface TransferHandlersOptions {
  readonly transfers: Transfers;
  readonly offered: OfferedFiles;
  readonly files: FileQuestions;
}

export function createTransferHandlers(options: TransferHandlersOptions): Pick<Handlers, TransferChannel> {
  const { transfers, offered, files } = options;
  return {
    'files.choose': async () => Promise.all((await files.choose(true)).map((path) => offered.offer(path))),
    'transfers.list': () => transfers.list(),
    'transfers.room': ({ token, from, to }) => {
      if (token !== null) return transfers.room({ file: offered.path(token) }, to);
      if (from !== null) return transfers.room({ from }, to);
      throw new SalvorError('invalid-message');
    },
    'transfers.upload': ({ token, to, options: chosen }) =>
      transfers.upload({ file: offered.path(token), to, options: chosen }),
    'transfers.download': async ({ from, options: chosen }) => {
      const file = await files.target(fileNameFor(from.name));
      return file === null ? null : transfers.download({ from, file, replace: true, options: chosen });
    },
    'transfers.copy': (order) => transfers.copy(order),
    'transfers.cancel': async ({ transferId }) => {
      await transfers.cancel(transferId);
      return null;
    },
    'transfers.resume': ({ transferId }) => transfers.resume(transferId),
    'transfers.forget': ({ transferId }) => {
      transfers.forget(transferId);
      return null;
    },
  };
}
