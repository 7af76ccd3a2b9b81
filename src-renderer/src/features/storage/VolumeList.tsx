import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, Volume } from '../../../../src-core/contract/schemas.ts';
import { wantVolumes } from '../../app/stores/pools.ts';
import { Listbox } from '../../components/Listbox.tsx';
import type { OptionProps } from '../../components/Listbox.tsx';
import { Sign } from '../../components/Sign.tsx';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';

interface VolumeListProps {
  readonly host: Host;
  readonly pool: string;
  readonly names: readonly string[];
  readonly described: ReadonlyMap<string, Volume | null>;
  readonly chosen: string | null;
  readonly onChoose: (name: string) => void;
}

/** All volumes of a pool; described are only those in sight. */
export function VolumeList({ host, pool, names, described, chosen, onChoose }: VolumeListProps) {
  const { t } = useTranslation();
  const want = useCallback((inSight: readonly string[]) => wantVolumes(host.id, pool, inSight), [host.id, pool]);
  return (
    <div className="volume-table">
      <div className="volume-columns volume-columns-head small muted" aria-hidden="true">
        <span>{t('storage.column.name')}</span>
        <span>{t('storage.column.format')}</span>
        <span className="num">{t('storage.column.capacity')}</span>
        <span className="num">{t('storage.column.allocation')}</span>
        <span>{t('storage.column.use')}</span>
      </div>
      <Listbox
        className="volume-rows"
        label={t('storage.volumesOf', { pool })}
        items={names}
        keyOf={(name) => name}
        chosen={chosen}
        onChoose={onChoose}
        onSight={want}
        optionHeight={26}
        option={(name, option) => <VolumeOption name={name} volume={described.get(name)} option={option} />}
      />
    </div>
  );
}

interface VolumeOptionProps {
  readonly name: string;
  /** undefined: not known yet; null: it has gone. */
  readonly volume: Volume | null | undefined;
  readonly option: OptionProps;
}

function VolumeOption({ name, volume, option }: VolumeOptionProps) {
  const { t } = useTranslation();
  return (
    <div
      {...option}
      className={volume === null ? 'volume-option volume-columns muted' : 'volume-option volume-columns'}
      title={visible(volume?.path ?? name)}
    >
      <span className="volume-option-name">
        <Sign name={volume?.format === 'iso' ? 'cdrom' : 'disk'} tone="unchanged" />
        <span className="ellipsis name">{visible(name)}</span>
      </span>
      {volume === null && <span className="small">{t('storage.goneShort')}</span>}
      {volume != null && (
        <>
          <span className="muted">{visible(volume.format ?? '—')}</span>
          <span className="num muted">{formatBytes(volume.capacity)}</span>
          <span className="num muted">{formatBytes(volume.allocation)}</span>
          <VolumeUse volume={volume} />
        </>
      )}
    </div>
  );
}

/** Who has it as a disk, or else why it is no medium, in short. */
function VolumeUse({ volume: { unfit, machines } }: { readonly volume: Volume }) {
  const { t } = useTranslation();
  if (unfit === null) return <span />;
  return (
    <span className="volume-use small muted">
      {unfit === 'in-use' && <Sign name="running" tone="good" label={t('storage.running')} />}
      <span className="ellipsis">
        {machines.length > 0 ? machines.map(visible).join(', ') : t(`rescue.medium.unfit.${unfit}`)}
      </span>
    </span>
  );
}
