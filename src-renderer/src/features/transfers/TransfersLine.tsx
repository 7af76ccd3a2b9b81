import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo } from '../../app/stores/navigation.ts';
import { sumOf, useTransfers } from '../../app/stores/transfers.ts';
import { Sign } from '../../components/Sign.tsx';
import { formatLeft } from './progress.ts';

/** In the status bar: what is under way in one sum, and what waits for somebody. Leads to the list. */
export function TransfersLine() {
  const { t } = useTranslation();
  const byId = useTransfers((state) => state.byId);
  const { running, waiting, percent, secondsLeft } = useMemo(() => sumOf(byId), [byId]);
  const count = Object.keys(byId).length;
  if (count === 0) return null;
  const words = [
    running === 0 ? null : t('transfers.line.running', { count: running }),
    running === 0 || percent === null ? null : `${percent} %`,
    running === 0 || secondsLeft === null ? null : t('transfers.left', { time: formatLeft(secondsLeft) }),
  ].filter((word) => word !== null);
  return (
    <button type="button" className="status-running" onClick={() => goTo({ kind: 'transfers' })}>
      {running > 0 && (
        <>
          <Sign name="move" tone="accent" />
          {words.join(' · ')}
        </>
      )}
      {running === 0 && waiting === 0 && t('transfers.line.ended', { count })}
      {waiting > 0 && (
        <>
          <Sign name="warning" tone="warning" />
          {t('transfers.line.waiting', { count: waiting })}
        </>
      )}
    </button>
  );
}
