import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { acknowledge, selectRemarks, useOperations } from '../../app/stores/operations.ts';
import { Notice } from '../../components/Notice.tsx';
import { visible } from '../../i18n/visible.ts';

/** What is worth telling of a run that went well, until it has been read: it is in the history afterwards, too. */
export function RunRemarks({ machineKey }: { readonly machineKey: string }) {
  const { t } = useTranslation();
  const operation = useOperations((state) => selectRemarks(state, machineKey));
  if (operation === null) return null;
  return (
    <div className="run-remarks" role="status">
      <Notice
        tone="warning"
        kind={t('common.note')}
        actions={
          <Button variant="outlined" onClick={() => acknowledge(operation.id)}>
            {t('common.putAway')}
          </Button>
        }
      >
        <strong>{t(`rescue.run.title.${operation.kind}.done`, { machine: operation.machineName })}.</strong>
        {operation.remarks.map((remark) => (
          <div key={remark}>{visible(remark)}</div>
        ))}
      </Notice>
    </div>
  );
}
