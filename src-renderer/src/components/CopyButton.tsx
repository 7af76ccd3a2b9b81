import Button from '@mui/material/Button';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Sign } from './Sign.tsx';

const SHOWN_MS = 2000;

/** Copies a text and says so on the button itself. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setOutcome('copied');
    } catch {
      setOutcome('failed');
    }
    window.setTimeout(() => setOutcome(null), SHOWN_MS);
  };
  return (
    <Button
      variant="outlined"
      startIcon={<Sign name={outcome === 'copied' ? 'check' : 'copy'} />}
      onClick={() => void copy()}
    >
      <span aria-live="polite">
        {outcome === null ? label : t(`common.${outcome === 'copied' ? 'copied' : 'copyFailed'}`)}
      </span>
    </Button>
  );
}
