import Button from '@mui/material/Button';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { RebootPlan } from '../../../../src-core/reboot/types.ts';
import { ConfirmPanel } from '../../components/ConfirmPanel.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { useFindingWords, useSentenceWords } from '../../i18n/words.ts';
import { countOf } from './groups.ts';
import { refusalsBesides } from './secret-values.ts';
import '../../components/start-bar.css';

interface RebootBarProps {
  readonly machineName: string;
  readonly plan: RebootPlan | null;
  /** Is the plan the answer to the request as it is now? */
  readonly settled: boolean;
  /** Secrets whose value has to be given yet. */
  readonly missing: number;
  /** Something else is under way on the machine. */
  readonly busy: boolean;
  readonly error: ErrorData | null;
  readonly onStart: () => Promise<void>;
}

/** Always in sight: what will be done, what is kept, and the one button. The confirmation opens in its place. */
export function RebootBar({ machineName, plan, settled, missing, busy, error, onStart }: RebootBarProps) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const [confirmed, setConfirmed] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const startButton = useRef<HTMLButtonElement>(null);
  const ready = plan !== null && !busy && plan.refusals.length === 0 && missing === 0;
  // A confirmation is of one plan: when another one takes its place, it is asked for again.
  const confirming = ready && confirmed === plan.fingerprint.inputs;
  useEffect(() => {
    if (confirmed !== null && !confirming) setConfirmed(null);
  }, [confirmed, confirming]);

  const close = (): void => {
    setConfirmed(null);
    window.setTimeout(() => startButton.current?.focus());
  };
  const start = async (): Promise<void> => {
    setStarting(true);
    await onStart();
    setStarting(false);
    close();
  };
  return (
    <footer className="start-bar">
      {error !== null && (
        <>
          <ErrorNotice error={error} />
          {error.code === 'drift' && <p className="small">{t('reboot.drift')}</p>}
        </>
      )}
      {confirming ? (
        <ConfirmPanel
          title={t('reboot.confirm', { machine: machineName })}
          confirm={t('reboot.confirmStart', { machine: machineName })}
          busy={starting || !settled}
          onConfirm={() => void start()}
          onCancel={close}
        >
          <ol>
            {plan.steps.map((step) => (
              <li key={step.id}>{words(step.what)}</li>
            ))}
          </ol>
        </ConfirmPanel>
      ) : (
        <div className="start-bar-line">
          <div className="start-bar-words" aria-live="polite">
            <WhatHappens plan={plan} missing={missing} busy={busy} />
            {plan?.session != null && refusalsBesides(plan).length === 0 && (
              <p className="start-bar-sentence">
                <Sign name="rescue" tone="rescue" />
                <span>{words(plan.session)}</span>
              </p>
            )}
          </div>
          <Button
            ref={startButton}
            variant="contained"
            disabled={!ready || !settled}
            aria-describedby="reboot-bar-words"
            onClick={() => setConfirmed(plan?.fingerprint.inputs ?? null)}
          >
            {t('reboot.start')}
          </Button>
        </div>
      )}
    </footer>
  );
}

function WhatHappens({ plan, missing, busy }: Pick<RebootBarProps, 'plan' | 'missing' | 'busy'>) {
  const { t } = useTranslation();
  const findingWords = useFindingWords();
  if (plan === null || busy) {
    return (
      <p id="reboot-bar-words" className="muted">
        {busy ? t('power.busy') : t('reboot.lookingFirst')}
      </p>
    );
  }
  const refusals = refusalsBesides(plan);
  const [refusal] = refusals;
  if (refusal !== undefined) {
    return (
      <p id="reboot-bar-words" className="start-bar-sentence">
        <Sign name="refused" tone="refused" />
        <span>
          <strong>{t('reboot.refused', { count: refusals.length })}</strong> {findingWords(refusal)}
        </span>
      </p>
    );
  }
  const does = countOf(plan, 'does');
  return (
    <p id="reboot-bar-words" className="start-bar-sentence">
      <Sign name={missing > 0 ? 'keyMissing' : 'step'} tone={missing > 0 ? 'warning' : 'accent'} />
      <span>
        <strong>{missing > 0 ? t('reboot.missing', { count: missing }) : t('reboot.sets', { count: does })}</strong>{' '}
        {t('reboot.keeps')}
        {plan.warnings.length > 0 && (
          <span className="tone-warning nowrap start-bar-warnings">
            <Sign name="warning" tone="warning" /> {t('rescue.findings.warning', { count: plan.warnings.length })}
          </span>
        )}
      </span>
    </p>
  );
}
