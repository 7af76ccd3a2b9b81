import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../../../../src-core/contract/channels.ts';
import { REPORT_FORMATS } from '../../../../src-core/contract/journal-schemas.ts';
import type { ReportFormat } from '../../../../src-core/contract/journal-schemas.ts';
import { SavedLine } from '../../components/SavedLine.tsx';
import { exportHistory } from './store.ts';

/** Operations as a file; the system asks where to. What came of it is said beside the buttons. */
export function ExportButtons({ ids, label }: { readonly ids: readonly string[]; readonly label: string }) {
  const { t } = useTranslation();
  const [outcome, setOutcome] = useState<Answer<string | null> | null>(null);
  const [busy, setBusy] = useState(false);
  const save = async (format: ReportFormat): Promise<void> => {
    setBusy(true);
    setOutcome(await exportHistory(ids, format));
    setBusy(false);
  };
  return (
    <span className="history-export" role="group" aria-label={label} title={label}>
      <SavedLine answer={outcome} />
      <span className="small muted">{t('history.export')}</span>
      {REPORT_FORMATS.map((format) => (
        <button key={format} type="button" className="plain-link" disabled={busy} onClick={() => void save(format)}>
          {t(`history.exportAs.${format}`)}
        </button>
      ))}
    </span>
  );
}
