/** What the window can ask of migrations: one handler a channel. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { MigrationUnderWay } from '../../src-core/contract/migration-schemas.ts';
import type { AppEvent, MachineKey, MachineRow } from '../../src-core/contract/schemas.ts';
import { sentence } from '../../src-core/rescue/findings.ts';
import type { Connected, Hosts } from './hosts.ts';
import type { Journal } from './journal-port.ts';
import type { MigrationControls } from './migration/order.ts';
import { createMigrationPreviews } from './migration/preview.ts';
import { migrate } from './migration/run.ts';
import type { Operations } from './operations.ts';
import type { Handlers } from './services.ts';

export type MigrationChannel = Extract<keyof Handlers, `migration.${string}`>;

export interface MigrationHandlersOptions {
  readonly hosts: Hosts;
  readonly operations: Operations;
  readonly journal: Journal;
  readonly emit: (event: AppEvent) => void;
  readonly newId: () => string;
  /** user@workstation */
  readonly user: string;
  /** Throws not-connected and domain-not-found. */
  readonly machine: (key: MachineKey) => { readonly host: Connected; readonly row: MachineRow };
}

/** Of an operation that is under way. */
interface Steered {
  progress: MigrationUnderWay['progress'] | null;
  controls: MigrationControls | null;
}

export function createMigrationHandlers(options: MigrationHandlersOptions): Pick<Handlers, MigrationChannel> {
  const { hosts, operations, journal, emit, newId, user, machine } = options;
  const previews = createMigrationPreviews();
  const underWay = new Map<string, Steered>();
  const controlsOf = (operationId: string): MigrationControls => {
    const controls = underWay.get(operationId)?.controls ?? null;
    if (controls === null) throw new SalvorError('not-supported', { what: 'no such migration is under way' });
    return controls;
  };
  return {
    'migration.preview': ({ machine: key, to, request }) =>
      previews.preview(machine(key).host.hypervisor, hosts.connected(to).hypervisor, key.uuid, request),
    'migration.start': ({ machine: key, to, request, fingerprint }) => {
      const { host, row } = machine(key);
      const destination = hosts.connected(to).hypervisor;
      const domain = { uuid: row.uuid, name: row.name };
      const confirmed = { fingerprint, inputs: previews.inputsOf(fingerprint) };
      const order = { domain, request, confirmed, by: user, id: newId(), journal };
      const steered: Steered = { progress: null, controls: null };
      const named = { id: '' };
      const first = { id: 'check', text: sentence('migrate-step-check').text };
      const operation = operations.start('migrate', key, row.name, first, async (report, signal) => {
        try {
          const told = (progress: MigrationUnderWay['progress']) => {
            steered.progress = progress;
            emit({ type: 'migration-progress', operationId: named.id, progress });
          };
          const watched = { ...report, progress: told };
          const { remarks } = await migrate(
            host.hypervisor,
            destination,
            order,
            watched,
            signal,
            (controls) => (steered.controls = controls),
          );
          return remarks;
        } finally {
          underWay.delete(named.id);
        }
      });
      // The work tells nothing before its first wait.
      named.id = operation.id;
      underWay.set(operation.id, steered);
      return operation;
    },
    'migration.underWay': () =>
      [...underWay].flatMap(([operationId, { progress }]) => (progress === null ? [] : [{ operationId, progress }])),
    'migration.startPostCopy': async ({ operationId }) => {
      await controlsOf(operationId).startPostCopy();
      return null;
    },
    'migration.setMaxDowntime': async ({ operationId, milliseconds }) => {
      await controlsOf(operationId).setMaxDowntime(milliseconds);
      return null;
    },
  };
}
