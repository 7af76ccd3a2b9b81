import Button from '@mui/material/Button';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, MachineRow } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { selectShownOperation, useOperations } from '../../app/stores/operations.ts';
import { Sign } from '../../components/Sign.tsx';
import { formatTime } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { EndPanel } from './EndPanel.tsx';
import { setEnding, useRescue } from './store.ts';
import './rescue.css';

/** On a machine for as long as it is in rescue, whoever started it: the mark is in the machine's own metadata. */
export function RescueBanner({ row, host }: { readonly row: MachineRow; readonly host: Host | undefined }) {
  const { t } = useTranslation();
  const key = keyOf(row);
  const ending = useRescue((state) => state.ending === key);
  const operation = useOperations((state) => selectShownOperation(state, key));
  const endButton = useRef<HTMLButtonElement>(null);
  const { session } = row;
  const over = ending && session === null;
  // A rescue that ended by itself takes its open panel with it, or the next one would begin with it.
  useEffect(() => {
    if (over) setEnding(null);
  }, [over]);
  if (session === null) return null;
  const busy = operation?.state === 'running';
  const close = (): void => {
    setEnding(null);
    window.setTimeout(() => endButton.current?.focus());
  };
  return (
    <section className="banner" aria-label={t('rescue.banner.label')}>
      <div className="banner-line">
        <Sign name="rescue" tone="rescue" />
        <p>
          <strong>{t('rescue.banner.title')}</strong>{' '}
          {t('rescue.banner.since', {
            time: formatTime(session.startedAt),
            by: session.startedBy ?? t('common.unknown'),
          })}
          {session.medium !== null && (
            <>
              {' '}
              {t('rescue.banner.from')} <span className="mono">{visible(session.medium)}</span>
              {session.target !== null && <span className="mono">{` (${visible(session.target)})`}</span>}
            </>
          )}
        </p>
        {!ending && (
          <Button
            ref={endButton}
            variant="outlined"
            disabled={busy || host?.readOnly === true}
            onClick={() => setEnding(key)}
          >
            {t('rescue.end.button')}
          </Button>
        )}
      </div>
      {host?.readOnly === true && <p className="small">{t('rescue.banner.readOnly')}</p>}
      {ending && !busy && <EndPanel row={row} session={session} onClose={close} />}
    </section>
  );
}
