import { useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineRow } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { useHosts } from '../../app/stores/hosts.ts';
import { useMachines } from '../../app/stores/machines.ts';
import { openMachine, useNavigation } from '../../app/stores/navigation.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { MachineList } from './MachineList.tsx';
import { FILTERS, searchMachines, sortMachines } from './search.ts';
import type { MachineFilter } from './search.ts';
import './machines.css';

/** Id of the search field: `/` goes there from anywhere. */
export const SEARCH_ID = 'machine-search';

/** The machines of all connected hosts in one list, searched as you type. */
export function MachinesPane({ onOpen }: { readonly onOpen: () => void }) {
  const { t } = useTranslation();
  const { byKey, loaded, error } = useMachines();
  const connecting = useHosts((state) => Object.values(state.byId).some((host) => host.state === 'connecting'));
  const place = useNavigation((state) => state.place);
  const [query, setQuery] = useState('');
  const [filter, setFilter] = useState<MachineFilter>('all');
  const sorted = useMemo(() => sortMachines(Object.values(byKey)), [byKey]);
  const rows = useMemo(() => searchMachines(sorted, query, filter), [sorted, query, filter]);
  const inRescue = useMemo(() => sorted.filter((row) => row.session !== null).length, [sorted]);
  const chosen = place.kind === 'machine' ? keyOf(place.machine) : null;
  const choose = (row: MachineRow): void => openMachine(row);
  const waiting = sorted.length === 0 && (!loaded || connecting);

  return (
    <section className="machines" aria-label={t('machines.title')}>
      <div className="machines-head">
        <h2 className="head">{t('machines.title')}</h2>
        <span className="small muted spread" role="status">
          {rows.length === sorted.length
            ? t('machines.count', { count: sorted.length })
            : t('machines.found', { found: rows.length, count: sorted.length })}
        </span>
      </div>
      <SearchField query={query} onQuery={setQuery} rows={rows} chosen={chosen} onChoose={choose} />
      <div className="machines-filter" role="radiogroup" aria-label={t('machines.filter')}>
        {FILTERS.map((name) => (
          <label key={name} className="machines-filter-choice">
            <input type="radio" name="machine-filter" checked={filter === name} onChange={() => setFilter(name)} />
            <span>
              {name === 'rescue' && <Sign name="rescue" tone="rescue" />}
              {t(`machines.filters.${name}`)}
              {name === 'rescue' && inRescue > 0 && ` ${inRescue}`}
            </span>
          </label>
        ))}
      </div>
      {error !== null && <ErrorNotice error={error} />}
      {waiting && (
        <div className="machines-note">
          <Skeleton lines={7} />
        </div>
      )}
      {!waiting && rows.length === 0 && (
        <p className="machines-note muted small">
          {sorted.length === 0 ? t('machines.none') : t('machines.noneFound')}
        </p>
      )}
      {rows.length > 0 && <MachineList rows={rows} chosen={chosen} onChoose={choose} onOpen={onOpen} />}
    </section>
  );
}

interface SearchFieldProps {
  readonly query: string;
  readonly onQuery: (query: string) => void;
  readonly rows: readonly MachineRow[];
  readonly chosen: string | null;
  readonly onChoose: (row: MachineRow) => void;
}

function SearchField({ query, onQuery, rows, chosen, onChoose }: SearchFieldProps) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && query !== '') {
      event.preventDefault();
      onQuery('');
      return;
    }
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return;
    const row = rows.find((one) => keyOf(one) === chosen) ?? rows[0];
    if (row === undefined) return;
    event.preventDefault();
    onChoose(row);
    document.getElementById('machine-list')?.focus();
  };
  return (
    <div className="machines-search">
      <Sign name="search" tone="unchanged" />
      <input
        ref={field}
        id={SEARCH_ID}
        type="search"
        value={query}
        spellCheck={false}
        placeholder={t('machines.searchHint')}
        aria-label={t('machines.search')}
        aria-controls="machine-list"
        aria-keyshortcuts="/"
        onChange={(event) => onQuery(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {query === '' && <kbd aria-hidden="true">/</kbd>}
    </div>
  );
}
