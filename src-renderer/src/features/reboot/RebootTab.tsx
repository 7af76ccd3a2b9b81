import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { tabOfOperation } from '../../app/stores/navigation.ts';
import { acknowledge, cancel, selectShownOperation, useOperations } from '../../app/stores/operations.ts';
import { OperationPanel } from '../../components/OperationPanel.tsx';
import { Phase } from '../../components/Phase.tsx';

/** The hard reboot of one machine: what it would do, or the run. */
export function RebootTab({ details }: { readonly details: MachineDetails }) {
  const { t } = useTranslation();
  const key = keyOf(details.row);
  const operation = useOperations((state) => selectShownOperation(state, key));
  if (operation === null || tabOfOperation(operation.kind) !== 'reboot') return null;
  return (
    <Phase key={`${key} run`}>
      <OperationPanel
        operation={operation}
        backLabel={t('rescue.run.backToRequest')}
        onCancel={() => void cancel(operation.id)}
        onBack={() => acknowledge(operation.id)}
      />
    </Phase>
  );
}
