import Button from '@mui/material/Button';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Host } from '../../../../src-core/contract/schemas.ts';
import type { LibraryMedium } from '../../../../src-core/library/types.ts';
import { selectHosts, useHosts } from '../../app/stores/hosts.ts';
import { putMedium, selectPlace, useLibrary } from '../../app/stores/library.ts';
import { goTo } from '../../app/stores/navigation.ts';
import { loadPools, usePools } from '../../app/stores/pools.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { poolsFor, roomFor } from './put-state.ts';

interface PutPanelProps {
  readonly medium: LibraryMedium;
  readonly host: Host;
  readonly onClose: () => void;
}

/** From where, into which pool, and whether there is room. */
export function PutPanel({ medium, host, onClose }: PutPanelProps) {
  const { t } = useTranslation();
  const listing = usePools((state) => state.pools[host.id]);
  const hosts = useHosts(useShallow(selectHosts));
  const sources = useLibrary(
    useShallow((state) =>
      hosts.filter(
        ({ id, state: now }) =>
          id !== host.id && now === 'connected' && selectPlace(state, medium.id, id)?.state === 'here',
      ),
    ),
  );
  useEffect(() => void loadPools(host.id), [host.id]);
  const pools = poolsFor(listing?.items ?? [], medium);
  const [wanted, setWanted] = useState<string | null>(null);
  const pool = pools.find(({ name }) => name === wanted) ?? pools[0] ?? null;
  const [wantedSource, setWantedSource] = useState<string | null>(sources[0]?.id ?? null);
  // A host that has it can go; a file of this computer is always there.
  const from = sources.find(({ id }) => id === wantedSource)?.id ?? null;
  const [outcome, setOutcome] = useState<ErrorData | 'started' | 'cancelled' | null>(null);
  const [busy, setBusy] = useState(false);
  const { needed, available, fits } = roomFor(medium, pool);
  const put = async (): Promise<void> => {
    if (pool === null) return;
    setBusy(true);
    setOutcome(await putMedium({ id: medium.id, from, to: host.id, pool: pool.name }));
    setBusy(false);
  };
  if (outcome === 'started') {
    return (
      <p className="library-put-started" role="status">
        <Sign name="check" tone="good" /> {t('library.put.started')}{' '}
        <button type="button" className="plain-link" onClick={() => goTo({ kind: 'transfers' })}>
          {t('library.put.transfers')}
        </button>
      </p>
    );
  }
  return (
    <div className="ask library-put" role="group" aria-label={t('library.put.title', { host: host.name })}>
      <div className="library-put-fields">
        <label>
          {t('library.put.from')}
          <select
            className="control"
            value={from ?? ''}
            onChange={(event) => setWantedSource(event.target.value || null)}
          >
            {sources.map(({ id, name }) => (
              <option key={id} value={id}>
                {visible(name)}
              </option>
            ))}
            <option value="">{t('library.put.file')}</option>
          </select>
        </label>
        <label>
          {t('library.put.pool')}
          <select
            className="control"
            value={pool?.name ?? ''}
            disabled={pools.length === 0}
            onChange={(event) => setWanted(event.target.value)}
          >
            {pools.map(({ name, available: free }) => (
              <option key={name} value={name}>
                {visible(name)} {free === null ? '' : `(${t('rescue.medium.free', { size: formatBytes(free) })})`}
              </option>
            ))}
          </select>
        </label>
      </div>
      {listing?.error != null && <ErrorNotice error={listing.error} />}
      {listing?.items != null && pools.length === 0 && (
        <p id="library-put-room" className="small tone-refused">
          {t('library.put.noPools')}
        </p>
      )}
      {pool !== null && (
        <p id="library-put-room" className={fits === false ? 'small tone-refused' : 'small muted'}>
          {fits === false && <Sign name="refused" tone="refused" />}{' '}
          {t('library.put.room', { needed: formatBytes(needed), available: formatBytes(available), pool: pool.name })}
        </p>
      )}
      {outcome !== null && outcome !== 'cancelled' && <ErrorNotice error={outcome} />}
      <div className="row">
        <Button
          variant="contained"
          disabled={busy || pool === null || fits === false}
          aria-describedby="library-put-room"
          onClick={() => void put()}
        >
          {t(from === null ? 'library.put.choose' : 'library.put.now')}
        </Button>
        <Button variant="outlined" onClick={onClose}>
          {t('common.cancel')}
        </Button>
        {fits === false && <span className="small muted">{t('library.put.full')}</span>}
      </div>
    </div>
  );
}
