import { useEffect, useId, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryRow } from '../../../../src-core/contract/journal-schemas.ts';
import { Sign } from '../../components/Sign.tsx';
import { formatTime } from '../../components/format.ts';
import { moveChoice } from '../../components/move-choice.ts';
import { visible } from '../../i18n/visible.ts';
import { OUTCOME_SIGNS } from './outcome-signs.ts';

/** More than one looks through by eye: beyond, the filter is the way. */
const SHOWN = 300;
const PAGE = 12;

interface HistoryListProps {
  readonly rows: readonly HistoryRow[];
  readonly chosen: string;
  /** Of all machines: then each line names its own. */
  readonly ofAll: boolean;
  /** Where the journal is, for people. */
  readonly folder: string;
  readonly onChoose: (id: string) => void;
}

/** The list keeps the focus and names the chosen option, as the list of machines does. */
export function HistoryList({ rows, chosen, ofAll, folder, onChoose }: HistoryListProps) {
  const { t } = useTranslation();
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const shown = rows.slice(0, SHOWN);
  const index = shown.findIndex(({ id }) => id === chosen);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = moveChoice(event.key, index, shown.length, PAGE);
    if (to === null) return;
    event.preventDefault();
    const row = shown[to];
    if (row !== undefined) onChoose(row.id);
  };
  return (
    <div className="history-list pane-scroll">
      <div
        ref={list}
        role="listbox"
        tabIndex={0}
        aria-label={t('history.label')}
        aria-activedescendant={index >= 0 ? `${base}-${index}` : undefined}
        onKeyDown={onKeyDown}
      >
        {shown.map((row, at) => (
          <HistoryOption
            key={row.id}
            id={`${base}-${at}`}
            row={row}
            ofAll={ofAll}
            selected={at === index}
            onChoose={onChoose}
          />
        ))}
      </div>
      {rows.length > SHOWN && (
        <p className="small muted history-more">{t('history.more', { count: rows.length - SHOWN })}</p>
      )}
      {ofAll && <p className="small muted history-more">{t('history.folder', { folder })}</p>}
    </div>
  );
}

interface HistoryOptionProps {
  readonly id: string;
  readonly row: HistoryRow;
  readonly ofAll: boolean;
  readonly selected: boolean;
  readonly onChoose: (id: string) => void;
}

function HistoryOption({ id, row, ofAll, selected, onChoose }: HistoryOptionProps) {
  const { t } = useTranslation();
  const { sign, tone } = OUTCOME_SIGNS[row.outcome];
  const what = ofAll ? t(`history.whatOf.${row.kind}`, { machine: row.domain.name }) : t(`history.what.${row.kind}`);
  const outcome = t(`history.state.${row.outcome}`);
  const time = formatTime(row.at);
  return (
    <div
      id={id}
      role="option"
      aria-selected={selected}
      aria-label={t('history.option', { what, outcome, time, by: row.by })}
      className="history-option"
      onClick={() => onChoose(row.id)}
    >
      <Sign name={sign} tone={tone} />
      <span className="history-option-what">
        <span className="history-option-name">{what}</span>
        <span className="small muted history-option-more">
          {[outcome, ofAll ? visible(row.host.hostname) : null, row.medium === null ? null : visible(row.medium)]
            .filter((word) => word !== null)
            .join(' · ')}
        </span>
      </span>
      <span className="small muted history-option-when">
        <span>{time}</span>
        <span>{visible(row.by)}</span>
      </span>
    </div>
  );
}
