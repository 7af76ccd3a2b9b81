import { useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Choice } from '../../components/Choice.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { Sign } from '../../components/Sign.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { visible } from '../../i18n/visible.ts';
import type { UnreadableEntry } from '../../../../src-core/journal/types.ts';
import { EntryDetails } from './EntryDetails.tsx';
import { ExportButtons } from './ExportButtons.tsx';
import { HistoryList } from './HistoryList.tsx';
import { ALL, KIND_FILTERS, OUTCOME_FILTERS, filterRows } from './filter.ts';
import type { HistoryFilter } from './filter.ts';
import { loadHistory, selectList, useHistory } from './store.ts';
import './history.css';

interface HistoryViewProps {
  /** Of this machine alone; null: of all. */
  readonly uuid: string | null;
  /** What the search begins with. */
  readonly text?: string;
}

/** What was done from this computer: the operations, the newest first, and the one that is looked at. */
export function HistoryView({ uuid, text = '' }: HistoryViewProps) {
  const { t } = useTranslation();
  const { value, error } = useHistory((state) => selectList(state, uuid));
  const changes = useHistory((state) => state.changes);
  const [filter, setFilter] = useState<HistoryFilter>({ ...ALL, text });
  const [chosen, setChosen] = useState<string | null>(null);
  useEffect(() => void loadHistory(uuid), [uuid, changes]);
  const rows = useMemo(() => filterRows(value?.rows ?? [], filter), [value, filter]);
  // The newest is what one came for, until another is chosen; one that the filter hides is not shown either.
  const row = rows.find(({ id }) => id === chosen) ?? rows[0];

  if (value === null) {
    return (
      <div className="history-waiting">{error === null ? <Skeleton lines={8} /> : <ErrorNotice error={error} />}</div>
    );
  }
  return (
    <div className="history">
      <HistoryBar filter={filter} shown={rows.length} all={value.rows.length} onFilter={setFilter}>
        <ExportButtons
          key={rows.map(({ id }) => id).join()}
          ids={rows.map(({ id }) => id)}
          label={t('history.exportShown', { count: rows.length })}
        />
      </HistoryBar>
      {error !== null && <ErrorNotice error={error} />}
      <Unreadable entries={value.unreadable} folder={value.folder} />
      {row === undefined ? (
        <Nothing any={value.rows.length > 0} machine={uuid !== null} onClear={() => setFilter(ALL)} />
      ) : (
        <div className="history-body">
          <HistoryList rows={rows} chosen={row.id} ofAll={uuid === null} folder={value.folder} onChoose={setChosen} />
          <EntryDetails key={row.id} row={row} ofAll={uuid === null} />
        </div>
      )}
    </div>
  );
}

interface HistoryBarProps {
  readonly filter: HistoryFilter;
  readonly shown: number;
  readonly all: number;
  readonly onFilter: (filter: HistoryFilter) => void;
  readonly children: ReactNode;
}

function HistoryBar({ filter, shown, all, onFilter, children }: HistoryBarProps) {
  const { t } = useTranslation();
  return (
    <div className="history-bar">
      <SearchField
        label={t('history.search')}
        hint={t('history.searchHint')}
        value={filter.text}
        className="history-search"
        onChange={(text) => onFilter({ ...filter, text })}
      />
      <Choice
        label={t('history.kind')}
        value={filter.kind}
        options={KIND_FILTERS.map((value) => ({ value, label: t(`history.kinds.${value}`) }))}
        onChange={(kind) => onFilter({ ...filter, kind })}
      />
      <Choice
        label={t('history.outcome')}
        value={filter.outcome}
        options={OUTCOME_FILTERS.map((value) => ({ value, label: t(`history.outcomes.${value}`) }))}
        onChange={(outcome) => onFilter({ ...filter, outcome })}
      />
      <span className="small muted nowrap" role="status">
        {shown === all ? t('history.count', { count: all }) : t('history.found', { found: shown, count: all })}
      </span>
      {shown > 0 && <span className="spread">{children}</span>}
    </div>
  );
}

interface NothingProps {
  readonly any: boolean;
  readonly machine: boolean;
  readonly onClear: () => void;
}

function Nothing({ any, machine, onClear }: NothingProps) {
  const { t } = useTranslation();
  if (!any)
    return (
      <EmptyState title={machine ? t('history.noneMachine') : t('history.none')}>{t('history.noneHelp')}</EmptyState>
    );
  return (
    <EmptyState title={t('history.noneFound')}>
      <button type="button" className="plain-link" onClick={onClear}>
        {t('history.clear')}
      </button>
    </EmptyState>
  );
}

/** Files of the journal that are no operation one can read: named, never acted on. */
function Unreadable({ entries, folder }: { readonly entries: readonly UnreadableEntry[]; readonly folder: string }) {
  const { t } = useTranslation();
  if (entries.length === 0) return null;
  return (
    <details className="history-unreadable small">
      <summary>
        <Sign name="warning" tone="warning" /> {t('history.unreadable', { count: entries.length })}
      </summary>
      <ul>
        {entries.map(({ file, why, problem }) => (
          <li key={file}>
            <code title={`${folder}/${file}`}>{visible(file)}</code> {t(`history.unreadableWhy.${why}`)}:{' '}
            <span className="muted">{visible(problem)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
