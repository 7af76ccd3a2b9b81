/** What the window can ask of the journal, of unfinished operations and of leftovers: one handler a channel. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { withoutPasswords } from '../../src-core/journal/report.ts';
import type { AppEvent } from '../../src-core/contract/schemas.ts';
import { sentence } from '../../src-core/rescue/findings.ts';
import { lockHolder } from './domain-lock.ts';
import { exportHistory, exportName, listHistory } from './history.ts';
import type { Hosts } from './hosts.ts';
import type { Journal } from './journal-port.ts';
import type { Operations } from './operations.ts';
import { forgetOperation, resumeOperation } from './resume.ts';
import type { Handlers } from './services.ts';
import { listUnfinished } from './unfinished.ts';

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

export interface JournalHandlersOptions extends JournalServicesOptions {
  readonly hosts: Hosts;
  readonly operations: Operations;
  readonly emit: (event: AppEvent) => void;
  readonly newId: () => string;
  /** user@workstation */
  readonly user: string;
}

export function createJournalHandlers(options: JournalHandlersOptions): Pick<Handlers, JournalChannel> {
  const { journal, saveFile } = options;
  const notYet = (what: string) => () => {
    throw new SalvorError('not-supported', { what });
  };
  return {
    'history.list': ({ uuid }) => listHistory(journal, { domain: uuid ?? undefined }, lockHolder),
    'history.entry': async ({ id }) => withoutPasswords(await journal.entry(id)),
    'history.export': async ({ ids, format }) =>
      saveFile(exportName(new Date(), format), await exportHistory(journal, ids, [], format)),
    ...unfinishedHandlers(options),
    'nvram.restore': notYet('nvram.restore'),
    'leftovers.list': notYet('leftovers.list'),
    'leftovers.remove': notYet('leftovers.remove'),
  };
}

function unfinishedHandlers({
  journal,
  hosts,
  operations,
  emit,
  newId,
  user: by,
}: JournalHandlersOptions): Pick<Handlers, 'unfinished.list' | 'unfinished.resume' | 'unfinished.forget'> {
  return {
    'unfinished.list': () =>
      listUnfinished(
        journal,
        hosts
          .list()
          .filter(({ state }) => state === 'connected')
          .map(({ id }) => ({ id, hypervisor: hosts.connected(id).hypervisor })),
      ),
    'unfinished.resume': async ({ operationId, machine, way, stop }) => {
      const { hypervisor, inventory } = hosts.connected(machine.hostId);
      const { began } = await journal.entry(operationId);
      // A way is chosen for one machine: the one that the entry is about.
      if (began.domain.uuid !== machine.uuid) throw new SalvorError('entry-not-found', { id: operationId });
      const name = inventory.row(machine.uuid)?.name ?? began.domain.name;
      const order = { operationId, way, seen: null, stop, by, newId, journal };
      const first = { id: 'check', text: sentence('step-check').text };
      return operations.start('resume', machine, name, first, async (report, signal) => {
        const { notes } = await resumeOperation(hypervisor, order, report, signal);
        return notes;
      });
    },
    'unfinished.forget': async ({ operationId }) => {
      await forgetOperation(journal, operationId, by);
      emit({ type: 'unfinished-changed' });
      return null;
    },
  };
}
