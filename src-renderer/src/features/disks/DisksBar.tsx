import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { chainAllocation } from '../../../../src-core/disks/chain-allocation.ts';
import { useDiskRates } from '../../app/stores/disk-rates.ts';
import { Choice } from '../../components/Choice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { formatBytes, rateText } from '../../components/format.ts';
import { CHANGE_SIGNS } from './change-signs.ts';
import type { ShownDisk } from './columns.ts';
import { DISK_CHANGES, runningChanges } from './running-changes.ts';
import { DISK_VIEWS, showDiskView, useDisksView } from './store.ts';

export type Version = 'live' | 'definition';

interface DisksBarProps {
  readonly details: MachineDetails;
  readonly rows: readonly ShownDisk[];
  readonly version: Version;
  readonly onVersion: (version: Version) => void;
}

/** How the disks are shown, and what all of them are together; where what runs differs from the definition, which of the two. */
export function DisksBar({ details, rows, version, onVersion }: DisksBarProps) {
  const { t } = useTranslation();
  const view = useDisksView((state) => state.view);
  return (
    <div className="disks-bar">
      <div className="disks-bar-line">
        {details.live !== null && (
          <Choice
            label={t('disks.version')}
            value={version}
            options={[
              { value: 'live', label: t(`disks.versions.${details.row.state === 'shutoff' ? 'rescue' : 'live'}`) },
              { value: 'definition', label: t('disks.versions.definition') },
            ]}
            onChange={onVersion}
          />
        )}
        <Choice
          label={t('disks.view')}
          value={view}
          options={DISK_VIEWS.map((value) => ({ value, label: t(`disks.views.${value}`) }))}
          onChange={showDiskView}
        />
        <Totals rows={rows} />
      </div>
      {(details.live !== null || rows.some(({ change }) => change !== null)) && (
        <Changes details={details} rows={rows} version={version} />
      )}
    </div>
  );
}

function Totals({ rows }: { readonly rows: readonly ShownDisk[] }) {
  const { t } = useTranslation();
  const total = useDiskRates((state) => state.total);
  const error = useDiskRates((state) => state.error);
  const disks = rows.map(({ disk }) => disk);
  const sum = (sizes: readonly (number | null)[]) => sizes.reduce<number>((all, size) => all + (size ?? 0), 0);
  const size = sum(disks.map(({ capacity }) => capacity));
  const allocated = sum(disks.map((disk) => chainAllocation(disk).bytes));
  const idle = total === null || total.readRequests + total.writeRequests === 0;
  return (
    <span className="disks-totals small muted">
      <span>{t('disks.count', { count: rows.length })}</span>
      {size > 0 && <span>{t('disks.totals', { size: formatBytes(size), allocated: formatBytes(allocated) })}</span>}
      {total !== null && <span className="disks-rate">{idle ? t('disks.io.idle') : rateText(total)}</span>}
      {error !== null && <span title={error.message}>{t('disks.io.unknown')}</span>}
    </span>
  );
}

/** What is different from the definition, disk by disk, and that nothing else is. */
function Changes({ details, rows, version }: Omit<DisksBarProps, 'onVersion'>) {
  const { t } = useTranslation();
  const inRescue = details.row.session !== null;
  if (version === 'definition' && details.live !== null) {
    return <p className="small muted">{t(`disks.versionHelp.${inRescue ? 'definition' : 'definitionOnly'}`)}</p>;
  }
  const { live } = details;
  const absent = live === null ? [] : runningChanges(details.disks, live.disks).absent;
  const groups = DISK_CHANGES.map((change) => ({
    change,
    targets: rows.filter((row) => row.change === change).map(({ disk }) => disk.target),
  })).filter(({ targets }) => targets.length > 0);
  return (
    <p className="disks-changes small">
      {groups.map(({ change, targets }) => (
        <span key={change} className={`tone-${CHANGE_SIGNS[change].tone}`}>
          <Sign {...CHANGE_SIGNS[change]} />
          {t(`disks.changes.${change}`, { targets: targets.join(', ') })}
        </span>
      ))}
      {absent.length > 0 && (
        <span className="tone-warning">
          <Sign name="warning" tone="warning" />
          {t('disks.changes.absent', { targets: absent.join(', ') })}
        </span>
      )}
      {live !== null && (
        <span className="muted">
          <Sign name="unchanged" tone="unchanged" />
          {t(groups.length + absent.length === 0 ? 'disks.changes.none' : 'disks.changes.rest')}
        </span>
      )}
    </p>
  );
}
