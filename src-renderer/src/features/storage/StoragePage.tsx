import Button from '@mui/material/Button';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../../src-core/contract/schemas.ts';
import { useHosts } from '../../app/stores/hosts.ts';
import { goTo } from '../../app/stores/navigation.ts';
import { loadPools, usePools } from '../../app/stores/pools.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { visible } from '../../i18n/visible.ts';
import { PoolList } from './PoolList.tsx';
import { PoolView } from './PoolView.tsx';
import './storage.css';

interface StoragePageProps {
  readonly hostId: string;
  /** null: the first one. */
  readonly pool: string | null;
}

/** The pools of a host, and the volumes of one of them. */
export function StoragePage({ hostId, pool }: StoragePageProps) {
  const { t } = useTranslation();
  const host = useHosts((state) => state.byId[hostId]);
  if (host === undefined) return <EmptyState title={t('hosts.gone')} />;
  return (
    <div className="storage">
      <header className="storage-head">
        <h1>{t('storage.title', { host: host.name })}</h1>
        <Button variant="text" onClick={() => goTo({ kind: 'host', hostId })}>
          {t('storage.toHost')}
        </Button>
      </header>
      {host.state === 'connected' ? (
        <Pools host={host} pool={pool} />
      ) : (
        <EmptyState title={t('storage.notConnected')}>{t('storage.notConnectedHelp')}</EmptyState>
      )}
    </div>
  );
}

function Pools({ host, pool: wanted }: { readonly host: Host; readonly pool: string | null }) {
  const { t } = useTranslation();
  const listing = usePools((state) => state.pools[host.id]);
  useEffect(() => void loadPools(host.id), [host.id]);
  const pools = listing?.items ?? null;
  const error = listing?.error ?? null;
  if (pools === null)
    return (
      <div className="storage-waiting">{error === null ? <Skeleton lines={6} /> : <ErrorNotice error={error} />}</div>
    );
  if (pools.length === 0 && error === null)
    return <EmptyState title={t('storage.none')}>{t('storage.noneHelp')}</EmptyState>;
  // One that can be looked into comes before one that cannot, until another is chosen.
  const pool =
    pools.find(({ name }) => name === wanted) ??
    (wanted === null ? (pools.find((one) => one.active) ?? pools[0]) : undefined);
  return (
    <>
      {error !== null && <ErrorNotice error={error} />}
      <div className="storage-body">
        <PoolList
          pools={pools}
          chosen={pool?.name ?? null}
          onChoose={(name) => goTo({ kind: 'storage', hostId: host.id, pool: name })}
          onReload={() => void loadPools(host.id)}
        />
        {pool === undefined ? (
          <EmptyState title={t('storage.poolGone', { pool: visible(wanted ?? '') })} />
        ) : (
          <PoolView key={`${host.id}/${pool.name}`} host={host} pool={pool} />
        )}
      </div>
    </>
  );
}
