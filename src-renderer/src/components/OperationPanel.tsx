import Button from '@mui/material/Button';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../src-core/contract/errors.ts';
import type { Operation } from '../../../src-core/contract/schemas.ts';
import { visible } from '../i18n/visible.ts';
import { ErrorNotice } from './ErrorNotice.tsx';
import { Sign } from './Sign.tsx';
import type { SignName, Tone } from './Sign.tsx';
import './operation-panel.css';

type StepState = Operation['steps'][number]['state'];

const STEP_SIGNS: Readonly<Record<StepState, { readonly sign: SignName; readonly tone: Tone }>> = {
  pending: { sign: 'pending', tone: 'unchanged' },
  running: { sign: 'step', tone: 'accent' },
  done: { sign: 'check', tone: 'good' },
  failed: { sign: 'refused', tone: 'refused' },
  undone: { sign: 'undone', tone: 'warning' },
  skipped: { sign: 'skipped', tone: 'unchanged' },
};

interface OperationPanelProps {
  readonly operation: Operation;
  /** Why what was asked of it last was not done: shown beside the buttons it was asked with. */
  readonly refused: ErrorData | null;
  readonly backLabel: string;
  readonly onCancel: () => void;
  readonly onBack: () => void;
  /** Why it cannot be cancelled now, where more is known than that it cannot. */
  readonly whyNot?: string;
  /** What else is to be seen of it, below its steps. */
  readonly children?: ReactNode;
}

/** A run: its steps as they go, the way out while there is one, and when it failed, what is and what to do. */
export function OperationPanel(props: OperationPanelProps) {
  const { operation, refused, backLabel, onCancel, onBack, whyNot, children } = props;
  const { t } = useTranslation();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), [operation.id]);
  const running = operation.state === 'running';
  const current = operation.steps.find((step) => step.state === 'running');
  return (
    <section className="operation pane-scroll" aria-labelledby="operation-title">
      <h2 id="operation-title" ref={title} tabIndex={-1}>
        {t(`rescue.run.title.${operation.kind}.${operation.state}`, { machine: operation.machineName })}
      </h2>
      <p className="visually-hidden" role="status">
        {current === undefined
          ? t(`rescue.run.state.${operation.state}`)
          : visible(`${current.text} ${current.note ?? ''}`)}
      </p>
      <ol className="operation-steps">
        {operation.steps.map((step) => {
          const { sign, tone } = STEP_SIGNS[step.state];
          return (
            <li
              key={step.id}
              className={`operation-step operation-step-${step.state}`}
              aria-current={step.state === 'running' ? 'step' : undefined}
            >
              <Sign name={sign} tone={tone} label={t(`rescue.run.step.${step.state}`)} />
              <span>
                {visible(step.text)}
                {step.note !== null && <span className="muted small operation-note">{visible(step.note)}</span>}
              </span>
            </li>
          );
        })}
      </ol>
      {children}
      {refused !== null && <ErrorNotice error={refused} />}
      {operation.error !== null && <ErrorNotice error={operation.error} />}
      <div className="row">
        {running ? (
          <>
            <Button
              variant="outlined"
              disabled={!operation.cancellable}
              aria-describedby="operation-cancel"
              onClick={onCancel}
            >
              {t('common.cancel')}
            </Button>
            <span id="operation-cancel" className="muted small">
              {operation.cancellable
                ? t(`rescue.run.cancelHelp.${operation.kind}`)
                : (whyNot ?? t('rescue.run.notCancellable'))}
            </span>
          </>
        ) : (
          <Button variant="contained" onClick={onBack}>
            {backLabel}
          </Button>
        )}
      </div>
    </section>
  );
}
