/** What a migration is asked for, told of, and steered by. */
import type { MigrationInputs, MigrationPlan, MigrationProgress } from '../../../src-core/migration/types.ts';
import type { MigrationRequest } from '../../../src-core/migration/types.ts';
import type { DomainRef } from '../../libvirt/port.ts';
import type { Journal } from '../journal-port.ts';
import type { RunReport } from '../run.ts';

export interface MigrateOrder {
  readonly domain: DomainRef;
  readonly request: MigrationRequest;
  /** What the administrator saw and confirmed; null: nothing was shown, the plan of this run counts. */
  readonly confirmed: { readonly fingerprint: string; readonly inputs: MigrationInputs | null } | null;
  /** user@workstation */
  readonly by: string;
  /** Of the operation in the journal. */
  readonly id: string;
  readonly journal: Journal;
}

export interface MigrateReport extends RunReport {
  readonly progress: (progress: MigrationProgress) => void;
  /** The plan of this run, before it is known whether it may be carried out. With passwords. */
  readonly planned?: (plan: MigrationPlan) => void;
}

/** For whoever watches a migration that is under way. */
export interface MigrationControls {
  /** Throws not-supported where the migration was not begun so that it may, and what libvirt refuses it with. */
  readonly startPostCopy: () => Promise<void>;
  readonly setMaxDowntime: (milliseconds: number) => Promise<void>;
}

export interface Migrated {
  readonly plan: MigrationPlan;
  /** What is worth telling, in sentences. */
  readonly remarks: readonly string[];
}
