import Dialog from '@mui/material/Dialog';
import { useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Sign } from '../components/Sign.tsx';
import type { SignName } from '../components/Sign.tsx';
import { stateSign } from '../components/machine-state.ts';
import { searchMachines, sortMachines } from '../features/machines/search.ts';
import { possibleActions } from '../features/power/commands.ts';
import { choosePower } from '../features/power/store.ts';
import { visible } from '../i18n/visible.ts';
import { keyOf } from './machine-key.ts';
import { setPaletteOpen } from './palette-store.ts';
import { useHosts } from './stores/hosts.ts';
import { useMachines } from './stores/machines.ts';
import { goTo, MACHINE_TABS, openMachine, showTab, useNavigation } from './stores/navigation.ts';
import { changeSettings } from './stores/settings.ts';

interface Command {
  readonly id: string;
  readonly sign: SignName;
  readonly text: string;
  readonly hint: string;
  readonly run: () => void;
}

const SHOWN = 9;

function useCommands(): readonly Command[] {
  const { t } = useTranslation();
  const hosts = useHosts((state) => state.byId);
  return useMemo(
    () => [
      ...MACHINE_TABS.map((tab) => ({
        id: `tab-${tab}`,
        sign: 'chevron' as const,
        text: t(`palette.tab.${tab}`),
        hint: '',
        run: () => showTab(tab),
      })),
      {
        id: 'add-host',
        sign: 'host' as const,
        text: t('hosts.addTitle'),
        hint: '',
        run: () => goTo({ kind: 'add-host' }),
      },
      {
        id: 'history',
        sign: 'chevron' as const,
        text: t('palette.history'),
        hint: '',
        run: () => goTo({ kind: 'history', text: '' }),
      },
      {
        id: 'library',
        sign: 'cdrom' as const,
        text: t('palette.library'),
        hint: '',
        run: () => goTo({ kind: 'library', medium: null }),
      },
      {
        id: 'unfinished',
        sign: 'warning' as const,
        text: t('palette.unfinished'),
        hint: '',
        run: () => goTo({ kind: 'unfinished' }),
      },
      {
        id: 'transfers',
        sign: 'move' as const,
        text: t('palette.transfers'),
        hint: '',
        run: () => goTo({ kind: 'transfers' }),
      },
      ...Object.values(hosts)
        .filter(({ state }) => state === 'connected')
        .map(({ id, name }) => ({
          id: `storage-${id}`,
          sign: 'pool' as const,
          text: t('palette.storage', { host: name }),
          hint: '',
          run: () => goTo({ kind: 'storage', hostId: id, pool: null }),
        })),
      ...(['light', 'dark', 'system'] as const).map((theme) => ({
        id: `theme-${theme}`,
        sign: theme,
        text: t(`palette.theme.${theme}`),
        hint: '',
        run: () => void changeSettings({ theme }),
      })),
    ],
    [t, hosts],
  );
}

/** Of the machine that is in sight: what can be done to it now. */
function usePowerCommands(): readonly Command[] {
  const { t } = useTranslation();
  const place = useNavigation((state) => state.place);
  const row = useMachines((state) => (place.kind === 'machine' ? state.byKey[keyOf(place.machine)] : undefined));
  const host = useHosts((state) => (row === undefined ? undefined : state.byId[row.hostId]));
  if (row === undefined) return [];
  return possibleActions(row, host).map((action) => ({
    id: `power-${action}`,
    sign: 'power' as const,
    text: t('power.command', { action: t(`power.action.${action}`), machine: row.name }),
    hint: row.hostName,
    run: () => choosePower(row, action),
  }));
}

/** Ctrl/Cmd+K: any machine, any command, by its name. A combobox with a list, as WAI-ARIA describes it. */
export function Palette() {
  const { t } = useTranslation();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const general = useCommands();
  const power = usePowerCommands();
  const commands = useMemo(() => [...general, ...power], [general, power]);
  const byKey = useMachines((state) => state.byKey);
  const sorted = useMemo(() => sortMachines(Object.values(byKey)), [byKey]);
  const found = useMemo(() => {
    const wanted = query.trim().toLowerCase();
    const own = commands.filter((command) => command.text.toLowerCase().includes(wanted));
    const machines = searchMachines(sorted, query, 'all')
      .slice(0, SHOWN)
      .map((row): Command => ({
        id: keyOf(row),
        sign: stateSign(row).sign,
        text: row.name,
        hint: row.hostName,
        run: () => openMachine(row),
      }));
    return (wanted === '' ? [...own, ...machines] : [...machines, ...own]).slice(0, SHOWN);
  }, [commands, sorted, query]);
  const chosen = Math.min(at, found.length - 1);

  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    setPaletteOpen(false);
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
    else if (event.key === 'Enter') run(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog
      open
      onClose={() => setPaletteOpen(false)}
      aria-labelledby="palette-title"
      slotProps={{ paper: { className: 'palette' } }}
      transitionDuration={0}
    >
      <h2 id="palette-title" className="visually-hidden">
        {t('palette.title')}
      </h2>
      <input
        className="palette-field"
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${chosen}` : undefined}
        aria-label={t('palette.title')}
        placeholder={t('palette.hint')}
        spellCheck={false}
        autoFocus
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" role="listbox" aria-label={t('palette.title')}>
        {found.map((command, index) => (
          <li
            key={command.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            className="palette-option"
            onClick={() => run(command)}
          >
            <Sign name={command.sign} tone="unchanged" />
            <span className="ellipsis">{visible(command.text)}</span>
            <span className="small muted spread nowrap">{visible(command.hint)}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="palette-none muted">{t('palette.none')}</p>}
    </Dialog>
  );
}
