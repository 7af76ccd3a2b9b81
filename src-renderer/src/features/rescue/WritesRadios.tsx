import { useEffect, useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pool } from '../../../../src-core/contract/schemas.ts';
import { FILE_POOL_TYPES } from '../../../../src-core/rescue/policy.ts';
import type { ResolvedRequest } from '../../../../src-core/rescue/plan-types.ts';
import { loadPools, usePools } from '../../app/stores/pools.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { ReasonRadios } from '../../components/ReasonRadios.tsx';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { useSentenceWords } from '../../i18n/words.ts';
import type { Draft } from './draft.ts';

interface WritesRadiosProps {
  readonly hostId: string;
  readonly draft: Draft;
  readonly resolved: ResolvedRequest | null;
  readonly onChange: (change: Partial<Draft>) => void;
}

/**
 * What becomes of what the guest writes to its medium: thrown away beside it, kept in a pool for as long as the session lasts, or written to
 * the medium itself. A cdrom says why there is nothing to choose.
 */
export function WritesRadios({ hostId, draft, resolved, onChange }: WritesRadiosProps) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const pools = usePools((state) => state.pools[hostId]);
  useEffect(() => {
    void loadPools(hostId);
  }, [hostId]);
  const writes = resolved?.writes ?? null;
  const chosen = draft.writes === 'direct' ? 'direct' : draft.overlayPool === null ? 'beside' : 'pool';
  const readOnly = writes?.value === 'read-only' ? words(writes.why) : null;
  const why = writes === null ? {} : { note: words(writes.why) };
  const best = roomiest(pools?.items ?? []);
  const noPool = pools?.items == null ? t('rescue.attach.poolsUnknown') : t('rescue.attach.noOverlayPool');
  const select = draft.overlayPool !== null && (
    <PoolSelect
      pools={pools?.items ?? []}
      chosen={draft.overlayPool}
      onChange={(overlayPool) => onChange({ overlayPool })}
    />
  );
  return (
    <div>
      <ReasonRadios<typeof chosen>
        legend={t('rescue.attach.writes')}
        value={chosen}
        options={[
          {
            value: 'beside',
            label: t('rescue.attach.writesKept'),
            reason: null,
            ...(chosen === 'beside' ? why : {}),
          },
          {
            value: 'pool',
            label: t('rescue.attach.writesPool'),
            reason: chosen === 'pool' ? null : (readOnly ?? (best === null ? noPool : null)),
            ...(chosen === 'pool' ? why : { note: t('rescue.attach.writesPoolNote') }),
            ...(select === false ? {} : { below: select }),
          },
          {
            value: 'direct',
            label: t('rescue.attach.writesDirect'),
            note: t('rescue.attach.writesDirectNote'),
            reason: chosen === 'direct' ? null : readOnly,
          },
        ]}
        onChange={(value) =>
          onChange({
            writes: value === 'direct' ? 'direct' : 'overlay',
            overlayPool: value === 'pool' ? (best?.name ?? null) : null,
          })
        }
      />
      {chosen === 'pool' && pools?.error != null && <ErrorNotice error={pools.error} />}
    </div>
  );
}

/** Why a pool cannot have an overlay, as a key of the texts; null: it can. */
function unfit({ active, problem, type }: Pool): 'silent' | 'stopped' | 'type' | null {
  if (problem !== null) return 'silent';
  // One of another kind would not do when it is started, either.
  if (!FILE_POOL_TYPES.includes(type)) return 'type';
  return active ? null : 'stopped';
}

/** The one with most room. */
function roomiest(pools: readonly Pool[]): Pool | null {
  const fit = pools.filter((pool) => unfit(pool) === null);
  return fit.toSorted((one, other) => (other.available ?? 0) - (one.available ?? 0))[0] ?? null;
}

interface PoolSelectProps {
  readonly pools: readonly Pool[];
  readonly chosen: string;
  readonly onChange: (pool: string) => void;
}

/** All pools of the host; those that cannot have it are there, and say why. One that has gone meanwhile stays in sight. */
function PoolSelect({ pools, chosen, onChange }: PoolSelectProps) {
  const { t } = useTranslation();
  const id = useId();
  const note = (pool: Pool): string | null => {
    const why = unfit(pool);
    if (why !== null) return t(`rescue.attach.poolUnfit.${why}`, { type: pool.type });
    return pool.available === null ? null : t('rescue.medium.free', { size: formatBytes(pool.available) });
  };
  return (
    <div className="field overlay-pool">
      <label htmlFor={id}>{t('rescue.attach.overlayPool')}</label>
      <select id={id} className="control" value={chosen} onChange={(event) => onChange(event.target.value)}>
        {pools.some(({ name }) => name === chosen) ? null : <option value={chosen}>{visible(chosen)}</option>}
        {pools.map((pool) => {
          const said = note(pool);
          return (
            <option key={pool.name} value={pool.name} disabled={unfit(pool) !== null}>
              {visible(pool.name)}
              {said === null ? '' : ` (${said})`}
            </option>
          );
        })}
      </select>
    </div>
  );
}
