import { useEffect, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useIsHighlighted, highlightProps } from '../../app/stores/highlight.ts';
import { visible } from '../../i18n/visible.ts';
import { DiskCell } from './DiskCell.tsx';
import { CHANGE_SIGNS } from './change-signs.ts';
import { DISK_COLUMNS } from './columns.ts';
import type { DiskColumn, ShownDisk } from './columns.ts';
import { Sign } from '../../components/Sign.tsx';

const NUMBERS: readonly DiskColumn[] = ['size', 'boot', 'layers'];

interface DisksTableProps {
  readonly rows: readonly ShownDisk[];
  readonly chosen: string | null;
  /** The machine runs: there is a column for what it reads and writes. */
  readonly running: boolean;
  readonly onChoose: (target: string) => void;
}

/** Every disk with everything in one line; wider than the window where it must be, with the name staying in sight. */
export function DisksTable({ rows, chosen, running, onChoose }: DisksTableProps) {
  const { t } = useTranslation();
  const body = useRef<HTMLTableSectionElement>(null);
  const columns = DISK_COLUMNS.filter((column) => running || column !== 'io');

  const onKeyDown = (event: KeyboardEvent): void => {
    const at = rows.findIndex((row) => row.disk.target === chosen);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const row = rows[next];
    if (row === undefined) return;
    onChoose(row.disk.target);
    body.current?.querySelector<HTMLElement>(`[data-target="${CSS.escape(row.disk.target)}"] button`)?.focus();
  };

  return (
    <div className="disks-table-scroll pane-scroll" role="region" aria-label={t('disks.table')} tabIndex={0}>
      <table className="disks-table">
        <caption className="visually-hidden">{t('disks.table')}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" className={NUMBERS.includes(column) ? 'num' : ''}>
                {t(`disks.columns.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {rows.map((row) => (
            <DiskRow
              key={row.disk.target}
              row={row}
              columns={columns}
              chosen={row.disk.target === chosen}
              onChoose={onChoose}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface DiskRowProps {
  readonly row: ShownDisk;
  readonly columns: readonly DiskColumn[];
  readonly chosen: boolean;
  readonly onChoose: (target: string) => void;
}

function DiskRow({ row, columns, chosen, onChoose }: DiskRowProps) {
  const { t } = useTranslation();
  const { disk, change } = row;
  const highlighted = useIsHighlighted(disk.target);
  const head = useRef<HTMLTableCellElement>(null);

  // Chosen or highlighted elsewhere, it comes in sight; under the pointer nothing moves.
  useEffect(() => {
    const cell = head.current;
    if ((chosen || highlighted) && cell?.parentElement?.matches(':hover') === false) {
      cell.scrollIntoView({ block: 'nearest' });
    }
  }, [chosen, highlighted]);

  const classes = [
    chosen ? 'disks-row-chosen' : '',
    change === 'added' ? 'disks-row-added' : '',
    highlighted ? 'row-highlighted' : '',
  ];
  return (
    <tr
      data-target={disk.target}
      className={classes.join(' ').trim()}
      onClick={() => onChoose(disk.target)}
      {...highlightProps(disk.target)}
    >
      <th ref={head} scope="row">
        <button
          type="button"
          className="disks-choose mono"
          aria-pressed={chosen}
          tabIndex={chosen ? 0 : -1}
          onClick={() => onChoose(disk.target)}
        >
          {visible(disk.target)}
        </button>
        {change !== null && <Sign {...CHANGE_SIGNS[change]} label={t(`disks.change.${change}`)} />}
      </th>
      {columns
        .filter((column) => column !== 'target')
        .map((column) => (
          <DiskCell key={column} disk={disk} column={column} />
        ))}
    </tr>
  );
}
