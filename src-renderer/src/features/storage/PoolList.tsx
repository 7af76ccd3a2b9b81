import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import type { Pool } from '../../../../src-core/contract/schemas.ts';
import { Sign } from '../../components/Sign.tsx';
import { UsageBar } from '../../components/UsageBar.tsx';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';

interface PoolListProps {
  readonly pools: readonly Pool[];
  readonly chosen: string | null;
  readonly onChoose: (name: string) => void;
  readonly onReload: () => void;
}

/** Each pool in two lines: name and type, how full it is. */
export function PoolList({ pools, chosen, onChoose, onReload }: PoolListProps) {
  const { t } = useTranslation();
  return (
    <nav className="pools" aria-labelledby="pools-title">
      <div className="pools-head">
        <h2 id="pools-title" className="head">
          {t('storage.pools')}
        </h2>
        <span className="spread">
          <Button variant="text" onClick={onReload}>
            {t('storage.reload')}
          </Button>
        </span>
      </div>
      <ul className="pane-scroll">
        {pools.map((pool) => (
          <li key={pool.name} className={pool.name === chosen ? 'pool-line pool-line-here' : 'pool-line'}>
            <button
              type="button"
              aria-current={pool.name === chosen ? 'page' : undefined}
              title={visible(pool.name)}
              onClick={() => onChoose(pool.name)}
            >
              <span className="row">
                <Sign name="pool" tone={pool.active ? 'plain' : 'unchanged'} />
                <span className="ellipsis name">{visible(pool.name)}</span>
                <span className="small muted spread nowrap">{pool.type}</span>
              </span>
              <PoolFill pool={pool} />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function PoolFill({ pool: { name, active, capacity, allocation, available, problem } }: { readonly pool: Pool }) {
  const { t } = useTranslation();
  if (problem !== null)
    return (
      <span className="row small tone-warning pool-line-note">
        <Sign name="warning" tone="warning" />
        {t(problem.code === 'pool-silent' ? 'storage.silent' : 'storage.unreadable')}
      </span>
    );
  if (!active) return <span className="small muted pool-line-note">{t('storage.stopped')}</span>;
  if (capacity === null || allocation === null || available === null) return null;
  return (
    <>
      <UsageBar label={t('storage.fillOf', { pool: name })} capacity={capacity} used={allocation} />
      <span className="small muted">
        {t('storage.freeOf', { free: formatBytes(available), capacity: formatBytes(capacity) })}
      </span>
    </>
  );
}
