import Button from '@mui/material/Button';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineRow } from '../../../../src-core/contract/schemas.ts';
import { RECORDS } from '../../../../src-core/rescue/put-back.ts';
import type { TrustedRecord } from '../../../../src-core/rescue/put-back.ts';
import type { SessionRecord } from '../../../../src-core/rescue/session.ts';
import type { StopRequest } from '../../../../src-core/rescue/types.ts';
import { keyOf } from '../../app/machine-key.ts';
import { showTab } from '../../app/stores/navigation.ts';
import { useOperations } from '../../app/stores/operations.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { ReasonRadios } from '../../components/ReasonRadios.tsx';
import { Sign } from '../../components/Sign.tsx';
import { FIRST_STOP, StopFields } from '../../components/StopFields.tsx';
import { isActive } from '../../components/machine-state.ts';
import { endRescue, recordInDoubt, useRescue } from './store.ts';

const POWERS = ['as-before', 'on', 'off'] as const;
type Power = (typeof POWERS)[number];

interface EndPanelProps {
  readonly row: MachineRow;
  readonly session: SessionRecord;
  readonly onClose: () => void;
}

/** How to end a rescue: how the rescue system is stopped, and whether the machine runs afterwards. */
export function EndPanel({ row, session, onClose }: EndPanelProps) {
  const { t } = useTranslation();
  const [stop, setStop] = useState<StopRequest>(FIRST_STOP);
  const [power, setPower] = useState<Power>('as-before');
  const [record, setRecord] = useState<TrustedRecord | null>(null);
  const [busy, setBusy] = useState(false);
  const error = useRescue((state) => state.errors[keyOf(row)] ?? null);
  const mustChoose = useOperations((state) => recordInDoubt(state, keyOf(row)));
  const confirmButton = useRef<HTMLButtonElement>(null);
  // A session that lasts until it is ended goes on while the machine is off: then there is nothing to stop.
  const active = isActive(row.state);
  const forced = active && (stop.how === 'force' || stop.onTimeout === 'force');
  useEffect(() => confirmButton.current?.focus(), []);

  const end = async (): Promise<void> => {
    setBusy(true);
    const underWay = await endRescue({ hostId: row.hostId, uuid: row.uuid }, stop, power, record);
    setBusy(false);
    if (underWay) showTab('rescue');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || busy) return;
    event.preventDefault();
    onClose();
  };
  return (
    <div className="end-panel" role="group" aria-labelledby="end-title" onKeyDown={onKeyDown}>
      <h2 id="end-title">{t('rescue.end.title', { machine: row.name })}</h2>
      <p className="small">{t(`rescue.end.what.${session.transient ? 'transient' : session.kind}`)}</p>
      <div className="end-panel-fields">
        {active && <StopFields stop={stop} onChange={setStop} forceNote={t('rescue.end.forceNote')} />}
        <ReasonRadios<Power>
          legend={t('rescue.end.power')}
          value={power}
          options={POWERS.map((value) => ({
            value,
            label:
              value === 'as-before' ? t(`rescue.end.asBefore.${session.powerBefore}`) : t(`rescue.end.powers.${value}`),
            reason: null,
          }))}
          onChange={setPower}
        />
      </div>
      {mustChoose && (
        <ReasonRadios<TrustedRecord | ''>
          legend={t('rescue.end.record')}
          value={record ?? ''}
          options={RECORDS.map((value) => ({
            value,
            label: t(`rescue.end.records.${value}`),
            note: t(`rescue.end.recordsNote.${value}`),
            reason: null,
          }))}
          onChange={(value) => setRecord(value === '' ? null : value)}
        />
      )}
      {forced && (
        <p className="end-panel-warning tone-warning">
          <Sign name="warning" tone="warning" /> {t('rescue.end.forceWarning')}
        </p>
      )}
      {error !== null && <ErrorNotice error={error} />}
      <div className="row end-panel-actions">
        <Button variant="outlined" disabled={busy} onClick={onClose}>
          {t('common.back')}
        </Button>
        <Button
          ref={confirmButton}
          variant="contained"
          disabled={busy || (mustChoose && record === null)}
          onClick={() => void end()}
        >
          {t('rescue.end.confirm', { machine: row.name })}
        </Button>
      </div>
    </div>
  );
}
