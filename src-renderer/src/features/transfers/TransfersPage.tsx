import Button from '@mui/material/Button';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { act, inOrder, isUnderWay, useTransfers } from '../../app/stores/transfers.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { TransferItem } from './TransferItem.tsx';
import './transfers.css';

/** All transfers since the application was started, those under way first. */
export function TransfersPage() {
  const { t } = useTranslation();
  const byId = useTransfers((state) => state.byId);
  const refused = useTransfers((state) => state.refused);
  const error = useTransfers((state) => state.error);
  const transfers = useMemo(() => inOrder(byId), [byId]);
  const under = transfers.filter(isUnderWay).length;
  const done = transfers.filter(({ state }) => state === 'done' || state === 'cancelled');
  if (transfers.length === 0 && error === null)
    return <EmptyState title={t('transfers.none')}>{t('transfers.noneHelp')}</EmptyState>;
  return (
    <div className="transfers-page pane-scroll" tabIndex={0} role="region" aria-labelledby="transfers-title">
      <header className="row">
        <h1 id="transfers-title">{t('transfers.title')}</h1>
        {under > 0 && <span className="muted small">{t('transfers.under', { count: under })}</span>}
        {done.length > 0 && (
          <span className="spread">
            <Button variant="outlined" onClick={() => done.forEach(({ id }) => void act('forget', id))}>
              {t('transfers.forgetDone')}
            </Button>
          </span>
        )}
      </header>
      {error !== null && <ErrorNotice error={error} />}
      <ul className="transfers" aria-labelledby="transfers-title">
        {transfers.map((transfer) => (
          <TransferItem key={transfer.id} transfer={transfer} refused={refused[transfer.id] ?? null} />
        ))}
      </ul>
    </div>
  );
}
