import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { tabOfOperation } from '../../app/stores/navigation.ts';
import {
  acknowledge,
  cancel,
  selectRefused,
  selectShownOperation,
  useOperations,
} from '../../app/stores/operations.ts';
import { OperationPanel } from '../../components/OperationPanel.tsx';
import { Phase } from '../../components/Phase.tsx';
import { RescueForm } from './RescueForm.tsx';
import { SessionPage } from './SessionPage.tsx';
import './form.css';
import './rescue.css';

/** The rescue of one machine: the request, the run, or the session, whichever it is now. */
export function RescueTab({ details }: { readonly details: MachineDetails }) {
  const { t } = useTranslation();
  const { row } = details;
  const key = keyOf(row);
  const operation = useOperations((state) => selectShownOperation(state, key));
  const refused = useOperations((state) => selectRefused(state, operation?.id ?? ''));
  if (operation !== null && tabOfOperation(operation.kind) === 'rescue') {
    return (
      <Phase key={`${key} run`}>
        <OperationPanel
          operation={operation}
          refused={refused}
          backLabel={row.session === null ? t('rescue.run.backToRequest') : t('rescue.run.backToSession')}
          onCancel={() => void cancel(operation.id)}
          onBack={() => acknowledge(operation.id)}
        />
      </Phase>
    );
  }
  if (row.session !== null) {
    return (
      <Phase key={`${key} session`}>
        <SessionPage details={details} session={row.session} />
      </Phase>
    );
  }
  return (
    <Phase key={`${key} request`}>
      <RescueForm details={details} />
    </Phase>
  );
}
