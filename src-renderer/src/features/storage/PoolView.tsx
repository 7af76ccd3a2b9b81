import Button from '@mui/material/Button';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Host, Pool } from '../../../../src-core/contract/schemas.ts';
import {
  changePool,
  filterNames,
  loadPools,
  loadVolumes,
  lookAgain,
  selectVolumes,
  usePools,
} from '../../app/stores/pools.ts';
import { chooseFiles } from '../../app/stores/sending.ts';
import { endedInto, useTransfers } from '../../app/stores/transfers.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { PathText } from '../../components/PathText.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { UsageBar } from '../../components/UsageBar.tsx';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { VolumeDetails } from './VolumeDetails.tsx';
import { VolumeList } from './VolumeList.tsx';

interface PoolViewProps {
  readonly host: Host;
  readonly pool: Pool;
}

/** One pool: what it is, what can be done to it, its volumes. */
export function PoolView({ host, pool }: PoolViewProps) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState<'pools.refresh' | 'pools.start' | null>(null);
  const [error, setError] = useState<ErrorData | null>(null);
  const change = async (what: 'pools.refresh' | 'pools.start'): Promise<void> => {
    setBusy(what);
    setError(await changePool(what, host.id, pool.name));
    setBusy(null);
  };
  const problem = error ?? pool.problem;
  return (
    <section className="pool-view" aria-labelledby="pool-title">
      <header className="pool-view-head">
        <div className="row">
          <h2 id="pool-title" className="name">
            {visible(pool.name)}
          </h2>
          <span className="muted nowrap">{pool.type}</span>
          <PoolActions host={host} pool={pool} busy={busy} onChange={(what) => void change(what)} />
        </div>
        {pool.path !== null && <PathText path={pool.path} />}
        <PoolSizes pool={pool} />
      </header>
      {problem !== null && <ErrorNotice error={problem} />}
      {pool.active && pool.problem === null && (
        <Volumes host={host} pool={pool} onGone={() => !host.readOnly && void change('pools.refresh')} />
      )}
      {!pool.active && pool.problem === null && (
        <EmptyState title={t('storage.stoppedTitle')}>
          {pool.persistent ? t('storage.stoppedHelp') : t('storage.stoppedTransient')}
        </EmptyState>
      )}
    </section>
  );
}

interface PoolActionsProps extends PoolViewProps {
  readonly busy: 'pools.refresh' | 'pools.start' | null;
  readonly onChange: (what: 'pools.refresh' | 'pools.start') => void;
}

/** What cannot be done says why. */
function PoolActions({ host, pool, busy, onChange }: PoolActionsProps) {
  const { t } = useTranslation();
  const working = busy !== null;
  return (
    <span className="row spread">
      {host.readOnly && (
        <span id="pool-read-only" className="small muted">
          {t('storage.readOnly')}
        </span>
      )}
      {working && (
        <span role="status" className="small muted nowrap">
          {t(busy === 'pools.start' ? 'storage.starting' : 'storage.refreshing')}
        </span>
      )}
      {pool.active ? (
        <>
          <Button
            variant="outlined"
            disabled={host.readOnly || working}
            aria-describedby={host.readOnly ? 'pool-read-only' : undefined}
            onClick={() => onChange('pools.refresh')}
          >
            {t('storage.refresh')}
          </Button>
          <Button
            variant="contained"
            disabled={host.readOnly || pool.problem !== null}
            aria-describedby={host.readOnly ? 'pool-read-only' : undefined}
            onClick={() => void chooseFiles({ hostId: host.id, pool: pool.name })}
          >
            {t('storage.upload')}
          </Button>
        </>
      ) : (
        pool.persistent && (
          <Button
            variant="contained"
            disabled={host.readOnly || working}
            aria-describedby={host.readOnly ? 'pool-read-only' : undefined}
            onClick={() => onChange('pools.start')}
          >
            {t('storage.start')}
          </Button>
        )
      )}
    </span>
  );
}

function PoolSizes({ pool: { name, capacity, allocation, available } }: { readonly pool: Pool }) {
  const { t } = useTranslation();
  if (capacity === null || allocation === null || available === null) return null;
  const sizes = { used: formatBytes(allocation), free: formatBytes(available), capacity: formatBytes(capacity) };
  return (
    <div className="pool-sizes">
      <UsageBar label={t('storage.fillOf', { pool: name })} capacity={capacity} used={allocation} />
      <span className="small">{t('storage.sizes', sizes)}</span>
    </div>
  );
}

interface VolumesProps extends PoolViewProps {
  /** A volume that was chosen is not there any more. */
  readonly onGone: () => void;
}

function Volumes({ host, pool, onGone }: VolumesProps) {
  const { t } = useTranslation();
  const { names, described, error } = usePools((state) => selectVolumes(state, host.id, pool.name));
  const [filter, setFilter] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const ended = useTransfers((state) => endedInto(state, host.id, pool.name));
  useEffect(() => {
    void loadVolumes(host.id, pool.name);
    // What has arrived takes room, too.
    if (ended > 0) void loadPools(host.id);
  }, [host.id, pool.name, ended]);
  const shown = useMemo(() => filterNames(names ?? [], filter), [names, filter]);
  const gone = chosen !== null && (described.get(chosen) === null || names?.includes(chosen) === false);
  useEffect(() => {
    if (gone) onGone();
    // Once for each that has gone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [gone]);
  const choose = (name: string | null): void => {
    setChosen(name);
    if (name !== null) void lookAgain(host.id, pool.name, name);
  };
  if (names === null)
    return (
      <div className="storage-waiting">{error === null ? <Skeleton lines={8} /> : <ErrorNotice error={error} />}</div>
    );
  return (
    <>
      <div className="volumes-bar">
        <SearchField label={t('storage.filter')} value={filter} className="volumes-filter" onChange={setFilter} />
        <span className="small muted nowrap" role="status">
          {shown.length === names.length
            ? t('storage.count', { count: names.length })
            : t('storage.found', { found: shown.length, count: names.length })}
        </span>
      </div>
      {error !== null && <ErrorNotice error={error} />}
      <div className={chosen === null ? 'volumes' : 'volumes volumes-with-details'}>
        {shown.length === 0 ? (
          <EmptyState title={t(names.length === 0 ? 'storage.empty' : 'storage.noneFound')}>
            {names.length === 0 && t(host.readOnly ? 'storage.emptyReadOnly' : 'storage.emptyHelp')}
          </EmptyState>
        ) : (
          <VolumeList
            host={host}
            pool={pool.name}
            names={shown}
            described={described}
            chosen={chosen}
            onChoose={choose}
          />
        )}
        {chosen !== null && (
          <VolumeDetails
            key={chosen}
            host={host}
            pool={pool.name}
            name={chosen}
            volume={gone ? null : described.get(chosen)}
            onClose={() => choose(null)}
          />
        )}
      </div>
    </>
  );
}
