import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, MachineDetails, MachineKey, MachineRow } from '../../../src-core/contract/schemas.ts';
import { EmptyState } from '../components/EmptyState.tsx';
import { ErrorNotice } from '../components/ErrorNotice.tsx';
import { Sign } from '../components/Sign.tsx';
import { Skeleton } from '../components/Skeleton.tsx';
import { formatBytes } from '../components/format.ts';
import { stateSign } from '../components/machine-state.ts';
import { DefinitionTab } from '../features/definition/DefinitionTab.tsx';
import { DisksTab } from '../features/disks/DisksTab.tsx';
import { HistoryView } from '../features/history/HistoryView.tsx';
import { MigrateTab } from '../features/migrate/MigrateTab.tsx';
import { MigrationRun } from '../features/migrate/MigrationRun.tsx';
import { selectMigration, useElsewhere } from '../features/migrate/select-migration.ts';
import { PowerButtons } from '../features/power/PowerButtons.tsx';
import { PowerStrip } from '../features/power/PowerStrip.tsx';
import { RebootTab } from '../features/reboot/RebootTab.tsx';
import { RescueBanner } from '../features/rescue/RescueBanner.tsx';
import { RunRemarks } from '../features/rescue/RunRemarks.tsx';
import { RescueTab } from '../features/rescue/RescueTab.tsx';
import { UnfinishedItem } from '../features/unfinished/UnfinishedItem.tsx';
import { selectOf, useUnfinished } from '../features/unfinished/store.ts';
import { visible } from '../i18n/visible.ts';
import { MACHINE_TABS_ID } from './focus.ts';
import { keyOf } from './machine-key.ts';
import { loadDetails, useDetails } from './stores/details.ts';
import { highlightDisk } from './stores/highlight.ts';
import { useHosts } from './stores/hosts.ts';
import { useMachines } from './stores/machines.ts';
import { goTo, MACHINE_TABS, openMachine, showTab, useNavigation } from './stores/navigation.ts';
import { useOperations } from './stores/operations.ts';
import type { MachineTab } from './stores/navigation.ts';

/** Holding an arrow key runs through the list: only where it stops are the details asked for. */
const SETTLE_MS = 60;

/** One machine: what it is, whether it is in rescue, and its pages. */
export function MachinePage({ machine }: { readonly machine: MachineKey }) {
  const { t } = useTranslation();
  const key = keyOf(machine);
  const row = useMachines((state) => state.byKey[key]);
  const host = useHosts((state) => state.byId[machine.hostId]);
  const entry = useDetails((state) => state.byKey[key]);
  const unfinished = useUnfinished((state) => selectOf(state, key));
  const tab = useNavigation((state) => state.tab);
  const { hostId, uuid } = machine;
  // Details and row are one machine at two moments; what is shown of the state is the newest.
  const value = entry?.value ?? null;
  const details = useMemo(() => (value === null || row === undefined ? null : { ...value, row }), [value, row]);

  // The row is replaced when anything about the machine changes: then the details are old, too.
  useEffect(() => {
    if (row === undefined) return undefined;
    const timer = window.setTimeout(() => void loadDetails({ hostId, uuid }), SETTLE_MS);
    return () => window.clearTimeout(timer);
  }, [row, hostId, uuid]);

  // A disk that was highlighted is not, on another page or of another machine.
  useEffect(() => () => highlightDisk(null), [key, tab]);

  if (row === undefined) return <Gone host={host} machine={machine} />;
  return (
    <article className="machine" aria-labelledby="machine-name">
      <MachineHeader row={row} details={details} host={host} />
      <PowerStrip row={row} host={host} />
      <RescueBanner row={row} host={host} />
      <RunRemarks machineKey={key} />
      {unfinished !== null && <UnfinishedItem key={unfinished.operationId} item={unfinished} where="machine" />}
      <Tabs
        id={MACHINE_TABS_ID}
        className="machine-tabs"
        value={tab}
        aria-label={t('machine.tabs')}
        selectionFollowsFocus
        onChange={(_event, value: MachineTab) => showTab(value)}
      >
        {MACHINE_TABS.map((value) => (
          <Tab
            key={value}
            value={value}
            id={`tab-${value}`}
            aria-controls={`panel-${value}`}
            label={t(`machine.tab.${value}`)}
          />
        ))}
      </Tabs>
      <div id={`panel-${tab}`} className="machine-panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {tab !== 'history' && entry?.error != null && (
          <div className="machine-error">
            <ErrorNotice error={entry.error} />
          </div>
        )}
        {tab === 'history' && <HistoryView key={uuid} uuid={uuid} />}
        {tab !== 'history' && details === null && entry?.error == null && (
          <div className="machine-error">
            <Skeleton lines={8} />
          </div>
        )}
        {details !== null && tab === 'disks' && <DisksTab key={key} details={details} />}
        {details !== null && tab === 'rescue' && <RescueTab details={details} />}
        {details !== null && tab === 'reboot' && <RebootTab key={key} details={details} />}
        {details !== null && tab === 'migrate' && <MigrateTab key={key} details={details} />}
        {details !== null && tab === 'definition' && <DefinitionTab key={key} details={details} />}
      </div>
    </article>
  );
}

