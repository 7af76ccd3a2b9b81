import Button from '@mui/material/Button';
import { useEffect, useId, useRef } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFocusKept } from './use-focus-kept.ts';
import './confirm-panel.css';

interface ConfirmPanelProps {
  readonly title: string;
  /** What it does, on the button. */
  readonly confirm: string;
  /** It is under way: neither button can be pressed. */
  readonly busy: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  /** What will be done, in words. */
  readonly children: ReactNode;
}

/** Asked in its place, before something is done: names the machine and says what will be done to it. Enter starts, Escape goes back. */
export function ConfirmPanel({ title, confirm, busy, onConfirm, onCancel, children }: ConfirmPanelProps) {
  const { t } = useTranslation();
  const id = useId();
  const confirmButton = useRef<HTMLButtonElement>(null);
  useEffect(() => confirmButton.current?.focus(), []);
  useFocusKept(confirmButton, busy);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || busy) return;
    event.preventDefault();
    onCancel();
  };
  return (
    <div
      className="confirm"
      role="group"
      aria-labelledby={`${id}-title`}
      aria-describedby={`${id}-words`}
      onKeyDown={onKeyDown}
    >
      <div className="confirm-words">
        <h2 id={`${id}-title`}>{title}</h2>
        <div id={`${id}-words`}>{children}</div>
      </div>
      <div className="confirm-actions">
        <Button variant="outlined" disabled={busy} onClick={onCancel}>
          {t('common.back')}
        </Button>
        <Button ref={confirmButton} variant="contained" disabled={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </div>
  );
}
