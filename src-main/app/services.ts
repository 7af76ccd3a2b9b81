/** All that the window can ask for: one handler a channel. Knows neither Electron nor libvirt. */
import type { ChannelInput, ChannelName, ChannelOutput } from '../../src-core/contract/channels.ts';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { AppEvent, MachineKey, MachineRow, Settings } from '../../src-core/contract/schemas.ts';
import { createHosts } from './hosts.ts';
import { createJournalHandlers } from './journal-services.ts';
import type { JournalServicesOptions } from './journal-services.ts';
import type { Connected, HostEntry, Hosts } from './hosts.ts';
import { fullMachineDetails, machineDetails } from './details.ts';
import type { Log } from './log.ts';
import { createOperations } from './operations.ts';
import type { Operations } from './operations.ts';
import { createMigrationHandlers } from './migration-services.ts';
import { createPowerHandlers } from './power-services.ts';
import { createPictureHandlers } from './picture-services.ts';
import { createRescueHandlers } from './rescue-services.ts';
import type { SettingsService } from './settings.ts';
import { createLibraryHandlers } from './library-services.ts';
import type { LibraryStore } from './library/store.ts';
import { describeVolumes, listPools, lookAtVolume, refreshPool, startPool, volumeNames } from './storage.ts';
import { createOfferedFiles, createTransferHandlers } from './transfer-services.ts';
import type { FileQuestions, OfferedFiles } from './transfer-services.ts';
import { createTransfers } from './transfers/transfers.ts';
import type { Transfers } from './transfers/transfers.ts';
import type { OpenHypervisor } from '../libvirt/port.ts';

export type Handlers = {
  readonly [C in ChannelName]: (input: ChannelInput<C>) => ChannelOutput<C> | Promise<ChannelOutput<C>>;
};

export interface ServicesOptions extends JournalServicesOptions {
  readonly open: OpenHypervisor;
  readonly builtinHosts: readonly HostEntry[];
  readonly settings: SettingsService;
  readonly settingsChanged: (settings: Settings) => void;
  readonly library: LibraryStore;
  readonly files: FileQuestions;
  readonly emit: (event: AppEvent) => void;
  readonly log: Log;
  readonly newId: () => string;
  readonly now: () => Date;
  /** user@workstation: who starts a rescue. */
  readonly user: string;
  readonly info: ChannelOutput<'app.info'>;
}

export interface Services {
  readonly handlers: Handlers;
  readonly hosts: Hosts;
  readonly operations: Operations;
  readonly transfers: Transfers;
  readonly offered: OfferedFiles;
}

export function createServices(options: ServicesOptions): Services {
  const { settings, log, info } = options;
  const emit = alsoOfUnfinished(options.emit);
  const hosts = createHosts({ ...options, emit, builtin: options.builtinHosts });
  const operations = createOperations({ ...options, emit });
  const transfers = createTransfers({ ...options, emit, host: (hostId) => hosts.connected(hostId).hypervisor });
  const offered = createOfferedFiles();
  const machine = ({ hostId, uuid }: MachineKey): { host: Connected; row: MachineRow } => {
    const host = hosts.connected(hostId);
    const row = host.inventory.row(uuid);
    if (row === null) throw new SalvorError('domain-not-found', { domain: uuid, uri: host.entry.uri });
    return { host, row };
  };
  const handlers: Handlers = {
    'app.info': () => info,
    'settings.get': () => settings.get().settings,
    'settings.set': (change) => {
      const next = settings.set({ settings: { ...settings.get().settings, ...withoutUndefined(change) } }).settings;
      options.settingsChanged(next);
      return next;
    },

    'hosts.list': () => hosts.list(),
    'hosts.add': (host) => hosts.add(host),
    'hosts.remove': async ({ hostId }) => {
      await hosts.remove(hostId);
      return null;
    },
    'hosts.connect': ({ hostId }) => {
      hosts.connect(hostId).catch((error: unknown) => log.error('connect', error));
      return null;
    },
    'hosts.disconnect': async ({ hostId }) => {
      await hosts.disconnect(hostId);
      return null;
    },

    'machines.list': () => hosts.machines(),
    'machines.details': (key) => {
      const { host, row } = machine(key);
      return machineDetails(host.hypervisor, row);
    },
    'machines.fullDetails': (key) => {
      const { host, row } = machine(key);
      return fullMachineDetails(host.hypervisor, row, hosts.elsewhere(key.hostId));
    },
    'machines.diskStats': async (key) => {
      const { host, row } = machine(key);
      return [...(await host.hypervisor.diskStats(row.uuid))];
    },
    'pools.list': ({ hostId }) => listPools(hosts.connected(hostId)),
    'pools.names': ({ hostId, pool }) => volumeNames(hosts.connected(hostId), pool),
    'pools.describe': ({ hostId, pool, names }) => describeVolumes(hosts.connected(hostId), pool, names),
    'pools.look': ({ hostId, pool, name }) => lookAtVolume(hosts.connected(hostId), { pool, name }),
    'pools.refresh': ({ hostId, pool }) => refreshPool(hosts.connected(hostId), pool),
    'pools.start': ({ hostId, pool }) => startPool(hosts.connected(hostId), pool),

    ...createRescueHandlers({ ...options, emit, hosts, operations, machine }),
    ...createPowerHandlers({ ...options, operations, machine }),
    ...createMigrationHandlers({ ...options, emit, hosts, operations, machine }),
    'operations.list': () => operations.list(),
    'operations.cancel': ({ operationId }) => {
      operations.cancel(operationId);
      return null;
    },
    ...createJournalHandlers({ ...options, hosts, operations }),
    ...createLibraryHandlers({
      ...options,
      emit,
      hosts,
      transfers,
      chooseFile: async () => (await options.files.choose(false))[0] ?? null,
    }),
    ...createTransferHandlers({ ...options, transfers, offered }),
    ...createPictureHandlers(options),
    'log.renderer-error': ({ message }) => {
      log.error(`window: ${message}`);
      return null;
    },
  };
  options.library.watch(() => emit({ type: 'library-changed' }));
  return { handlers, hosts, operations, transfers, offered };
}

/** Tell of events, and that unfinished operations are to be looked at again: at each connect and loss, and when an operation has ended. */
function alsoOfUnfinished(emit: (event: AppEvent) => void): (event: AppEvent) => void {
  const connected = new Set<string>();
  return (event) => {
    emit(event);
    if (event.type === 'host-changed') {
      const { id, state } = event.host;
      const is = state === 'connected';
      if (is === connected.has(id)) return;
      if (is) connected.add(id);
      else connected.delete(id);
      emit({ type: 'unfinished-changed' });
    } else if (event.type === 'operation-changed' && event.operation.state !== 'running')
      emit({ type: 'unfinished-changed' });
  };
}

/** zod leaves an absent optional key out, but its type allows undefined. */
function withoutUndefined<T extends object>(change: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
