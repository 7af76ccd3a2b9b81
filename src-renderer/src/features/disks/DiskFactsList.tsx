import { useTranslation } from 'react-i18next';
import { addressText } from '../../components/address.ts';
import { formatBytes } from '../../components/format.ts';
import { diskFlags } from './columns.ts';
import type { ShownDisk } from './columns.ts';

/** All that is known of one disk, with nothing cut off. */
export function DiskFactsList({ row }: { readonly row: ShownDisk }) {
  const { t } = useTranslation();
  const { disk, added } = row;
  const facts: readonly (readonly [name: string, value: string | null, mono: boolean])[] = [
    [t('disks.columns.source'), disk.source ?? t('disks.empty'), disk.source !== null],
    [
      t('disks.facts.sizes'),
      t('disks.facts.sizesOf', { capacity: formatBytes(disk.capacity), allocation: formatBytes(disk.allocation) }),
      false,
    ],
    [t('disks.columns.format'), disk.format, false],
    [t('disks.columns.address'), addressText(disk.address), true],
    [t('disks.columns.serial'), disk.serial, true],
    [t('disks.facts.wwn'), disk.wwn, true],
    [t('disks.columns.cache'), disk.cache, false],
    [
      t('disks.columns.flags'),
      diskFlags(disk)
        .map((flag) => t(`disks.flag.${flag}`))
        .join(', ') || null,
      false,
    ],
    [t('disks.facts.kernelName'), disk.guestNames.kernel, true],
    [t('disks.facts.byId'), disk.guestNames.byId, true],
    [t('disks.facts.byPath'), disk.guestNames.byPath, true],
    [
      t('disks.facts.secrets'),
      disk.secrets.map((secret) => secret.uuid ?? secret.usage ?? '').join(', ') || null,
      true,
    ],
    [t('disks.facts.backing'), disk.backingChain.join('\n') || null, true],
  ];
  return (
    <section aria-labelledby="disk-facts" className="disk-facts">
      <h2 id="disk-facts" className="head">
        {t('disks.facts.title', { target: disk.target, device: disk.device, bus: disk.bus })}
      </h2>
      <p className="small">
        {added ? t('disks.facts.addedRole') : t(`disks.role.${disk.role}`)}
        <span className="muted">{` – ${disk.roleWhy}`}</span>
      </p>
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
    </section>
  );
}
