import { useTranslation } from 'react-i18next';
import type { Answer } from '../../../src-core/contract/channels.ts';
import { useErrorWords } from '../i18n/words.ts';
import { Sign } from './Sign.tsx';
import './saved-line.css';

interface SavedLineProps {
  /** Where a file was saved (null: the question for it was cancelled), or why it was not; null: nothing was saved yet. */
  readonly answer: Answer<string | null> | null;
}

/** What came of saving a file, beside the button that does. */
export function SavedLine({ answer }: SavedLineProps) {
  const { t } = useTranslation();
  const words = useErrorWords();
  return (
    <span role="status" className="small saved-line">
      {answer?.ok === false && (
        <span className="tone-refused">
          <Sign name="refused" tone="refused" /> {words(answer.error).message} {words(answer.error).next}
        </span>
      )}
      {answer?.ok === true && answer.value !== null && (
        <span className="muted">
          <Sign name="check" tone="good" /> {t('common.saved', { path: answer.value })}
        </span>
      )}
    </span>
  );
}
