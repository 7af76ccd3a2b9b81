import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { useOperations } from '../../app/stores/operations.ts';
import { Phase } from '../../components/Phase.tsx';
import { MigrateForm } from './MigrateForm.tsx';
import { MigrationRun } from './MigrationRun.tsx';
import { selectMigration } from './select-migration.ts';
import './migrate.css';

/** The migration of one machine: the request, the run, or where it went, whichever it is now. */
export function MigrateTab({ details }: { readonly details: MachineDetails }) {
  const key = keyOf(details.row);
  const operation = useOperations((state) => selectMigration(state, key));
  return operation === null ? (
    <Phase key={`${key} request`}>
      <MigrateForm details={details} />
    </Phase>
  ) : (
    <Phase key={`${key} run`}>
      <MigrationRun operation={operation} />
    </Phase>
  );
}
