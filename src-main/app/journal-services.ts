/** What the window can ask of the journal, of unfinished operations and of leftovers: one handler a channel. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { withoutPasswords } from '../../src-core/journal/report.ts';
import { lockHolder } from './domain-lock.ts';
import { exportHistory, exportName, listHistory } from './history.ts';
import type { Journal } from './journal-port.ts';
import type { Handlers } from './services.ts';

export type JournalChannel =
  | 'history.list'
  | 'history.entry'
  | 'history.export'
  | 'unfinished.list'
  | 'unfinished.resume'
  | 'unfinished.forget'
  | 'nvram.restore'
  | 'leftovers.list'
  | 'leftovers.remove';

export interface JournalServicesOptions {
  readonly journal: Journal;
  /** Ask where to and write; the path, or null where the question was cancelled. */
  readonly saveFile: (name: string, text: string) => Promise<string | null>;
}

export function createJournalHandlers({ journal, saveFile }: JournalServicesOptions): Pick<Handlers, JournalChannel> {
  const notYet = (what: string) => () => {
    throw new SalvorError('not-supported', { what });
  };
  return {
    'history.list': ({ uuid }) => listHistory(journal, { domain: uuid ?? undefined }, lockHolder),
    'history.entry': async ({ id }) => withoutPasswords(await journal.entry(id)),
    'history.export': async ({ ids, format }) =>
      saveFile(exportName(new Date(), format), await exportHistory(journal, ids, [], format)),
    'unfinished.list': notYet('unfinished.list'),
    'unfinished.resume': notYet('unfinished.resume'),
    'unfinished.forget': notYet('unfinished.forget'),
    'nvram.restore': notYet('nvram.restore'),
    'leftovers.list': notYet('leftovers.list'),
    'leftovers.remove': notYet('leftovers.remove'),
  };
}
