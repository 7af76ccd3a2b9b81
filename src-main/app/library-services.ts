/** What the window can ask of the media library: one handler a channel. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { Handlers } from './services.ts';

export type LibraryChannel = Extract<keyof Handlers, `library.${string}`>;

export function createLibraryHandlers(): Pick<Handlers, LibraryChannel> {
  const notYet = (what: string) => () => {
    throw new SalvorError('not-supported', { what });
  };
  return {
    'library.list': notYet('library.list'),
    'library.save': notYet('library.save'),
    'library.remove': notYet('library.remove'),
    'library.setDefault': notYet('library.setDefault'),
    'library.where': notYet('library.where'),
    'library.look': notYet('library.look'),
    'library.export': notYet('library.export'),
    'library.put': notYet('library.put'),
  };
}
