import { useTranslation } from 'react-i18next';
import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';
import { chainAllocation } from '../../../../src-core/disks/chain-allocation.ts';
import { useDiskRate } from '../../app/stores/disk-rates.ts';
import { Sign } from '../../components/Sign.tsx';
import { addressText } from '../../components/address.ts';
import { formatBytes, formatRate, formatRequests } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { DiskLayers } from './DiskLayers.tsx';
import { DiskSecrets, DiskUsers } from './DiskUsers.tsx';
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
          .filter(({ value }) => value !== null)
          .map(({ name, value, mono, short }) => (
            <div key={name} className={short ? 'disk-fact-short' : ''}>
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

interface Fact {
  readonly name: string;
  readonly value: string | null;
  readonly mono?: boolean;
  /** Two of these stand side by side. */
  readonly short?: boolean;
}

function useFacts(disk: MachineDisk): readonly Fact[] {
  const { t } = useTranslation();
  const { kernel, byId, byPath, windows, note } = disk.guestNames;
  const given = (value: string | null) => (value === null || value === '' ? null : visible(value));
  const flags = diskFlags(disk).map((flag) => t(`disks.flag.${flag}`));
  return [
    { name: t('disks.columns.source'), value: given(disk.source) ?? t('disks.empty'), mono: disk.source !== null },
    { name: t('disks.facts.sizes'), value: useSizes(disk) },
    { name: t('disks.columns.format'), value: given(disk.format), short: disk.cache !== null },
    { name: t('disks.columns.cache'), value: given(disk.cache), short: disk.format !== null },
    {
      name: t('disks.columns.address'),
      value: given(disk.address && addressText(disk.address)),
      mono: true,
      short: disk.bootOrder !== null,
    },
    { name: t('disks.facts.boot'), value: given(String(disk.bootOrder ?? '')), short: disk.address !== null },
    { name: t('disks.columns.serial'), value: given(disk.serial), mono: true },
    { name: t('disks.facts.wwn'), value: given(disk.wwn), mono: true },
    { name: t('disks.columns.flags'), value: flags.join(', ') || null },
    { name: t('disks.facts.kernelName'), value: given(kernel), mono: true },
    { name: t('disks.facts.byId'), value: given(byId), mono: true },
    { name: t('disks.facts.byPath'), value: given(byPath), mono: true },
    {
      name: t('disks.facts.windows'),
      value: windows.disk === null ? null : t('disks.facts.windowsDisk', { number: windows.disk }),
    },
    { name: t('disks.facts.note'), value: given(note) },
  ];
}

/** `40 GiB, 8 GiB allocated in 3 images`; null: nothing is told. */
function useSizes(disk: MachineDisk): string | null {
  const { t } = useTranslation();
  const { bytes, images, complete } = chainAllocation(disk);
  if (disk.capacity === null && bytes === null) return null;
  const amount = { amount: formatBytes(bytes) };
  const allocated = t(complete ? 'disks.facts.allocated' : 'disks.facts.allocatedAtLeast', amount);
  const where = images > 1 ? ` ${t('disks.facts.overImages', { count: images })}` : '';
  return `${formatBytes(disk.capacity)}, ${allocated}${where}`;
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
