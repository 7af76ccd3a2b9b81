import { useCallback, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { selectHosts, useHosts } from '../../app/stores/hosts.ts';
import { selectShownOperation, useOperations } from '../../app/stores/operations.ts';
import { ReasonRadios } from '../../components/ReasonRadios.tsx';
import { isActive } from '../../components/machine-state.ts';
import { DestinationRadios } from './DestinationRadios.tsx';
import { OptionsFields } from './OptionsFields.tsx';
import { PreviewColumn } from './PreviewColumn.tsx';
import { RulesFields } from './RulesFields.tsx';
import { MigrateBar } from './MigrateBar.tsx';
import type { Lack } from './MigrateBar.tsx';
import { chosenDestination, destinationsOf } from './destinations.ts';
import { requestOf } from './draft.ts';
import type { Draft, MapKind, Order } from './draft.ts';
import {
  addRow,
  changeDraft,
  requestPreview,
  selectDraft,
  selectPreview,
  startMigration,
  useMigrate,
} from './store.ts';

/** Where to and how → what comes of it, and below them the button that does it. */
export function MigrateForm({ details }: { readonly details: MachineDetails }) {
  const { t } = useTranslation();
  const { row } = details;
  const { hostId, uuid } = row;
  const key = keyOf(row);
  const hosts = useHosts(useShallow(selectHosts));
  const draft = useMigrate((state) => selectDraft(state, key));
  const entry = useMigrate((state) => selectPreview(state, key));
  const error = useMigrate((state) => state.errors[key] ?? null);
  const busy = useOperations((state) => selectShownOperation(state, key)?.state === 'running');
  const live = isActive(row.state);
  const destinations = useMemo(() => destinationsOf(hosts, hostId), [hosts, hostId]);
  const chosen = chosenDestination(destinations, draft.to);
  // One that was lost meanwhile stays chosen, and says what is the matter.
  const able = chosen !== null && chosen.reason === null ? chosen : null;
  const request = requestOf(draft, live);
  const written = able === null || request === null ? 'null' : JSON.stringify({ to: able.host.id, request });
  const order = useMemo(() => JSON.parse(written) as Order | null, [written]);

  // A plan depends on the machine too: what is known of it has changed, so the plan is asked for again.
  useEffect(() => requestPreview({ hostId, uuid }, order), [hostId, uuid, order, details]);

  const change = useCallback((part: Partial<Draft>) => changeDraft(key, part), [key]);
  const map = useCallback((kind: MapKind, name: string) => addRow(key, kind, name), [key]);
  const readOnly = hosts.some((host) => host.id === hostId && host.readOnly);
  const plan = able === null || entry.to !== able.host.id ? null : entry.plan;
  const lack: Lack = busy
    ? 'busy'
    : readOnly
      ? 'read-only'
      : able === null
        ? 'destination'
        : request === null
          ? 'figure'
          : null;
  return (
    <div className="migrate">
      <div className="migrate-columns">
        <section className="migrate-choices pane-scroll" aria-label={t('migrate.choices')} tabIndex={0}>
          <DestinationRadios
            destinations={destinations}
            chosen={chosen?.host.id ?? null}
            onChange={(to) => change({ to })}
          />
          <KindRadios live={live} />
          <RulesFields
            details={details}
            draft={draft}
            to={able?.host.id ?? null}
            names={plan?.names ?? null}
            onChange={change}
          />
          <OptionsFields draft={draft} live={live} onChange={change} />
        </section>
        <PreviewColumn
          entry={plan === null ? { ...entry, plan: null } : entry}
          draft={draft}
          hasDestination={able !== null}
          onChange={change}
          onMap={map}
          onAgain={() => requestPreview({ hostId, uuid }, order)}
        />
      </div>
      <MigrateBar
        machineName={row.name}
        hostName={able?.host.name ?? null}
        plan={plan}
        lack={lack}
        settled={!entry.pending && entry.error === null}
        error={error}
        onStart={() =>
          order === null || plan === null
            ? Promise.resolve()
            : startMigration({ hostId, uuid }, order, plan.fingerprint.inputs)
        }
      />
    </div>
  );
}

/** A machine that runs goes as it runs; of one that is off, the definition goes. Which it is, its state says. */
function KindRadios({ live }: { readonly live: boolean }) {
  const { t } = useTranslation();
  return (
    <ReasonRadios<'live' | 'offline'>
      legend={t('migrate.kind.title')}
      value={live ? 'live' : 'offline'}
      options={[
        {
          value: 'live',
          label: t('migrate.kind.live'),
          ...(live ? { note: t('migrate.kind.liveHelp') } : {}),
          reason: live ? null : t('migrate.kind.liveNot'),
        },
        {
          value: 'offline',
          label: t('migrate.kind.offline'),
          ...(live ? {} : { note: t('migrate.kind.offlineHelp') }),
          reason: live ? t('migrate.kind.offlineNot') : null,
        },
      ]}
      onChange={() => undefined}
    />
  );
}
