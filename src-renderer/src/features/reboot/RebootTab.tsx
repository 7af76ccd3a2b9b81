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
import { RebootForm } from './RebootForm.tsx';
import './reboot.css';

/** The hard reboot of one machine: what it would do, or the run. A run that a secret stopped goes back to where its value is asked for. */
export function RebootTab({ details }: { readonly details: MachineDetails }) {
  const { t } = useTranslation();
  const key = keyOf(details.row);
  const operation = useOperations((state) => selectShownOperation(state, key));
  const own = operation !== null && tabOfOperation(operation.kind) === 'reboot' ? operation : null;
  const refused = useOperations((state) => selectRefused(state, own?.id ?? ''));
  const code = own?.error?.code;
  const askAgain = code === 'secret-wrong' || code === 'secret-needed';
  if (own !== null && !askAgain) {
    return (
      <Phase key={`${key} run`}>
        <OperationPanel
          operation={own}
          refused={refused}
          backLabel={t('reboot.back')}
          onCancel={() => void cancel(own.id)}
          onBack={() => acknowledge(own.id)}
        />
      </Phase>
    );
  }
  return (
    <Phase key={`${key} request`}>
      <RebootForm details={details} last={own} />
    </Phase>
  );
}
