import { useTranslation } from 'react-i18next';
import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';
import { chainAllocation } from '../../../../src-core/disks/chain-allocation.ts';
import { allocatedShare } from '../../../../src-core/disks/picture-scale.ts';
import { useDiskRate } from '../../app/stores/disk-rates.ts';
import { PathText } from '../../components/PathText.tsx';
import { Sign } from '../../components/Sign.tsx';
import { formatBytes, rateText } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { ROLE_SIGNS } from './change-signs.ts';
import { NUMBERS, cellText, diskFlags } from './columns.ts';
import type { DiskColumn, TextColumn } from './columns.ts';

const MONO: readonly DiskColumn[] = ['address', 'serial', 'guestNames'];

interface DiskCellProps {
  readonly disk: MachineDisk;
  readonly column: Exclude<DiskColumn, 'target'>;
}

export function DiskCell({ disk, column }: DiskCellProps) {
  switch (column) {
    case 'role':
      return <RoleCell disk={disk} />;
    case 'source':
      return <SourceCell disk={disk} />;
    case 'allocation':
      return <AllocationCell disk={disk} />;
    case 'io':
      return <RateCell target={disk.target} />;
    case 'users':
      return <UsersCell disk={disk} />;
    case 'flags':
      return <FlagsCell disk={disk} />;
    default:
      return <TextCell disk={disk} column={column} />;
  }
}

function TextCell({ disk, column }: { readonly disk: MachineDisk; readonly column: TextColumn }) {
  const className = [NUMBERS.includes(column) ? 'num' : '', MONO.includes(column) ? 'mono' : ''].join(' ').trim();
  return <td className={className}>{cellText(disk, column)}</td>;
}

function RoleCell({ disk }: { readonly disk: MachineDisk }) {
  const { t } = useTranslation();
  return (
    <td title={visible(disk.roleWhy)}>
      <span className="row disks-role">
        <Sign name={ROLE_SIGNS[disk.role]} tone={disk.role === 'rescue' ? 'rescue' : 'unchanged'} />
        {t(`disks.role.${disk.role}`)}
      </span>
    </td>
  );
}

function SourceCell({ disk }: { readonly disk: MachineDisk }) {
  const { t } = useTranslation();
  return (
    <td className="disks-source">
      {disk.source === null ? <span className="muted">{t('disks.empty')}</span> : <PathText path={disk.source} />}
    </td>
  );
}

/** The bar says at a glance what the number says exactly. */
function AllocationCell({ disk }: { readonly disk: MachineDisk }) {
  const { t } = useTranslation();
  const { bytes, images, complete } = chainAllocation(disk);
  const share = allocatedShare({ size: disk.capacity, allocation: bytes });
  return (
    <td title={images > 1 ? t('disks.facts.overImages', { count: images }) : undefined}>
      <span className="row disks-allocation">
        <span className="disks-bar-share" aria-hidden="true">
          {share !== null && <span style={{ width: `${share * 100}%` }} />}
        </span>
        <span>
          {bytes !== null && !complete ? '≥ ' : ''}
          {formatBytes(bytes)}
        </span>
      </span>
    </td>
  );
}

function RateCell({ target }: { readonly target: string }) {
  return (
    <td className="disks-rate">
      <DiskRateText target={target} />
    </td>
  );
}

/** What a disk reads and writes now; nothing is said of one that is not known (yet). */
export function DiskRateText({ target }: { readonly target: string }) {
  const { t } = useTranslation();
  const rate = useDiskRate(target);
  if (rate === null) return '—';
  return rate.readRequests + rate.writeRequests === 0 ? (
    <span className="muted">{t('disks.io.idle')}</span>
  ) : (
    rateText(rate)
  );
}

function UsersCell({ disk }: { readonly disk: MachineDisk }) {
  const { t } = useTranslation();
  const { users } = disk;
  if (users.length === 0) return <td>—</td>;
  return (
    <td title={users.map(({ domain }) => visible(domain)).join(', ')}>
      <span className="row disks-role">
        <Sign name="warning" tone={users.some(({ writes }) => writes) ? 'warning' : 'unchanged'} />
        {t('disks.users', { count: users.length })}
      </span>
    </td>
  );
}

function FlagsCell({ disk }: { readonly disk: MachineDisk }) {
  const { t } = useTranslation();
  const flags = diskFlags(disk).map((flag) => t(`disks.flag.${flag}`));
  const locked = disk.secretStates.some(({ defined, hasValue }) => defined === false || hasValue === false);
  return (
    <td>
      <span className="row disks-role">
        {locked && <Sign name="warning" tone="warning" label={t('disks.secret.missing')} />}
        {flags.length === 0 ? '—' : flags.join(', ')}
      </span>
    </td>
  );
}
