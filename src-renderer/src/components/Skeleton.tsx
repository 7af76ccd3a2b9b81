import { useTranslation } from 'react-i18next';

const WIDTHS = ['62%', '84%', '48%', '71%', '55%'];

/** Lines in the place of text that is on its way. */
export function Skeleton({ lines }: { readonly lines: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('common.loading')}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="skeleton" style={{ width: WIDTHS[line % WIDTHS.length] }} />
      ))}
    </div>
  );
}
