import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { REPORT_FORMATS } from '../../../../src-core/contract/journal-schemas.ts';
import type { ReportFormat } from '../../../../src-core/contract/journal-schemas.ts';
import { Sign } from '../../components/Sign.tsx';
import { useErrorWords } from '../../i18n/words.ts';
import { visible } from '../../i18n/visible.ts';
import { exportHistory } from './store.ts';
import type { Exported } from './store.ts';

/** Operations as a file; the system asks where to. What came of it is said beside the buttons. */
export function ExportButtons({ ids, label }: { readonly ids: readonly string[]; readonly label: string }) {
  const { t } = useTranslation();
  const words = useErrorWords();
  const [outcome, setOutcome] = useState<Exported | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (format: ReportFormat): Promise<void> => {
    setBusy(true);
    setOutcome(await exportHistory(ids, format));
    setBusy(false);
  };
  return (
    <span className="history-export" role="group" aria-label={label} title={label}>
      <span role="status" className="small history-export-outcome">
        {outcome !== null && 'error' in outcome && (
          <span className="tone-refused">
            <Sign name="refused" tone="refused" /> {words(outcome.error).message} {words(outcome.error).next}
          </span>
        )}
        {outcome !== null && 'path' in outcome && outcome.path !== null && (
          <span className="muted">
            <Sign name="check" tone="good" /> {t('history.saved', { path: visible(outcome.path) })}
          </span>
        )}
      </span>
      <span className="small muted">{t('history.export')}</span>
      {REPORT_FORMATS.map((format) => (
        <button key={format} type="button" className="plain-link" disabled={busy} onClick={() => void save(format)}>
          {t(`history.exportAs.${format}`)}
        </button>
      ))}
    </span>
  );
}
