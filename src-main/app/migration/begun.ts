/** A migration that is in the journal, as far as it has come. */
import type { MigrationInputs, MigrationPlan } from '../../../src-core/migration/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import type { JournalWriter } from '../journal-port.ts';
import type { MigrateOrder, MigrateReport, MigrationControls } from './order.ts';
import type { CarriedSecret } from './secrets.ts';
import type { RecordedMigration } from './sides.ts';

export interface BegunMigration {
  readonly source: Hypervisor;
  readonly destination: Hypervisor;
  readonly order: MigrateOrder;
  readonly report: MigrateReport;
  readonly signal: AbortSignal;
  readonly controls: ((controls: MigrationControls) => void) | null;
  readonly writer: JournalWriter;
  readonly inputs: MigrationInputs;
  readonly plan: MigrationPlan;
  readonly recorded: RecordedMigration;
  /** Secrets of which something is at the destination, or may be. */
  readonly carried: CarriedSecret[];
  /** libvirt was asked to migrate. */
  asked: boolean;
  /** What is worth telling, in sentences. */
  readonly remarks: string[];
}

/** Volumes that libvirt makes for the copies: those that are not there now. */
export function volumesMade({ disks }: MigrationPlan): string[] {
  return disks.flatMap(({ way, seen, there, destination }) =>
    way === 'copy' && seen === 'absent' && there === null && destination !== null ? [destination] : [],
  );
}

export const hostsOf = ({ plan }: Pick<BegunMigration, 'plan'>) => ({ from: plan.from.hostname, to: plan.to.hostname });
