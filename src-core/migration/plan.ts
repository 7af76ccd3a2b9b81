/** Request → plan of a migration (RESCUE.md 9). Pure: the same inputs give the same plan, byte for byte. */
import type { MigrationInputs, MigrationPlan } from './types.ts';

/** Plan a migration. Throws XmlProblem where a definition cannot be read at all; everything else is in the plan. */
export function planMigration(inputs: MigrationInputs): MigrationPlan {
  throw new Error(`no plan for ${inputs.destination.hostname}`);
}
