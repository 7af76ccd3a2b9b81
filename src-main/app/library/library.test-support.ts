/** A library in memory, as the one on disk behaves. */
import { EMPTY_LIBRARY } from '../../../src-core/library/edit.ts';
import type { Library } from '../../../src-core/library/types.ts';
import type { LibraryStore } from './store.ts';

export function memoryLibrary(begin: Library = EMPTY_LIBRARY): LibraryStore {
  let library = begin;
  const listeners = new Set<() => void>();
  return {
    file: '/memory/library.json',
    list: () => Promise.resolve({ ...library, file: '/memory/library.json', unread: [], locked: null }),
    change: async (change) => {
      const [after, told] = await Promise.resolve(change(library));
      library = after;
      for (const listener of listeners) listener();
      return told;
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
