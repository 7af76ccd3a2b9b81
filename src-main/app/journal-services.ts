/** What the window can ask of the journal, of unfinished operations and of leftovers: one handler a channel. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { withoutPasswords } from '../../src-core/journal/report.ts';
import type { AppEvent } from '../../src-core/contract/schemas.ts';
import { sentence } from '../../src-core/rescue/findings.ts';
import { lockHolder } from './domain-lock.ts';
import { exportHistory, exportName, listHistory } from './history.ts';
import type { Hosts } from './hosts.ts';
import type { Journal } from './journal-port.ts';
import { findLeftovers, removeLeftovers } from './leftovers.ts';
import { restoredText, restoreVariables } from './nvram-restore.ts';
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
  readonly saveFile: (name: string, content: string | Uint8Array) => Promise<string | null>;
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
  return {
    'history.list': ({ uuid }) => listHistory(journal, { domain: uuid ?? undefined }, lockHolder),
    'history.entry': async ({ id }) => withoutPasswords(await journal.entry(id)),
    'history.export': async ({ ids, format }) =>
      saveFile(exportName(new Date(), format), await exportHistory(journal, ids, [], format)),
    ...unfinishedHandlers(options),
    ...fileHandlers(options),
  };
}

/** What sessions left behind on a host, and what was kept of a guest before one. */
function fileHandlers({
  journal,
  hosts,
  operations,
  emit,
  newId,
  user: by,
}: JournalHandlersOptions): Pick<Handlers, 'nvram.restore' | 'leftovers.list' | 'leftovers.remove'> {
  const lookAt = (hostId: string) => ({ hypervisor: hosts.connected(hostId).hypervisor, journal, by });
  return {
    'nvram.restore': ({ operationId, machine }) => {
      const { hypervisor, inventory } = hosts.connected(machine.hostId);
      const name = inventory.row(machine.uuid)?.name ?? machine.uuid;
      const order = { operationId, domain: { uuid: machine.uuid, name }, to: null, by, newId: newId(), journal };
      const first = { id: 'check', text: sentence('step-check-nvram', { domain: name }).text };
      return operations.start('nvram', machine, name, first, async (report) => {
        const { path, undo } = await restoreVariables(hypervisor, order, report);
        return [restoredText(path, undo)];
      });
    },
    'leftovers.list': async ({ hostId }) => {
      const found = await findLeftovers(lookAt(hostId));
      // Entries may have been closed by that.
      if (found.endedUnseen.length > 0) emit({ type: 'unfinished-changed' });
      return found;
    },
    'leftovers.remove': async ({ hostId, ids }) => {
      const removals = await removeLeftovers(lookAt(hostId), ids);
      emit({ type: 'unfinished-changed' });
      return removals;
    },
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
  const connected = () =>
    hosts
      .list()
      .filter(({ state }) => state === 'connected')
      .map(({ id }) => ({ id, hypervisor: hosts.connected(id).hypervisor }));
  return {
    'unfinished.list': () => listUnfinished(journal, connected()),
    'unfinished.resume': async ({ operationId, machine, way, situation, stop }) => {
      const { hypervisor, inventory } = hosts.connected(machine.hostId);
      const { began } = await journal.entry(operationId);
      // A way is chosen for one machine: the one that the entry is about.
      if (began.domain.uuid !== machine.uuid) throw new SalvorError('entry-not-found', { id: operationId });
      const name = inventory.row(machine.uuid)?.name ?? began.domain.name;
      const order = { operationId, way, seen: situation, stop, by, newId, journal, hosts: connected() };
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
