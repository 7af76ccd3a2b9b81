import Button from '@mui/material/Button';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Offer, Unfinished } from '../../../../src-core/contract/journal-schemas.ts';
import type { Way } from '../../../../src-core/journal/resume.ts';
import type { StopRequest } from '../../../../src-core/rescue/types.ts';
import { openMachine } from '../../app/stores/navigation.ts';
import { withLocalTimes } from '../../components/format.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { ReasonRadios } from '../../components/ReasonRadios.tsx';
import { FIRST_STOP, StopFields } from '../../components/StopFields.tsx';
import { visible } from '../../i18n/visible.ts';
import { takeWay, useUnfinished } from './store.ts';

interface WaysPanelProps {
  readonly item: Unfinished;
  readonly onClose: () => void;
}

/** The ways on, each with what it does, the recommended one first and chosen. What cannot be done now says why. */
export function WaysPanel({ item, onClose }: WaysPanelProps) {
  const { t } = useTranslation();
  const [way, setWay] = useState<Way | null>(firstWay(item.offers));
  const [stop, setStop] = useState<StopRequest>(FIRST_STOP);
  const [busy, setBusy] = useState(false);
  const error = useUnfinished((state) => state.errors[item.operationId] ?? null);
  const confirmButton = useRef<HTMLButtonElement>(null);
  useEffect(() => confirmButton.current?.focus(), []);
  const offer = item.offers.find((one) => one.way === way && one.reason === null);
  const go = async (): Promise<void> => {
    if (offer === undefined) return;
    setBusy(true);
    const underWay = await takeWay(item, offer.way, stop);
    setBusy(false);
    if (!underWay) return;
    onClose();
    if (offer.way !== 'forget' && item.machine !== null) openMachine(item.machine, 'rescue');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || busy) return;
    event.preventDefault();
    onClose();
  };
  return (
    <div className="ways" role="group" aria-labelledby={`ways-${item.operationId}`} onKeyDown={onKeyDown}>
      <h3 id={`ways-${item.operationId}`}>{t('unfinished.confirmTitle', { machine: item.domain.name })}</h3>
      {item.offers.length === 0 ? (
        <p>{t('unfinished.noWay')}</p>
      ) : (
        <div className="ways-fields">
          <ReasonRadios<Way | ''>
            legend={t('unfinished.ways')}
            value={way ?? ''}
            options={item.offers.map(({ way: value, does, reason, recommended }) => ({
              value,
              label: recommended
                ? `${t(`unfinished.way.${value}`)} (${t('unfinished.recommended')})`
                : t(`unfinished.way.${value}`),
              note: visible(withLocalTimes(does)),
              reason: reason === null ? null : visible(withLocalTimes(reason)),
            }))}
            onChange={(value) => setWay(value === '' ? null : value)}
          />
          {offer?.stops === true && <StopFields stop={stop} onChange={setStop} />}
        </div>
      )}
      {error !== null && <ErrorNotice error={error} />}
      <div className="row">
        <Button variant="outlined" disabled={busy} onClick={onClose}>
          {t('common.back')}
        </Button>
        <Button
          ref={confirmButton}
          variant="contained"
          disabled={busy || offer === undefined}
          onClick={() => void go()}
        >
          {offer === undefined
            ? t('unfinished.chooseWay')
            : t(`unfinished.confirm.${offer.way}`, { machine: item.domain.name })}
        </Button>
      </div>
    </div>
  );
}

/** The recommended one; where only the administrator can know, none is chosen for them. */
function firstWay(offers: readonly Offer[]): Way | null {
  return offers.find(({ recommended, reason }) => recommended && reason === null)?.way ?? null;
}
