import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { acknowledge, selectShownOperation, useOperations } from '../../app/stores/operations.ts';
import { OperationPanel } from './OperationPanel.tsx';
import { RescueForm } from './RescueForm.tsx';
import { SessionPage } from './SessionPage.tsx';
import { cancelOperation } from './store.ts';
import './rescue.css';

/** The rescue of one machine: the request, the run, or the session, whichever it is now. */
export function RescueTab({ details }: { readonly details: MachineDetails }) {
  const { t } = useTranslation();
  const { row } = details;
  const key = keyOf(row);
  const operation = useOperations((state) => selectShownOperation(state, key));
  if (operation !== null) {
    return (
      <OperationPanel
        operation={operation}
        backLabel={row.session === null ? t('rescue.run.backToRequest') : t('rescue.run.backToSession')}
        onCancel={() => void cancelOperation(row, operation.id)}
        onBack={() => acknowledge(operation.id)}
      />
    );
  }
  if (row.session !== null) return <SessionPage details={details} session={row.session} />;
  return <RescueForm key={key} details={details} />;
}
