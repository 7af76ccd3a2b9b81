import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import { Choice } from '../components/Choice.tsx';
import { Sign } from '../components/Sign.tsx';
import { StatusFigure } from '../features/migrate/StatusFigure.tsx';
import { TransfersLine } from '../features/transfers/TransfersLine.tsx';
import { setPaletteOpen } from './palette-store.ts';
import { useHosts } from './stores/hosts.ts';
import { useMachines } from './stores/machines.ts';
import { openMachine, tabOfOperation } from './stores/navigation.ts';
import { selectRunning, selectUnread, useOperations } from './stores/operations.ts';
import { changeSettings, useSettings } from './stores/settings.ts';

const THEMES = ['system', 'light', 'dark'] as const;

/** One line at the bottom: what is connected, what is in rescue, what is running, and how the window looks. */
export function StatusBar() {
  const { t } = useTranslation();
  const connected = useHosts((state) => Object.values(state.byId).filter((host) => host.state === 'connected').length);
  const byKey = useMachines((state) => state.byKey);
  const inRescue = useMemo(() => Object.values(byKey).filter((row) => row.session !== null).length, [byKey]);
  const running = useOperations(useShallow(selectRunning));
  const unread = useOperations(useShallow(selectUnread));
  const theme = useSettings((state) => state.settings.theme);
  return (
    <footer className="status-bar" aria-label={t('status.label')}>
      <span>{t('status.hosts', { count: connected })}</span>
      {inRescue > 0 && (
        <span className="row status-rescue">
          <Sign name="rescue" tone="rescue" />
          {t('status.rescue', { count: inRescue })}
        </span>
      )}
      {running.map((operation) => (
        <button
          key={operation.id}
          type="button"
          className="status-running"
          onClick={() => openMachine(operation.machine, tabOfOperation(operation.kind) ?? undefined)}
        >
          <Sign name="step" tone="accent" />
          {t(`status.running.${operation.kind}`, { machine: operation.machineName })}
          <StatusFigure operationId={operation.id} />
        </button>
      ))}
      {unread.map((operation) => (
        <button
          key={operation.id}
          type="button"
          className="status-running"
          onClick={() => openMachine(operation.machine, tabOfOperation(operation.kind) ?? undefined)}
        >
          <Sign
            name={operation.state === 'failed' ? 'refused' : 'undone'}
            tone={operation.state === 'failed' ? 'refused' : 'warning'}
          />
          {t(`status.ended.${operation.kind}.${operation.state === 'failed' ? 'failed' : 'cancelled'}`, {
            machine: operation.machineName,
          })}
        </button>
      ))}
      <TransfersLine />
      <button type="button" className="status-palette spread" onClick={() => setPaletteOpen(true)}>
        {t('status.palette')} <kbd>{t('start.keys.palette.key')}</kbd>
      </button>
      <Choice
        label={t('status.theme')}
        value={theme}
        options={THEMES.map((value) => ({
          value,
          label: <Sign name={value} label={t(`status.themes.${value}`)} />,
          title: t(`status.themes.${value}`),
        }))}
        onChange={(value) => void changeSettings({ theme: value })}
      />
    </footer>
  );
}
