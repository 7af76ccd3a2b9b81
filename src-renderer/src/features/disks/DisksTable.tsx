import { useTranslation } from 'react-i18next';
import { Sign } from '../../components/Sign.tsx';
import { DiskCell } from './DiskCell.tsx';
import { DiskTableRow, useRowKeys } from './DiskTableRow.tsx';
import { CHANGE_SIGNS } from './change-signs.ts';
import { DISK_COLUMNS, NUMBERS } from './columns.ts';
import type { DiskColumn, ShownDisk } from './columns.ts';

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
  const columns = DISK_COLUMNS.filter((column) => running || column !== 'io');
  const { body, onKeyDown } = useRowKeys(
    rows.map(({ disk }) => disk.target),
    chosen,
    onChoose,
  );
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
  return (
    <DiskTableRow
      target={disk.target}
      chosen={chosen}
      added={change === 'added'}
      sign={change !== null && <Sign {...CHANGE_SIGNS[change]} label={t(`disks.change.${change}`)} />}
      onChoose={onChoose}
    >
      {columns
        .filter((column) => column !== 'target')
        .map((column) => (
          <DiskCell key={column} disk={disk} column={column} />
        ))}
    </DiskTableRow>
  );
}
