import { useTranslation } from 'react-i18next';
import { HistoryView } from './HistoryView.tsx';

/** What was done from this computer, to whichever machine. */
export function HistoryPage({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  return (
    <article className="history-page" aria-labelledby="history-title">
      <h1 id="history-title">{t('history.title')}</h1>
      <HistoryView key={text} uuid={null} text={text} />
    </article>
  );
}
