/**
 * The library on this computer: one file, for its owner alone, shared by the window and the command line. A change is made to the file as
 * it is at that moment, under a lock, and takes its place at once or not at all; nothing that could not be read is ever written over.
 */
import { unwatchFile, watchFile } from 'node:fs';
import { join } from 'node:path';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { Library, LibraryListing } from '../../../src-core/library/types.ts';
import { codeOf, prepareFolder, problemOf, readWhole, replaceFile, stampOf } from '../journal-files.ts';
import { stateFolder } from '../state-folder.ts';
import { LONGEST_FILE, NO_FILE, readLibrary, writeLibrary } from './file.ts';
import type { LibraryFile } from './file.ts';
import { withLock } from './lock.ts';

const NAME = 'library.json';
/** How soon a change by another process is noticed. */
const WATCH_MS = 1000;

export interface LibraryStore {
  /** Path of its file. */
  readonly file: string;
  /** What is in it now. Never rejects: what cannot be read is told in it. */
  readonly list: () => Promise<LibraryListing>;
  /**
   * Change it: `change` is given the library as it is in the file, and answers with the next one (the same: nothing is written) and what is
   * to be told of it. Throws what `change` throws, and library-unwritable; then the file is as it was.
   */
  readonly change: <T>(change: (library: Library) => readonly [Library, T]) => Promise<T>;
  /** Listen to changes, whoever makes them. Returns what stops it. */
  readonly watch: (listener: () => void) => () => void;
}

type Read = LibraryFile | { readonly problem: string };

/** The library of this person on this computer. */
export function openLibrary(): LibraryStore {
  return createLibraryStore(join(stateFolder(), 'library'));
}

export function createLibraryStore(folder: string): LibraryStore {
  const file = join(folder, NAME);
  const unwritable = (problem: string, detail: string | null = null) =>
    new SalvorError('library-unwritable', { file, problem }, detail);
  const read = async (): Promise<Read> => {
    try {
      const bytes = await readWhole(folder, NAME);
      return readLibrary(bytes.toString('utf8'));
    } catch (error) {
      return codeOf(error) === 'ENOENT' ? NO_FILE : { problem: problemOf(error) };
    }
  };
  // It is asked for at each preview, and changes seldom.
  let known: { readonly stamp: string; readonly read: Read } | null = null;
  const readKnown = async (): Promise<Read> => {
    const stamp = await stampOf(folder, NAME);
    if (stamp !== null && known?.stamp === stamp) return known.read;
    const now = await read();
    known = stamp === null ? null : { stamp, read: now };
    return now;
  };
  const write = async (library: Library, rest: LibraryFile['rest']): Promise<void> => {
    const text = writeLibrary(library, rest);
    if (text.length > LONGEST_FILE) throw unwritable(`it would be longer than ${LONGEST_FILE} characters`);
    try {
      await prepareFolder(folder, Buffer.byteLength(text));
      await replaceFile(folder, NAME, Buffer.from(text));
    } catch (error) {
      throw unwritable(problemOf(error), codeOf(error) || null);
    }
  };
  return {
    file,
    list: async () => {
      const now = await readKnown();
      if ('problem' in now) return { media: [], defaults: [], file, unread: [], locked: now.problem };
      return { ...now.library, file, unread: now.unread, locked: null };
    },
    change: async (change) => {
      const done = await withLock(folder, async () => {
        const before = await read();
        if ('problem' in before) throw unwritable(before.problem);
        const [after, told] = change(before.library);
        if (after !== before.library) await write(after, before.rest);
        return told;
      });
      if (done === null) throw unwritable('another Salvor is writing it, and does not come to an end');
      return done.value;
    },
    watch: (listener) => {
      // A stat a second: it also sees a file that is not there yet, and one on a network.
      const changed = () => listener();
      watchFile(file, { persistent: false, interval: WATCH_MS }, changed);
      return () => unwatchFile(file, changed);
    },
  };
}
