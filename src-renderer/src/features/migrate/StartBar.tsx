import Button from '@mui/material/Button';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { MigrationPlan } from '../../../../src-core/migration/types.ts';
import { ConfirmPanel } from '../../components/ConfirmPanel.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { useFindingWords, useSentenceWords } from '../../i18n/words.ts';
import '../../components/start-bar.css';

/** What is missing before there is a plan to start: a key of the words of the window. null: nothing. */
export type Lack = 'destination' | 'figure' | 'read-only' | 'busy' | 'unknown' | null;

interface StartBarProps {
  readonly machineName: string;
  /** Name of the chosen destination; null: none is chosen. */
  readonly hostName: string | null;
  readonly plan: MigrationPlan | null;
  readonly lack: Lack;
  /** Is the plan the answer to the request as it is now? */
  readonly settled: boolean;
  readonly error: ErrorData | null;
  /** Answers whether it is under way. */
  readonly onStart: () => Promise<boolean>;
}

/** Always in sight: what goes where, and the one button, or why it cannot be pressed. The confirmation opens in its place. */
export function StartBar({ machineName, hostName, plan, lack, settled, error, onStart }: StartBarProps) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const [confirmed, setConfirmed] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const startButton = useRef<HTMLButtonElement>(null);
  const ready = plan !== null && lack === null && plan.refusals.length === 0;
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
    const underWay = await onStart();
    setStarting(false);
    if (!underWay) close();
  };
  const names = { machine: machineName, host: hostName ?? '' };
  return (
    <footer className="start-bar">
      {error !== null && <ErrorNotice error={error} />}
      {confirming ? (
        <ConfirmPanel
          title={t('migrate.confirm.title', names)}
          confirm={t('migrate.start.button', names)}
          busy={starting}
          onConfirm={() => void start()}
          onCancel={close}
        >
          <p>{t(`migrate.confirm.way.${plan.request.live ? plan.request.way : 'offline'}`)}</p>
          <ol>
            {plan.steps.map((step) => (
              <li key={step.id}>{words(step.what)}</li>
            ))}
          </ol>
        </ConfirmPanel>
      ) : (
        <div className="start-bar-line">
          <div id="migrate-start-words" className="start-bar-words" aria-live="polite">
            <WhatGoes plan={plan} lack={lack} machineName={machineName} hostName={hostName} />
          </div>
          <Button
            ref={startButton}
            variant="contained"
            disabled={!ready || !settled}
            aria-describedby="migrate-start-words"
            onClick={() => setConfirmed(plan?.fingerprint.inputs ?? null)}
          >
            {hostName === null ? t('migrate.start.noHost') : t('migrate.start.ask', names)}
          </Button>
        </div>
      )}
    </footer>
  );
}

function WhatGoes({
  plan,
  lack,
  machineName,
  hostName,
}: Pick<StartBarProps, 'plan' | 'lack' | 'machineName' | 'hostName'>) {
  const { t } = useTranslation();
  const findingWords = useFindingWords();
  if (lack !== null) return <p className="muted">{t(`migrate.start.lack.${lack}`)}</p>;
  if (plan === null) return <p className="muted">{t('migrate.start.lack.unknown')}</p>;
  const [refusal] = plan.refusals;
  if (refusal !== undefined) {
    return (
      <p className="start-bar-sentence">
        <Sign name="refused" tone="refused" />
        <span>
          <strong>{t('migrate.start.refused')}</strong> {findingWords(refusal)}
        </span>
      </p>
    );
  }
  const names = { machine: machineName, host: hostName ?? '' };
  return (
    <p className="start-bar-sentence">
      <Sign name="move" tone="accent" />
      <span>
        <strong>{t(plan.request.live ? 'migrate.start.live' : 'migrate.start.offline', names)}</strong>{' '}
        {t(plan.request.undefineSource ? 'migrate.start.leaves' : 'migrate.start.stays')}
        {plan.warnings.length > 0 && (
          <span className="tone-warning nowrap start-bar-warnings">
            <Sign name="warning" tone="warning" /> {t('rescue.findings.warning', { count: plan.warnings.length })}
          </span>
        )}
      </span>
    </p>
  );
}
