import Button from '@mui/material/Button';
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { MigrationProgress } from '../../../../src-core/migration/types.ts';
import { isStalled } from '../../app/stores/migrations.ts';
import { steer } from '../../app/stores/operations.ts';
import { ConfirmPanel } from '../../components/ConfirmPanel.tsx';
import { figureOf } from './draft.ts';

interface SteeringProps {
  readonly operationId: string;
  readonly progress: MigrationProgress;
}

/** What can be done about one that does not come to its end. */
export function Steering({ operationId, progress }: SteeringProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<'post-copy' | 'downtime' | null>(null);
  const [busy, setBusy] = useState(false);
  const buttons = useRef<HTMLDivElement>(null);
  const { phase, mayPostCopy } = progress;
  const late = phase === 'post-copy' || phase === 'finishing';
  // Over a link that is down the guest would stand still at once, on both hosts.
  const stalled = isStalled(progress);
  const shown = late || (stalled && asking === 'post-copy') ? null : asking;
  const close = useCallback((): void => {
    setAsking(null);
    window.setTimeout(() => buttons.current?.querySelector<HTMLButtonElement>('button:enabled')?.focus());
  }, []);
  // What is no question any more does not come back as one.
  const isOver = asking !== null && shown === null;
  useEffect(() => {
    if (isOver) close();
  }, [isOver, close]);
  const startPostCopy = async (): Promise<void> => {
    setBusy(true);
    await steer('migration.startPostCopy', { operationId });
    setBusy(false);
    close();
  };
  if (shown === 'post-copy') {
    return (
      <div className="ask">
        <ConfirmPanel
          title={t('migrate.run.postCopy.title')}
          confirm={t('migrate.run.postCopy.confirm')}
          busy={busy}
          onConfirm={() => void startPostCopy()}
          onCancel={close}
        >
          <p>{t('migrate.run.postCopy.means')}</p>
          <p>{t('migrate.run.postCopy.risk')}</p>
        </ConfirmPanel>
      </div>
    );
  }
  if (shown === 'downtime') {
    return (
      <DowntimeField
        now={progress.downtime}
        onAllow={async (milliseconds) => {
          await steer('migration.setMaxDowntime', { operationId, milliseconds });
          close();
        }}
        onClose={close}
      />
    );
  }
  const why = late
    ? t(`migrate.run.late.${phase}`)
    : !mayPostCopy
      ? t('migrate.run.postCopy.not')
      : stalled
        ? t('migrate.run.postCopy.stalled')
        : null;
  return (
    <div ref={buttons} className="row migration-steering">
      <Button
        variant="outlined"
        disabled={why !== null}
        aria-describedby={why === null ? undefined : 'steering-why'}
        onClick={() => setAsking('post-copy')}
      >
        {t('migrate.run.postCopy.ask')}
      </Button>
      <Button
        variant="outlined"
        disabled={late}
        aria-describedby={late ? 'steering-why' : undefined}
        onClick={() => setAsking('downtime')}
      >
        {t('migrate.run.downtime.ask')}
      </Button>
      {why !== null && (
        <span id="steering-why" className="muted small">
          {why}
        </span>
      )}
    </div>
  );
}

interface DowntimeFieldProps {
  /** Milliseconds that the guest would stand still now; null: not told. */
  readonly now: number | null;
  readonly onAllow: (milliseconds: number) => Promise<void>;
  readonly onClose: () => void;
}

/** At first what would end it now, as far as that is told. */
function DowntimeField({ now, onAllow, onClose }: DowntimeFieldProps) {
  const { t } = useTranslation();
  const [written, setWritten] = useState(String(now === null ? 1000 : Math.max(500, Math.ceil(now / 100) * 100)));
  const [busy, setBusy] = useState(false);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const value = figureOf('maxDowntime', written) ?? null;
  const allow = async (): Promise<void> => {
    if (value === null) return;
    setBusy(true);
    await onAllow(value);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !busy) onClose();
    else if (event.key === 'Enter' && event.target === field.current) void allow();
    else return;
    event.preventDefault();
  };
  return (
    <div className="ask" role="group" aria-labelledby={`${id}-label`} onKeyDown={onKeyDown}>
      <label id={`${id}-label`} htmlFor={id}>
        {t('migrate.run.downtime.label')}
      </label>
      <div className="row">
        <input
          ref={field}
          id={id}
          className="control migration-downtime"
          inputMode="numeric"
          value={written}
          aria-invalid={value === null}
          aria-describedby={`${id}-help`}
          onChange={(event) => setWritten(event.target.value)}
        />
        <span>{t('migrate.run.downtime.unit')}</span>
        <Button variant="outlined" disabled={busy} onClick={onClose}>
          {t('common.back')}
        </Button>
        <Button variant="contained" disabled={busy || value === null} onClick={() => void allow()}>
          {t('migrate.run.downtime.allow')}
        </Button>
      </div>
      <p id={`${id}-help`} className={value === null ? 'small tone-refused' : 'small muted'}>
        {value === null ? t('migrate.options.wrong', { least: 1, most: 600_000 }) : t('migrate.run.downtime.help')}
      </p>
    </div>
  );
}
