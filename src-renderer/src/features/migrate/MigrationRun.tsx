import { useTranslation } from 'react-i18next';
import type { Operation } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { useMigrations } from '../../app/stores/migrations.ts';
import { acknowledge } from '../../app/stores/operations.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { OperationPanel } from '../../components/OperationPanel.tsx';
import { Progress } from './Progress.tsx';
import { Steering } from './Steering.tsx';
import { Moved } from './Moved.tsx';
import { steer, useMigrate } from './store.ts';
import './migrate.css';

/** A migration: its steps and how far it is, what can be done about it meanwhile, and where the machine is in the end. */
export function MigrationRun({ operation }: { readonly operation: Operation }) {
  const { t } = useTranslation();
  const key = keyOf(operation.machine);
  const underWay = useMigrations((state) => state.byOperation[operation.id] ?? null);
  const error = useMigrate((state) => state.errors[key] ?? null);
  if (operation.state === 'done') return <Moved operation={operation} />;
  const running = operation.state === 'running';
  return (
    <OperationPanel
      operation={underWay === null ? operation : withoutNotes(operation)}
      backLabel={t('rescue.run.backToRequest')}
      {...(underWay?.progress.phase === 'post-copy' ? { whyNot: t('migrate.run.noCancel') } : {})}
      onCancel={() => void steer(key, 'operations.cancel', operation.id)}
      onBack={() => acknowledge(operation.id)}
    >
      {running && underWay !== null && (
        <>
          <Progress underWay={underWay} />
          <Steering machineKey={key} operationId={operation.id} progress={underWay.progress} />
        </>
      )}
      {running && error !== null && <ErrorNotice error={error} />}
    </OperationPanel>
  );
}

/** The figures below its steps say more, and a note that changes twice a second would be read out each time. */
function withoutNotes(operation: Operation): Operation {
  return { ...operation, steps: operation.steps.map((step) => ({ ...step, note: null })) };
}
