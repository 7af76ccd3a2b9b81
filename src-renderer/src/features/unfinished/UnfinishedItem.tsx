import Button from '@mui/material/Button';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Unfinished } from '../../../../src-core/contract/journal-schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { useHosts } from '../../app/stores/hosts.ts';
import { selectShownOperation, useOperations } from '../../app/stores/operations.ts';
import { Sign } from '../../components/Sign.tsx';
import { formatTime, withLocalTimes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { WaysPanel } from './WaysPanel.tsx';
import './unfinished.css';

interface UnfinishedItemProps {
  readonly item: Unfinished;
  /** Heading level: 2 on the page of all, on a machine's page it is no heading of its own. */
  readonly where: 'list' | 'machine';
}

/** An operation that was not finished: what happened, how things stand, and the way to what can be done. */
export function UnfinishedItem({ item, where }: UnfinishedItemProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const reason = useReasonAgainst(item);
  const close = (): void => {
    setOpen(false);
    window.setTimeout(() => button.current?.focus());
  };
  const title = t(`unfinished.what.${item.kind}`, { machine: item.domain.name });
  return (
    <section className={`unfinished unfinished-${where}`} aria-label={title}>
      <div className="unfinished-head">
        <Sign name="warning" tone="warning" label={t('unfinished.label')} />
        <div className="unfinished-words">
          {where === 'list' ? <h2>{title}</h2> : <strong>{title}.</strong>}{' '}
          {where === 'list' && (
            <span className="muted small">
              {t('unfinished.begun', { time: formatTime(item.at), by: item.by, host: item.host.hostname })}
            </span>
          )}
          <p>{visible(withLocalTimes(item.happened))}</p>
          <p>{visible(withLocalTimes(item.stands))}</p>
        </div>
        {!open && (
          <span className="unfinished-action">
            <Button
              ref={button}
              variant={where === 'list' ? 'outlined' : 'contained'}
              disabled={reason !== null}
              aria-describedby={reason === null ? undefined : `unfinished-not-${item.operationId}`}
              onClick={() => setOpen(true)}
            >
              {t('unfinished.choose')}
            </Button>
          </span>
        )}
      </div>
      {reason !== null && (
        <p id={`unfinished-not-${item.operationId}`} className="small muted unfinished-reason">
          {reason}
        </p>
      )}
      {open && reason === null && <WaysPanel item={item} onClose={close} />}
    </section>
  );
}

/** Why nothing can be done about it now; null: something can. */
function useReasonAgainst(item: Unfinished): string | null {
  const { t } = useTranslation();
  const host = useHosts((state) => (item.machine === null ? undefined : state.byId[item.machine.hostId]));
  const key = item.machine === null ? '' : keyOf(item.machine);
  const busy = useOperations((state) => selectShownOperation(state, key)?.state === 'running');
  if (item.offers.length === 0 && item.machine === null)
    return t('unfinished.notConnected', { host: item.host.hostname });
  if (host?.readOnly === true) return t('unfinished.readOnly');
  return busy ? t('unfinished.busy') : null;
}
