import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { acknowledge, selectShownOperation, useOperations } from '../../app/stores/operations.ts';
import { OperationPanel } from './OperationPanel.tsx';
import { RescueForm } from './RescueForm.tsx';
import { SessionPage } from './SessionPage.tsx';
import { cancelOperation } from './store.ts';
import './form.css';
import './rescue.css';

/** The rescue of one machine: the request, the run, or the session, whichever it is now. */
export function RescueTab({ details }: { readonly details: MachineDetails }) {
  const { t } = useTranslation();
  const { row } = details;
  const key = keyOf(row);
  const operation = useOperations((state) => selectShownOperation(state, key));
  if (operation !== null) {
    return (
      <Phase key={`${key} run`}>
        <OperationPanel
          operation={operation}
          backLabel={row.session === null ? t('rescue.run.backToRequest') : t('rescue.run.backToSession')}
          onCancel={() => void cancelOperation(row, operation.id)}
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

/** A phase that ends takes its focused button with it: then the next one takes the focus, so that the keyboard goes on from there. */
function Phase({ children }: { readonly children: ReactNode }) {
  const phase = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (document.activeElement === null || document.activeElement === document.body) phase.current?.focus();
  }, []);
  return (
    <div ref={phase} className="rescue-phase" tabIndex={-1}>
      {children}
    </div>
  );
}
