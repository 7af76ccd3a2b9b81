import { useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { PathText } from '../../components/PathText.tsx';
import { Sign } from '../../components/Sign.tsx';
import type { SignName } from '../../components/Sign.tsx';
import type { DiskRole } from '../../../../src-core/disks/types.ts';
import { DISK_COLUMNS, cellText, diskFlags } from './columns.ts';
import type { DiskColumn, ShownDisk } from './columns.ts';

const NUMBERS: readonly DiskColumn[] = ['size', 'allocation', 'boot'];
const MONO: readonly DiskColumn[] = ['target', 'address', 'serial', 'guestNames'];

const ROLE_SIGNS: Readonly<Record<DiskRole, SignName>> = {
  root: 'root',
  data: 'disk',
  swap: 'disk',
  ephemeral: 'disk',
  'config-drive': 'disk',
  cdrom: 'cdrom',
  floppy: 'floppy',
  rescue: 'rescue',
};

interface DisksTableProps {
  readonly rows: readonly ShownDisk[];
  readonly chosen: string | null;
  readonly onChoose: (target: string) => void;
}

/** Every disk with everything in one line; wider than the window where it must be, with the name staying in sight. */
export function DisksTable({ rows, chosen, onChoose }: DisksTableProps) {
  const { t } = useTranslation();
  const body = useRef<HTMLTableSectionElement>(null);

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const index = rows.findIndex((row) => row.disk.target === chosen);
    const next = rows[Math.min(Math.max(index + step, 0), rows.length - 1)];
    if (next === undefined) return;
    onChoose(next.disk.target);
    body.current?.querySelector<HTMLElement>(`[data-target="${CSS.escape(next.disk.target)}"] button`)?.focus();
  };

  return (
    <div className="disks-table-scroll pane-scroll" role="region" aria-label={t('disks.table')} tabIndex={0}>
      <table className="disks-table">
        <caption className="visually-hidden">{t('disks.table')}</caption>
        <thead>
          <tr>
            {DISK_COLUMNS.map((column) => (
              <th key={column} scope="col" className={NUMBERS.includes(column) ? 'num' : ''}>
                {t(`disks.columns.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {rows.map((row) => (
            <tr
              key={row.disk.target}
              data-target={row.disk.target}
              className={[
                row.disk.target === chosen ? 'disks-row-chosen' : '',
                row.added ? 'disks-row-added' : '',
              ].join(' ')}
              onClick={() => onChoose(row.disk.target)}
            >
              {DISK_COLUMNS.map((column) => (
                <Cell key={column} row={row} column={column} chosen={row.disk.target === chosen} onChoose={onChoose} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  readonly row: ShownDisk;
  readonly column: DiskColumn;
  readonly chosen: boolean;
  readonly onChoose: (target: string) => void;
}

function Cell({ row, column, chosen, onChoose }: CellProps) {
  const { t } = useTranslation();
  const { disk } = row;
  if (column === 'target') {
    return (
      <th scope="row">
        <button
          type="button"
          className="disks-choose mono"
          aria-pressed={chosen}
          tabIndex={chosen ? 0 : -1}
          onClick={() => onChoose(disk.target)}
        >
          {disk.target}
        </button>
        {row.added && <Sign name="added" tone="added" label={t('common.added')} />}
      </th>
    );
  }
  if (column === 'role') {
    return (
      <td title={disk.roleWhy}>
        <span className="row disks-role">
          <Sign name={ROLE_SIGNS[disk.role]} tone={disk.role === 'rescue' ? 'rescue' : 'unchanged'} />
          {t(`disks.role.${disk.role}`)}
        </span>
      </td>
    );
  }
  if (column === 'source') {
    return (
      <td className="disks-source">
        {disk.source === null ? <span className="muted">{t('disks.empty')}</span> : <PathText path={disk.source} />}
      </td>
    );
  }
  if (column === 'flags') {
    const flags = diskFlags(disk);
    return <td>{flags.length === 0 ? '—' : flags.map((flag) => t(`disks.flag.${flag}`)).join(', ')}</td>;
  }
  const className = [NUMBERS.includes(column) ? 'num' : '', MONO.includes(column) ? 'mono' : ''].join(' ').trim();
  return <td className={className}>{cellText(disk, column)}</td>;
}
