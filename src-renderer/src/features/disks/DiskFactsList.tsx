import { useTranslation } from 'react-i18next';
import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';
import { useDiskRate } from '../../app/stores/disk-rates.ts';
import { Sign } from '../../components/Sign.tsx';
import { addressText } from '../../components/address.ts';
import { formatBytes, formatRate, formatRequests } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { DiskLayers } from './DiskLayers.tsx';
import { DiskSecrets, DiskUsers } from './DiskUsers.tsx';
import { chainAllocation } from './chain.ts';
import { CHANGE_SIGNS } from './change-signs.ts';
import { diskFlags } from './columns.ts';
import type { ShownDisk } from './columns.ts';

interface DiskFactsListProps {
  readonly row: ShownDisk;
  /** The machine runs, and this is a disk that it runs with. */
  readonly running: boolean;
  /** The host has told all that it tells; false: the layers are still being read. */
  readonly complete: boolean;
  /** The machine is in rescue: what it added is the rescue's. */
  readonly inRescue: boolean;
}

/** All that is known of one disk, with nothing cut off. */
export function DiskFactsList({ row, running, complete, inRescue }: DiskFactsListProps) {
  const { t } = useTranslation();
  const { disk, change } = row;
  const facts = useFacts(disk);
  return (
    <section aria-labelledby="disk-facts" className="disk-facts">
      <h2 id="disk-facts" className="head">
        {t('disks.facts.title', {
          target: disk.target,
          device: disk.device,
          bus: disk.bus,
        })}
      </h2>
      <p className="small">
        {t(`disks.role.${disk.role}`)}
        {disk.roleWhy !== '' && <span className="muted">{` – ${visible(disk.roleWhy)}`}</span>}
      </p>
      {change !== null && (
        <p className={`small row disk-facts-change tone-${CHANGE_SIGNS[change].tone}`}>
          <Sign {...CHANGE_SIGNS[change]} />
          {t(`disks.changeHelp.${inRescue ? 'rescue' : 'running'}.${change}`)}
        </p>
      )}
      {running && <LiveFacts target={disk.target} />}
      <dl>
        {facts
          .filter(([, value]) => value !== null)
          .map(([name, value, mono]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className={mono ? 'mono' : ''}>{value}</dd>
            </div>
          ))}
      </dl>
      <DiskLayers disk={disk} complete={complete} />
      <DiskUsers disk={disk} />
      <DiskSecrets disk={disk} />
    </section>
  );
}

type Fact = readonly [name: string, value: string | null, mono: boolean];

function useFacts(disk: MachineDisk): readonly Fact[] {
  const { t } = useTranslation();
  const { windows } = disk.guestNames;
  const given = (value: string | null) => (value === null || value === '' ? null : visible(value));
  const { bytes, images, complete } = chainAllocation(disk);
  const amount = t(complete ? 'disks.facts.allocated' : 'disks.facts.allocatedAtLeast', { amount: formatBytes(bytes) });
  const flags = diskFlags(disk).map((flag) => t(`disks.flag.${flag}`));
  return [
    [t('disks.columns.source'), given(disk.source) ?? t('disks.empty'), disk.source !== null],
    [
      t('disks.facts.sizes'),
      disk.capacity === null && bytes === null
        ? null
        : [formatBytes(disk.capacity), amount, images > 1 ? t('disks.facts.overImages', { count: images }) : '']
            .filter((part) => part !== '')
            .join(', '),
      false,
    ],
    [t('disks.columns.format'), given(disk.format), false],
    [t('disks.columns.address'), disk.address === null ? null : visible(addressText(disk.address)), true],
    [t('disks.facts.boot'), disk.bootOrder === null ? null : String(disk.bootOrder), false],
    [t('disks.columns.serial'), given(disk.serial), true],
    [t('disks.facts.wwn'), given(disk.wwn), true],
    [t('disks.columns.cache'), given(disk.cache), false],
    [t('disks.columns.flags'), flags.join(', ') || null, false],
    [t('disks.facts.kernelName'), given(disk.guestNames.kernel), true],
    [t('disks.facts.byId'), given(disk.guestNames.byId), true],
    [t('disks.facts.byPath'), given(disk.guestNames.byPath), true],
    [
      t('disks.facts.windows'),
      windows.disk === null ? null : t('disks.facts.windowsDisk', { number: windows.disk }),
      false,
    ],
    [t('disks.facts.note'), given(disk.guestNames.note), false],
  ];
}

/** What it reads and writes now. Not announced: it changes every two seconds. */
function LiveFacts({ target }: { readonly target: string }) {
  const { t } = useTranslation();
  const rate = useDiskRate(target);
  const line = (bytes: number, requests: number) =>
    t('disks.io.line', { rate: formatRate(bytes), requests: formatRequests(requests) });
  return (
    <dl className="disk-facts-live">
      <div>
        <dt>{t('disks.io.reads')}</dt>
        <dd>{rate === null ? '—' : line(rate.readBytes, rate.readRequests)}</dd>
      </div>
      <div>
        <dt>{t('disks.io.writes')}</dt>
        <dd>{rate === null ? '—' : line(rate.writeBytes, rate.writeRequests)}</dd>
      </div>
    </dl>
  );
}
