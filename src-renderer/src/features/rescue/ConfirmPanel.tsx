import Button from '@mui/material/Button';
import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { RescuePlan } from '../../../../src-core/rescue/plan-types.ts';
import { useSentenceWords } from '../../i18n/words.ts';

interface ConfirmPanelProps {
  readonly machineName: string;
  readonly plan: RescuePlan;
  readonly busy: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Names the machine and says step by step what will be done to it. Enter starts, Escape goes back. */
export function ConfirmPanel({ machineName, plan, busy, onConfirm, onCancel }: ConfirmPanelProps) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const confirmButton = useRef<HTMLButtonElement>(null);
  useEffect(() => confirmButton.current?.focus(), []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || busy) return;
    event.preventDefault();
    onCancel();
  };
  return (
    <div
      className="confirm"
      role="group"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-steps"
      onKeyDown={onKeyDown}
    >
      <div className="confirm-words">
        <h2 id="confirm-title">{t('rescue.confirm.title', { machine: machineName })}</h2>
        <ol id="confirm-steps">
          {plan.steps.map((step) => (
            <li key={step.id}>{words(step.what)}</li>
          ))}
        </ol>
      </div>
      <div className="confirm-actions">
        <Button variant="outlined" disabled={busy} onClick={onCancel}>
          {t('common.back')}
        </Button>
        <Button ref={confirmButton} variant="contained" disabled={busy} onClick={onConfirm}>
          {t('rescue.confirm.start', { machine: machineName })}
        </Button>
      </div>
    </div>
  );
}