interface MachineHeaderProps {
  readonly row: MachineRow;
  readonly details: MachineDetails | null;
  readonly host: Host | undefined;
}

function MachineHeader({ row, details, host }: MachineHeaderProps) {
  const { t } = useTranslation();
  const { sign, tone } = stateSign(row);
  return (
    <header className="machine-header">
      <h1 id="machine-name" title={row.uuid}>
        {visible(row.name)}
      </h1>
      <span className="row machine-state">
        <Sign name={sign} tone={tone} />
        {row.session === null ? t(`state.${row.state}`) : t('state.rescue')}
      </span>
      <PowerButtons row={row} host={host} />
      {row.title !== null && <span className="muted ellipsis">{visible(row.title)}</span>}
      <span className="machine-facts muted small">
        {details !== null && (
          <>
            <span>{t(details.secureBoot ? 'machine.firmware.secure' : `machine.firmware.${details.firmware}`)}</span>
            <span className="mono">{visible(details.machine)}</span>
            {details.vcpus !== null && <span>{t('machine.vcpus', { count: details.vcpus })}</span>}
            {details.memoryKiB !== null && <span>{formatBytes(details.memoryKiB * 1024)}</span>}
            {details.managedSave && <span className="tone-warning">{t('machine.managedSave')}</span>}
            {details.snapshots > 0 && <span>{t('machine.snapshots', { count: details.snapshots })}</span>}
          </>
        )}
        <button type="button" className="plain-link" onClick={() => goTo({ kind: 'host', hostId: row.hostId })}>
          {visible(row.hostName)}
        </button>
      </span>
    </header>
  );
}

/** The machine is out of sight: because it was migrated, its host is, or it is gone. Each time there is something to do next. */
function Gone({ host, machine }: { readonly host: Host | undefined; readonly machine: MachineKey }) {
  const { t } = useTranslation();
  const key = keyOf(machine);
  const migration = useOperations((state) => selectMigration(state, key));
  const elsewhere = useElsewhere(machine, null);
  const unfinished = useUnfinished((state) => selectOf(state, key));
  if (migration !== null) {
    return (
      <article className="machine">
        <h1 className="visually-hidden">{visible(migration.machineName)}</h1>
        <RunRemarks machineKey={key} />
        {unfinished !== null && <UnfinishedItem key={unfinished.operationId} item={unfinished} where="machine" />}
        <MigrationRun operation={migration} />
      </article>
    );
  }
  if (host === undefined || host.state === 'connected') {
    return (
      <EmptyState title={t('machine.gone')}>
        {elsewhere === null ? (
          t('machine.goneHelp')
        ) : (
          <button type="button" className="plain-link" onClick={() => openMachine(elsewhere)}>
            {t('migrate.moved.show', { machine: elsewhere.name, host: elsewhere.hostName })}
          </button>
        )}
      </EmptyState>
    );
  }
  return (
    <EmptyState title={t('machine.outOfSight')}>
      <p>{t('machine.hostGone', { host: host.name })}</p>
      <button type="button" className="plain-link" onClick={() => goTo({ kind: 'host', hostId: host.id })}>
        {t('machine.showHost', { host: host.name })}
      </button>
    </EmptyState>
  );
}
