import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { DISK_WAYS } from '../../../../src-core/migration/types.ts';
import type { DiskWay, PlannedMigrationDisk } from '../../../../src-core/migration/types.ts';
import { highlightProps, useIsHighlighted } from '../../app/stores/highlight.ts';
import { PathText } from '../../components/PathText.tsx';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { useSentenceWords } from '../../i18n/words.ts';

interface PlannedDisksProps {
  readonly disks: readonly PlannedMigrationDisk[];
  /** As chosen by hand, by target. */
  readonly chosen: Readonly<Record<string, DiskWay>>;
  /** null: the plan chooses. */
  readonly onChoose: (target: string, way: DiskWay | null) => void;
  /** Say that a path is another at the destination. */
  readonly onMap: (path: string) => void;
}

/** Every disk: where it is, where it will be, how it gets there and why, and what that takes. */
export function PlannedDisks({ disks, chosen, onChoose, onMap }: PlannedDisksProps) {
  const { t } = useTranslation();
  if (disks.length === 0) return <p className="muted">{t('migrate.disks.none')}</p>;
  return (
    <table className="migrate-table">
      <caption className="head">{t('migrate.disks.title')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('disks.columns.target')}</th>
          <th scope="col">{t('migrate.disks.column.where')}</th>
          <th scope="col">{t('migrate.disks.column.way')}</th>
          <th scope="col" className="num">
            {t('migrate.disks.column.bytes')}
          </th>
        </tr>
      </thead>
      <tbody>
        {disks.map((disk) => (
          <DiskRow
            key={disk.target}
            disk={disk}
            chosen={chosen[disk.target] ?? null}
            onChoose={(way) => onChoose(disk.target, way)}
            onMap={onMap}
          />
        ))}
      </tbody>
    </table>
  );
}

interface DiskRowProps {
  readonly disk: PlannedMigrationDisk;
  readonly chosen: DiskWay | null;
  readonly onChoose: (way: DiskWay | null) => void;
  readonly onMap: (path: string) => void;
}

function DiskRow({ disk, chosen, onChoose, onMap }: DiskRowProps) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const highlighted = useIsHighlighted(disk.target);
  const { target, source, destination, way, bytes, pool, free } = disk;
  const missing = disk.seen === 'absent' && way !== 'copy';
  return (
    <tr className={highlighted ? 'row-highlighted' : undefined} {...highlightProps(target)}>
      <th scope="row" className="mono migrate-target" title={visible(target)}>
        {visible(target)}
      </th>
      <td className="migrate-where">
        {source === null ? <span className="muted">{t('disks.empty')}</span> : <Place end="here" path={source} />}
        {destination !== null && <Place end="there" path={destination} same={destination === source} />}
        {source !== null && (
          <span className="small muted">
            {t(`migrate.disks.seen.${disk.seen}`)}
            {missing && source.startsWith('/') && (
              <Button size="small" className="migrate-inline" onClick={() => onMap(source)}>
                {t('migrate.disks.elsewhere')}
              </Button>
            )}
          </span>
        )}
      </td>
      <td className="migrate-how">
        {isMoved(disk) ? (
          <select
            className="control"
            aria-label={t('migrate.disks.choose', { target })}
            value={chosen ?? ''}
            onChange={(event) => onChoose(DISK_WAYS.find((one) => one === event.target.value) ?? null)}
          >
            <option value="">{t('migrate.disks.byPlan', { way: t(`migrate.disks.way.${way}`) })}</option>
            {DISK_WAYS.map((value) => (
              <option key={value} value={value}>
                {t(`migrate.disks.way.${value}`)}
              </option>
            ))}
          </select>
        ) : (
          <span>{t(source === null ? 'migrate.disks.nothing' : 'migrate.disks.mustBeThere')}</span>
        )}
        <span className="small muted migrate-why">{words(disk.why)}</span>
      </td>
      <td className="num migrate-bytes">
        {bytes === 0 ? '—' : bytes === null ? t('common.unknown') : formatBytes(bytes)}
        {way !== 'shared' && pool !== null && (
          <span className={`small ${free !== null && bytes !== null && free < bytes ? 'tone-warning' : 'muted'}`}>
            {free === null
              ? t('migrate.disks.pool', { pool })
              : t('migrate.disks.poolFree', { pool, free: formatBytes(free) })}
          </span>
        )}
      </td>
    </tr>
  );
}

/** libvirt copies what the guest may write; everything else has to be there before. */
function isMoved({ source, readOnly, device }: PlannedMigrationDisk): boolean {
  return source !== null && !readOnly && device !== 'cdrom' && device !== 'floppy';
}

interface PlaceProps {
  readonly end: 'here' | 'there';
  readonly path: string;
  /** It is called the same on both. */
  readonly same?: boolean;
}

function Place({ end, path, same = false }: PlaceProps) {
  const { t } = useTranslation();
  return (
    <span className="migrate-place">
      <span className="small muted">{t(`migrate.disks.${end}`)}</span>
      {same ? <span className="small">{t('migrate.disks.samePath')}</span> : <PathText path={path} />}
    </span>
  );
}
