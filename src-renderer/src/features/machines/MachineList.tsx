import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineRow } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { Sign } from '../../components/Sign.tsx';
import { stateSign } from '../../components/machine-state.ts';
import { visible } from '../../i18n/visible.ts';
import { moveChoice } from '../../components/move-choice.ts';

const ROW_HEIGHT = 26;
const OVERSCAN = 12;

interface MachineListProps {
  readonly rows: readonly MachineRow[];
  readonly chosen: string | null;
  readonly onChoose: (row: MachineRow) => void;
  /** Enter: go on to the machine's page. */
  readonly onOpen: () => void;
}

/**
 * All machines, only those in sight in the DOM. The list keeps the focus and names the chosen option (aria-activedescendant),
 * so that a row that scrolls out of the DOM takes no focus with it.
 */
export function MachineList({ rows, chosen, onChoose, onOpen }: MachineListProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const base = useId();
  const index = rows.findIndex((row) => keyOf(row) === chosen);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    getItemKey: (at) => keyOf(rows[at] as MachineRow),
  });

  useEffect(() => {
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' });
    // Only when another machine is chosen: a list that jumps back while one scrolls is no help.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosen]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && index >= 0) {
      event.preventDefault();
      onOpen();
      return;
    }
    const pageSize = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_HEIGHT) / ROW_HEIGHT) - 1);
    const to = moveChoice(event.key, index, rows.length, pageSize);
    if (to === null) return;
    event.preventDefault();
    const row = rows[to];
    if (row !== undefined) onChoose(row);
  };

  return (
    <div
      ref={scroller}
      id="machine-list"
      className="machine-list pane-scroll"
      role="listbox"
      tabIndex={0}
      aria-label={t('machines.list')}
      aria-activedescendant={index >= 0 ? `${base}-${index}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <MachineOption
              key={item.key}
              id={`${base}-${item.index}`}
              row={row}
              top={item.start}
              place={item.index + 1}
              count={rows.length}
              selected={item.index === index}
              onChoose={onChoose}
            />
          );
        })}
      </div>
    </div>
  );
}

interface MachineOptionProps {
  readonly id: string;
  readonly row: MachineRow;
  readonly top: number;
  readonly place: number;
  readonly count: number;
  readonly selected: boolean;
  readonly onChoose: (row: MachineRow) => void;
}

function MachineOption({ id, row, top, place, count, selected, onChoose }: MachineOptionProps) {
  const { t } = useTranslation();
  const { sign, tone } = stateSign(row);
  const state = row.session === null ? t(`state.${row.state}`) : t('state.rescue');
  return (
    <div
      id={id}
      role="option"
      aria-selected={selected}
      aria-posinset={place}
      aria-setsize={count}
      aria-label={t('machines.option', { name: row.name, state, host: row.hostName })}
      className="machine-option"
      style={{ transform: `translateY(${top}px)` }}
      title={row.title ?? undefined}
      onClick={() => onChoose(row)}
    >
      <Sign name={sign} tone={tone} />
      <span className="machine-option-name">{visible(row.name)}</span>
      <span className="machine-option-host">{row.hostName}</span>
    </div>
  );
}
