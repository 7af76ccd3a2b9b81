import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pool, Volume } from '../../../../src-core/contract/schemas.ts';
import type { MediumSpec } from '../../../../src-core/rescue/types.ts';
import { filterNames, loadPools, loadVolumes, selectVolumes, usePools, wantVolumes } from '../../app/stores/pools.ts';
import { endedInto, useTransfers } from '../../app/stores/transfers.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { Sign } from '../../components/Sign.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { sameMedium } from './draft.ts';

const ROW_HEIGHT = 40;
const OVERSCAN = 6;

interface PoolsBrowserProps {
  readonly hostId: string;
  readonly medium: MediumSpec | null;
  readonly onChange: (medium: MediumSpec) => void;
}

/** The pools of the host; the volumes of a pool are asked for when it is opened. */
export const PoolsBrowser = memo(function PoolsBrowser({ hostId, medium, onChange }: PoolsBrowserProps) {
  const { t } = useTranslation();
  const listing = usePools((state) => state.pools[hostId]);
  const [filter, setFilter] = useState('');
  const chosenPool = medium?.kind === 'volume' ? medium.pool : null;
  const pools = listing?.items ?? null;

  useEffect(() => {
    void loadPools(hostId);
  }, [hostId]);

  return (
    <>
      {listing?.error != null && <ErrorNotice error={listing.error} />}
      {pools === null && listing?.error == null && (
        <div className="rescue-pad">
          <Skeleton lines={4} />
        </div>
      )}
      {pools?.length === 0 && <p className="small muted rescue-pad">{t('rescue.medium.noPools')}</p>}
      {pools !== null && pools.length > 0 && (
        <>
          <SearchField
            label={t('rescue.medium.filter')}
            value={filter}
            className="rescue-filter"
            onChange={setFilter}
          />
          <ul>
            {pools.map((pool) => (
              <PoolItem
                key={pool.name}
                hostId={hostId}
                pool={pool}
                filter={filter}
                medium={medium}
                openAtFirst={pool.name === chosenPool || (chosenPool === null && pools.length === 1)}
                onChange={onChange}
              />
            ))}
          </ul>
        </>
      )}
    </>
  );
});

interface PoolItemProps {
  readonly hostId: string;
  readonly pool: Pool;
  readonly filter: string;
  readonly medium: MediumSpec | null;
  readonly openAtFirst: boolean;
  readonly onChange: (medium: MediumSpec) => void;
}

function PoolItem({ hostId, pool, filter, medium, openAtFirst, onChange }: PoolItemProps) {
  const [opened, setOpened] = useState(openAtFirst);
  const usable = pool.active && pool.problem === null;
  const open = opened && usable;
  return (
    <li>
      <button
        type="button"
        className="pool-head"
        aria-expanded={open}
        disabled={!usable}
        title={visible(pool.name)}
        onClick={() => setOpened(!open)}
      >
        <Sign name="chevron" tone="unchanged" />
        <span className="ellipsis">{visible(pool.name)}</span>
        <span className="small muted spread nowrap">
          <PoolState pool={pool} />
        </span>
      </button>
      {open && <PoolVolumes hostId={hostId} pool={pool.name} filter={filter} medium={medium} onChange={onChange} />}
    </li>
  );
}

function PoolState({ pool: { type, active, available, problem } }: { readonly pool: Pool }) {
  const { t } = useTranslation();
  if (problem !== null) return t(problem.code === 'pool-silent' ? 'storage.silent' : 'storage.unreadable');
  if (!active) return t('rescue.medium.inactive');
  return available === null ? type : t('rescue.medium.free', { size: formatBytes(available) });
}

interface PoolVolumesProps extends Pick<PoolItemProps, 'hostId' | 'filter' | 'medium' | 'onChange'> {
  readonly pool: string;
}

/** Names at once; what each volume is, when it comes in sight. */
function PoolVolumes({ hostId, pool, filter, medium, onChange }: PoolVolumesProps) {
  const { t } = useTranslation();
  const { names, described, error } = usePools((state) => selectVolumes(state, hostId, pool));
  const ended = useTransfers((state) => endedInto(state, hostId, pool));
  useEffect(() => void loadVolumes(hostId, pool), [hostId, pool, ended]);
  const found = useMemo(() => filterNames(names ?? [], filter), [names, filter]);
  return (
    <div role="radiogroup" aria-label={t('rescue.medium.volumesOf', { pool })}>
      {error !== null && <ErrorNotice error={error} />}
      {names === null && error === null && (
        <div className="rescue-pad">
          <Skeleton lines={3} />
        </div>
      )}
      {names !== null && found.length === 0 && (
        <p className="small muted volume-note">
          {names.length === 0 ? t('rescue.medium.poolEmpty') : t('rescue.medium.noneFound')}
        </p>
      )}
      {found.length > 0 && (
        <VolumeRows
          hostId={hostId}
          pool={pool}
          names={found}
          described={described}
          medium={medium}
          onChange={onChange}
        />
      )}
    </div>
  );
}

interface VolumeRowsProps extends Pick<PoolVolumesProps, 'hostId' | 'pool' | 'medium' | 'onChange'> {
  readonly names: readonly string[];
  readonly described: ReadonlyMap<string, Volume | null>;
}

function VolumeRows({ hostId, pool, names, described, medium, onChange }: VolumeRowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: names.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    getItemKey: (at) => names[at] ?? at,
  });
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= first) wantVolumes(hostId, pool, names.slice(first, last + 1));
  }, [hostId, pool, names, first, last]);
  return (
    <div ref={scroller} className="pool-volumes pane-scroll">
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {items.map((item) => {
          const name = names[item.index];
          if (name === undefined) return null;
          return (
            <VolumeItem
              key={item.key}
              spec={{ kind: 'volume', pool, name }}
              volume={described.get(name)}
              top={item.start}
              medium={medium}
              onChange={onChange}
            />
          );
        })}
      </div>
    </div>
  );
}

interface VolumeItemProps {
  readonly spec: MediumSpec & { kind: 'volume' };
  /** undefined: not known yet; null: it has gone. */
  readonly volume: Volume | null | undefined;
  readonly top: number;
  readonly medium: MediumSpec | null;
  readonly onChange: (medium: MediumSpec) => void;
}

function VolumeItem({ spec, volume, top, medium, onChange }: VolumeItemProps) {
  const { t } = useTranslation();
  const chosen = sameMedium(spec, medium);
  return (
    <label
      className={chosen ? 'volume volume-chosen' : 'volume'}
      style={{ transform: `translateY(${top}px)` }}
      title={visible(volume?.path ?? spec.name)}
    >
      <input
        type="radio"
        name="rescue-medium-volume"
        checked={chosen}
        disabled={volume === null || (volume != null && volume.unfit !== null)}
        onChange={() => onChange(spec)}
      />
      <span className="volume-text">
        <span className="volume-name">{visible(spec.name)}</span>
        <span className="small muted">
          {volume === undefined ? t('storage.looking') : <VolumeWords volume={volume} />}
        </span>
      </span>
    </label>
  );
}

function VolumeWords({ volume }: { readonly volume: Volume | null }) {
  const { t } = useTranslation();
  if (volume === null) return t('storage.goneShort');
  if (volume.unfit !== null) {
    const { unfit, machines } = volume;
    return t(`storage.unfit.${unfit}`, { count: machines.length, machines: machines.map(visible).join(', ') });
  }
  return visible([volume.format, formatBytes(volume.capacity)].filter((word) => word !== null).join(' · '));
}
