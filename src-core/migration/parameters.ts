/** A plan in the words of virDomainMigrate3 and virDomainMigrateToURI3. */
import type { MigrationPlan } from './types.ts';

/** virDomainMigrateFlags that Salvor uses, `VIR_MIGRATE_` left out. */
export const MIGRATION_FLAGS = [
  'LIVE',
  'PEER2PEER',
  'PERSIST_DEST',
  'UNDEFINE_SOURCE',
  'OFFLINE',
  'NON_SHARED_DISK',
  'NON_SHARED_INC',
  'UNSAFE',
  'AUTO_CONVERGE',
  'POSTCOPY',
  'POSTCOPY_RESUME',
  'TLS',
  'PARALLEL',
  'ABORT_ON_ERROR',
] as const;
export type MigrationFlag = (typeof MIGRATION_FLAGS)[number];

/** What the call is given. Both definitions may hold passwords: never logged. */
export interface MigrationCall {
  readonly flags: readonly MigrationFlag[];
  readonly destinationXml: string | null;
  readonly persistentXml: string | null;
  readonly migrateUri: string | null;
  /** Targets that are copied; empty: none. */
  readonly disks: readonly string[];
  readonly disksUri: string | null;
  /** MiB/s */
  readonly bandwidth: number | null;
  /** Connections. */
  readonly parallel: number | null;
}

/**
 * The call of a plan without refusals. Of a guest that is off libvirt passes PERSIST_XML over and keeps DEST_XML there (tried on 9.0): it is
 * given the same as both.
 */
export function migrateCall(plan: MigrationPlan): MigrationCall {
  const persistentXml = plan.persistent?.after ?? null;
  return {
    flags: plan.flags,
    destinationXml: plan.running?.after ?? (plan.flags.includes('OFFLINE') ? persistentXml : null),
    persistentXml,
    migrateUri: plan.parameters.migrate_uri ?? null,
    disks: plan.parameters.migrate_disks ?? [],
    disksUri: plan.parameters.disks_uri ?? null,
    bandwidth: plan.parameters.bandwidth ?? null,
    parallel: plan.parameters['parallel.connections'] ?? null,
  };
}

/** The same migration, taken up again after its post-copy was broken: nothing of it may differ but the flag. */
export function resumeCall(call: MigrationCall): MigrationCall {
  return { ...call, flags: [...call.flags, 'POSTCOPY_RESUME'] };
}
