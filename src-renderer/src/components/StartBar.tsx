import Button from '@mui/material/Button';
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../src-core/contract/errors.ts';
import type { PlanStep } from '../../../src-core/rescue/plan-types.ts';
import type { Finding } from '../../../src-core/rescue/types.ts';
import { useFindingWords } from '../i18n/words.ts';
import { ConfirmPanel } from './ConfirmPanel.tsx';
import { ErrorNotice } from './ErrorNotice.tsx';
import { Sign } from './Sign.tsx';
import type { SignName, Tone } from './Sign.tsx';
import { StepItems } from './StepItems.tsx';
import { isFocusLost, useFocusKept } from './use-focus-kept.ts';
import './start-bar.css';

interface Startable {
  readonly fingerprint: { readonly inputs: string };
  readonly steps: readonly PlanStep[];
}

interface StartBarProps {
  /** Asks for the confirmation. */
  readonly button: string;
  readonly confirm: {
    readonly title: string;
    readonly button: string;
    /** What is to be known besides its steps. */
    readonly words?: string;
  };
  /** null: there is no plan that could be started. */
  readonly plan: Startable | null;
  /** Is the plan the answer to the request as it is now? */
  readonly settled: boolean;
  /** Why the last try did not begin. */
  readonly error: ErrorData | null;
  readonly errorHelp?: string;
  /** What will happen, or why nothing can. */
  readonly children: ReactNode;
  /** Resolves once it is under way, or has been refused: then `error` says why. */
  readonly onStart: () => Promise<void>;
}

/** Always in sight below a preview: what will happen, and the one button. The confirmation opens in its place. */
export function StartBar({ button, confirm, plan, settled, error, errorHelp, children, onStart }: StartBarProps) {
  const id = useId();
  const [confirmed, setConfirmed] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const startButton = useRef<HTMLButtonElement>(null);
  const disabled = plan === null || !settled;
  useFocusKept(startButton, disabled);
  // A confirmation is of one plan: when another one takes its place, it is asked for again.
  const confirming = plan !== null && confirmed === plan.fingerprint.inputs;
  const close = useCallback((): void => {
    setConfirmed(null);
    window.setTimeout(() => isFocusLost() && startButton.current?.focus());
  }, []);
  useEffect(() => {
    if (confirmed !== null && !confirming) close();
  }, [confirmed, confirming, close]);

  const start = async (): Promise<void> => {
    setStarting(true);
    await onStart();
    setStarting(false);
    close();
  };
  return (
    <footer className="start-bar">
      {error !== null && <ErrorNotice error={error} />}
      {error !== null && errorHelp !== undefined && <p className="small">{errorHelp}</p>}
      {confirming ? (
        <ConfirmPanel
          title={confirm.title}
          confirm={confirm.button}
          busy={starting || !settled}
          onConfirm={() => void start()}
          onCancel={close}
        >
          {confirm.words !== undefined && <p>{confirm.words}</p>}
          <ol>
            <StepItems steps={plan.steps} />
          </ol>
        </ConfirmPanel>
      ) : (
        <div className="start-bar-line">
          <div id={id} className="start-bar-words" aria-live="polite">
            {children}
          </div>
          <Button
            ref={startButton}
            variant="contained"
            disabled={disabled}
            aria-describedby={id}
            onClick={() => setConfirmed(plan?.fingerprint.inputs ?? null)}
          >
            {button}
          </Button>
        </div>
      )}
    </footer>
  );
}

interface BarSentenceProps {
  readonly sign: SignName;
  readonly tone: Tone;
  readonly children: ReactNode;
}

export function BarSentence({ sign, tone, children }: BarSentenceProps) {
  return (
    <p className="start-bar-sentence">
      <Sign name={sign} tone={tone} />
      <span>{children}</span>
    </p>
  );
}

/** That it cannot be started, and the first of the reasons. */
export function BarRefusal({ refusals }: { readonly refusals: readonly Finding[] }) {
  const { t } = useTranslation();
  const words = useFindingWords();
  const [first] = refusals;
  if (first === undefined) return null;
  return (
    <BarSentence sign="refused" tone="refused">
      <strong>{t('rescue.findings.noStart', { count: refusals.length })}</strong> {words(first)}
    </BarSentence>
  );
}

/** How many warnings stand in the preview. */
export function BarWarnings({ warnings }: { readonly warnings: readonly Finding[] }) {
  const { t } = useTranslation();
  if (warnings.length === 0) return null;
  return (
    <span className="tone-warning nowrap start-bar-warnings">
      <Sign name="warning" tone="warning" /> {t('rescue.findings.warning', { count: warnings.length })}
    </span>
  );
}
