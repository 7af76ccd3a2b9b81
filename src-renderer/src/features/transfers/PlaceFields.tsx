import { useEffect, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { selectHosts, useHosts } from '../../app/stores/hosts.ts';
import { loadPools, usePools } from '../../app/stores/pools.ts';
import { setPlace } from '../../app/stores/sending.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';

interface PlaceFieldsProps {
  readonly hostId: string | null;
  readonly pool: string | null;
}

/** Host and pool. What cannot be chosen is there all the same, and says why. */
export function PlaceFields({ hostId, pool }: PlaceFieldsProps) {
  const { t } = useTranslation();
  const id = useId();
  const hosts = useHosts(useShallow(selectHosts));
  const connected = hosts.filter(({ state }) => state === 'connected');
  const host = connected.find((one) => one.id === hostId);
  const only = connected.filter(({ readOnly }) => !readOnly);
  const listing = usePools((state) => (host === undefined ? undefined : state.pools[host.id]));
  const known = host?.id ?? null;
  const [alone] = only;
  useEffect(() => {
    // Nothing to choose from.
    if (hostId === null && only.length === 1 && alone !== undefined) setPlace(alone.id, null);
  }, [hostId, only.length, alone]);
  useEffect(() => {
    if (known !== null) void loadPools(known);
  }, [known]);
  return (
    <div className="send-place">
      <div className="field">
        <label htmlFor={`${id}-host`}>{t('transfers.send.host')}</label>
        <select
          id={`${id}-host`}
          className="control"
          value={host?.id ?? ''}
          onChange={(event) => setPlace(event.target.value, null)}
        >
          <option value="" disabled>
            {t(connected.length === 0 ? 'transfers.send.noHost' : 'transfers.send.chooseHost')}
          </option>
          {connected.map((one) => (
            <option key={one.id} value={one.id} disabled={one.readOnly}>
              {visible(one.name)}
              {one.readOnly && ` (${t('transfers.send.readOnly')})`}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-pool`}>{t('transfers.send.pool')}</label>
        <select
          id={`${id}-pool`}
          className="control"
          value={pool ?? ''}
          disabled={listing?.items == null}
          onChange={(event) => setPlace(known, event.target.value)}
        >
          <option value="" disabled>
            {t(host === undefined ? 'transfers.send.hostFirst' : 'transfers.send.choosePool')}
          </option>
          {(listing?.items ?? []).map((one) => (
            <option key={one.name} value={one.name} disabled={!one.active || one.problem !== null}>
              {visible(one.name)}{' '}
              {one.problem !== null
                ? `(${t('transfers.send.poolSilent')})`
                : one.active
                  ? one.available === null
                    ? ''
                    : `(${t('rescue.medium.free', { size: formatBytes(one.available) })})`
                  : `(${t('storage.stopped')})`}
            </option>
          ))}
        </select>
      </div>
      {listing?.error != null && <ErrorNotice error={listing.error} />}
    </div>
  );
}
