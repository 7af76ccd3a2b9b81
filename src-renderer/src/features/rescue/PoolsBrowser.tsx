import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pool, Volume } from '../../../../src-core/contract/schemas.ts';
import type { MediumSpec } from '../../../../src-core/rescue/types.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { sameMedium } from './draft.ts';
import { filterVolumes, loadPools, loadVolumes, usePools, volumesKey } from './pools.ts';

/** A pool of thousands is filtered, not scrolled: only so many rows are drawn. */
const SHOWN_VOLUMES = 200;

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
          <input
            type="search"
            className="rescue-filter"
            value={filter}
            spellCheck={false}
            placeholder={t('rescue.medium.filter')}
            aria-label={t('rescue.medium.filter')}
            onChange={(event) => setFilter(event.target.value)}
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
  const { t } = useTranslation();
  const [opened, setOpened] = useState(openAtFirst);
  const listing = usePools((state) => state.volumes[volumesKey(hostId, pool.name)]);
  const open = opened && pool.active;

  useEffect(() => {
    if (open) void loadVolumes(hostId, pool.name);
  }, [open, hostId, pool.name]);

  const found = filterVolumes(listing?.items ?? [], filter);
  return (
    <li>
      <button
        type="button"
        className="pool-head"
        aria-expanded={open}
        disabled={!pool.active}
        title={pool.name}
        onClick={() => setOpened(!open)}
      >
        <Sign name="chevron" tone="unchanged" />
        <span className="ellipsis">{visible(pool.name)}</span>
        <span className="small muted spread nowrap">
          {pool.active
            ? pool.available === null
              ? pool.type
              : t('rescue.medium.free', { size: formatBytes(pool.available) })
            : t('rescue.medium.inactive')}
        </span>
      </button>
      {open && (
        <div role="radiogroup" aria-label={t('rescue.medium.volumesOf', { pool: pool.name })}>
          {listing?.error != null && <ErrorNotice error={listing.error} />}
          {listing?.items == null && listing?.error == null && (
            <div className="rescue-pad">
              <Skeleton lines={3} />
            </div>
          )}
          {listing?.items != null && found.length === 0 && (
            <p className="small muted volume-note">
              {listing.items.length === 0 ? t('rescue.medium.poolEmpty') : t('rescue.medium.noneFound')}
            </p>
          )}
          {found.slice(0, SHOWN_VOLUMES).map((volume) => (
            <VolumeItem key={volume.name} volume={volume} medium={medium} onChange={onChange} />
          ))}
          {found.length > SHOWN_VOLUMES && (
            <p className="small muted volume-note">
              {t('rescue.medium.more', { count: found.length - SHOWN_VOLUMES })}
            </p>
          )}
        </div>
      )}
    </li>
  );
}

interface VolumeItemProps {
  readonly volume: Volume;
  readonly medium: MediumSpec | null;
  readonly onChange: (medium: MediumSpec) => void;
}

function VolumeItem({ volume, medium, onChange }: VolumeItemProps) {
  const { t } = useTranslation();
  const spec: MediumSpec = { kind: 'volume', pool: volume.pool, name: volume.name };
  const chosen = sameMedium(spec, medium);
  return (
    <label className={chosen ? 'volume volume-chosen' : 'volume'} title={volume.path ?? volume.name}>
      <input
        type="radio"
        name="rescue-medium-volume"
        checked={chosen}
        disabled={volume.unfit !== null}
        onChange={() => onChange(spec)}
      />
      <span className="volume-text">
        <span className="volume-name">{visible(volume.name)}</span>
        <span className="small muted">
          {volume.unfit === null
            ? visible([volume.format, formatBytes(volume.capacity)].filter((word) => word !== null).join(' · '))
            : t(`rescue.medium.unfit.${volume.unfit}`)}
        </span>
      </span>
    </label>
  );
}
