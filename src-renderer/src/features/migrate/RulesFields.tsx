import Button from '@mui/material/Button';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineDetails, Pool } from '../../../../src-core/contract/schemas.ts';
import type { MigrationPlan } from '../../../../src-core/migration/types.ts';
import { keyOf } from '../../app/machine-key.ts';
import { loadPools, usePools } from '../../app/stores/pools.ts';
import { Field } from '../../components/Field.tsx';
import { Sign } from '../../components/Sign.tsx';
import { Check } from './Check.tsx';
import { MAP_KINDS, countChosen } from './draft.ts';
import type { Draft, MapKind } from './draft.ts';
import { MapRows } from './MapRows.tsx';
import { namesInDefinitions } from './names-in-definition.ts';
import { addRow } from './store.ts';

interface RulesFieldsProps {
  readonly details: MachineDetails;
  readonly draft: Draft;
  /** Id of the chosen host; null: none is yet. */
  readonly to: string | null;
  /** Of the plan for it, as far as there is one. */
  readonly names: MigrationPlan['names'] | null;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** What is called otherwise at the destination: rules that hold for both definitions. Nobody writes XML by hand. */
export function RulesFields({ details, draft, to, names, onChange }: RulesFieldsProps) {
  const { t } = useTranslation();
  const { rules } = countChosen(draft);
  const [open, setOpen] = useState(rules > 0);
  const rows = MAP_KINDS.reduce((count, kind) => count + draft.maps[kind].length, 0);
  // A row that was asked for elsewhere on the page is to be seen.
  const [seen, setSeen] = useState(rows);
  if (rows !== seen) {
    setSeen(rows);
    if (rows > seen) setOpen(true);
  }
  const here = useMemo(
    () => namesInDefinitions([details.liveXml, details.definitionXml]),
    [details.liveXml, details.definitionXml],
  );
  const there = useNamesThere(to, names);
  const key = keyOf(details.row);
  const adds = useRef<HTMLDivElement>(null);
  return (
    <details className="migrate-fold" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="head">{t('migrate.rules.title')}</span>{' '}
        <span className="small muted">{t('migrate.rules.chosen', { count: rules })}</span>
      </summary>
      <div className="migrate-fold-body">
        <p className="small muted">{t('migrate.rules.help')}</p>
        {MAP_KINDS.filter((kind) => draft.maps[kind].length > 0).map((kind) => (
          <MapRows
            key={kind}
            kind={kind}
            rows={draft.maps[kind]}
            here={here[kind]}
            there={there[kind]}
            onChange={(changed) => onChange({ maps: { ...draft.maps, [kind]: changed } })}
            // The button that was pressed goes with its row.
            onRemoved={() => adds.current?.querySelector<HTMLButtonElement>(`[data-kind=${kind}]`)?.focus()}
          />
        ))}
        <div ref={adds} className="map-adds">
          {MAP_KINDS.map((kind) => (
            <Button
              key={kind}
              size="small"
              data-kind={kind}
              startIcon={<Sign name="added" />}
              onClick={() => addRow(key, kind)}
            >
              {t(`migrate.rules.${kind}.add`)}
            </Button>
          ))}
        </div>
        <Check
          label={t('migrate.rules.dropPinning')}
          help={t('migrate.rules.dropPinningHelp')}
          checked={draft.pinning === 'drop'}
          onChange={(checked) => onChange({ pinning: checked ? 'drop' : 'keep' })}
        />
        <Field
          label={t('migrate.rules.listen')}
          help={t('migrate.rules.listenHelp')}
          placeholder={t('migrate.asItIs')}
          mono
          value={draft.listen}
          onChange={(listen) => onChange({ listen })}
        />
      </div>
    </details>
  );
}

const NO_POOLS: readonly Pool[] = [];

/** What the destination is known to have: its pools and their folders, its networks and their bridges. */
function useNamesThere(
  to: string | null,
  names: MigrationPlan['names'] | null,
): Readonly<Record<MapKind, readonly string[]>> {
  const pools = usePools((state) => (to === null ? NO_POOLS : (state.pools[to]?.items ?? NO_POOLS)));
  useEffect(() => {
    if (to !== null) void loadPools(to);
  }, [to]);
  return useMemo(() => {
    const active = pools.filter((pool) => pool.active);
    return {
      paths: active.flatMap(({ path }) => path ?? []),
      pools: pools.map(({ name }) => name),
      networks: names?.networks ?? [],
      bridges: names?.bridges ?? [],
    };
  }, [pools, names]);
}
