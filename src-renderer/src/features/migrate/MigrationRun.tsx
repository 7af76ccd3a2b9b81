import { useTranslation } from 'react-i18next';
import type { Operation } from '../../../../src-core/contract/schemas.ts';
import { useMigrations } from '../../app/stores/migrations.ts';
import { acknowledge, cancel, selectRefused, useOperations } from '../../app/stores/operations.ts';
import { OperationPanel } from '../../components/OperationPanel.tsx';
import { Progress } from './Progress.tsx';
import { Steering } from './Steering.tsx';
import { Moved } from './Moved.tsx';
import './migrate.css';

/** A migration: its steps and how far it is, what can be done about it meanwhile, and where the machine is in the end. */
export function MigrationRun({ operation }: { readonly operation: Operation }) {
  const { t } = useTranslation();
  const underWay = useMigrations((state) => state.byOperation[operation.id] ?? null);
  const refused = useOperations((state) => selectRefused(state, operation.id));
  if (operation.state === 'done') return <Moved operation={operation} />;
  return (
    <OperationPanel
      operation={underWay === null ? operation : withoutNotes(operation)}
      refused={refused}
      backLabel={t('rescue.run.backToRequest')}
      {...(underWay?.progress.phase === 'post-copy' ? { whyNot: t('migrate.run.noCancel') } : {})}
      onCancel={() => void cancel(operation.id)}
      onBack={() => acknowledge(operation.id)}
    >
      {operation.state === 'running' && underWay !== null && (
        <>
          <Progress underWay={underWay} />
          <Steering operationId={operation.id} progress={underWay.progress} />
        </>
      )}
    </OperationPanel>
  );
}

/** The figures below its steps say more, and a note that changes twice a second would be read out each time. */
function withoutNotes(operation: Operation): Operation {
  return { ...operation, steps: operation.steps.map((step) => ({ ...step, note: null })) };
}
