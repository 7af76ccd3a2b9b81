/** What crosses IPC for migrations. */
import { z } from 'zod';
import { DISK_WAYS, MIGRATION_WAYS, PINNINGS } from '../migration/types.ts';
import type { MigrationPlan, MigrationProgress } from '../migration/types.ts';
import { fromCore } from './request-schemas.ts';

const name = z.string().min(1).max(4096);
const maps = z.array(z.strictObject({ from: name, to: name })).max(200);

export const migrationRulesSchema = z.strictObject({
  paths: maps,
  pools: maps,
  networks: maps,
  bridges: maps,
  pinning: z.enum(PINNINGS),
  listen: z.string().min(1).max(255).nullable(),
});

export const migrationRequestSchema = z.strictObject({
  live: z.boolean(),
  rules: migrationRulesSchema,
  disks: z.record(z.string().max(100), z.enum(DISK_WAYS)),
  way: z.enum(MIGRATION_WAYS),
  destinationUri: z.string().min(1).max(4096).nullable(),
  migrateUri: z.string().min(1).max(4096).nullable(),
  secrets: z.enum(['carry', 'leave']),
  options: z.strictObject({
    tls: z.boolean(),
    bandwidth: z.number().int().min(1).max(1_000_000).nullable(),
    postCopy: z.boolean(),
    autoConverge: z.boolean(),
    parallel: z.number().int().min(2).max(64).nullable(),
    maxDowntime: z.number().int().min(1).max(600_000).nullable(),
  }),
  undefineSource: z.boolean(),
});

export const migrationPlanSchema = fromCore<MigrationPlan>();

/** Of a migration under way: operation, figures, and what may be done. */
export interface MigrationUnderWay {
  readonly operationId: string;
  readonly progress: MigrationProgress;
}
export const migrationUnderWaySchema = fromCore<MigrationUnderWay>();
