import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryRow } from '../../../../src-core/contract/journal-schemas.ts';
import type { JournalEntry } from '../../../../src-core/journal/types.ts';
import { Choice } from '../../components/Choice.tsx';
import { CopyButton } from '../../components/CopyButton.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { XmlView } from '../../components/xml/XmlView.tsx';
import { EntryAccount } from './EntryAccount.tsx';
import { ExportButtons } from './ExportButtons.tsx';
import { OUTCOME_SIGNS } from './outcome-signs.ts';
import { loadEntry, selectEntry, useHistory } from './store.ts';

const VIEWS = ['account', 'definition'] as const;
type View = (typeof VIEWS)[number];

interface EntryDetailsProps {
  readonly row: HistoryRow;
  /** Among those of all machines: then it leads to its own. */
  readonly ofAll: boolean;
}

/** One operation: what happened step by step, and the definition as it was before. */
export function EntryDetails({ row, ofAll }: EntryDetailsProps) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>('account');
  const { value, error } = useHistory((state) => selectEntry(state, row.id));
  const changes = useHistory((state) => state.changes);
  useEffect(() => void loadEntry(row.id), [row.id, changes]);
  const { sign, tone } = OUTCOME_SIGNS[row.outcome];
  return (
    <section className="history-entry" aria-labelledby="history-entry">
      <div className="history-entry-head">
        <h2 id="history-entry">
          <Sign name={sign} tone={tone} label={t(`history.state.${row.outcome}`)} />
          {t(`history.whatOf.${row.kind}`, { machine: row.domain.name })}
        </h2>
        <Choice
          label={t('history.view')}
          value={view}
          options={VIEWS.map((one) => ({ value: one, label: t(`history.views.${one}`) }))}
          onChange={setView}
        />
        <span className="spread">
          <ExportButtons ids={[row.id]} label={t('history.exportOne')} />
        </span>
      </div>
      {error !== null && (
        <div className="history-pad">
          <ErrorNotice error={error} />
        </div>
      )}
      {value === null && error === null && (
        <div className="history-pad">
          <Skeleton lines={7} />
        </div>
      )}
      {value !== null && view === 'account' && <EntryAccount row={row} entry={value} ofAll={ofAll} />}
      {value !== null && view === 'definition' && <DefinitionBefore entry={value} />}
    </section>
  );
}

function DefinitionBefore({ entry }: { readonly entry: JournalEntry }) {
  const { t } = useTranslation();
  const { definitionXml } = entry.began.before;
  return (
    <div className="history-definition">
      <div className="history-definition-bar">
        <span className="small muted">{t('history.definitionHelp')}</span>
        <span className="spread">
          <CopyButton text={definitionXml} label={t('history.copyXml')} />
        </span>
      </div>
      <div className="history-definition-xml">
        <XmlView text={definitionXml} label={t('history.views.definition')} />
      </div>
    </div>
  );
}
