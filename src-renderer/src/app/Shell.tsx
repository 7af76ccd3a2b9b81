import { useTranslation } from 'react-i18next';
import { AddHostPage } from '../features/hosts/AddHostPage.tsx';
import { HostPage } from '../features/hosts/HostPage.tsx';
import { HostsPane } from '../features/hosts/HostsPane.tsx';
import { MachinesPane } from '../features/machines/MachinesPane.tsx';
import { LibraryPage } from '../features/library/LibraryPage.tsx';
import { HistoryPage } from '../features/history/HistoryPage.tsx';
import { StoragePage } from '../features/storage/StoragePage.tsx';
import { Announcer } from '../features/transfers/Announcer.tsx';
import { DropTarget } from '../features/transfers/DropTarget.tsx';
import { SendPanel } from '../features/transfers/SendPanel.tsx';
import { TransfersPage } from '../features/transfers/TransfersPage.tsx';
import { UnfinishedLine } from '../features/unfinished/UnfinishedLine.tsx';
import { UnfinishedPage } from '../features/unfinished/UnfinishedPage.tsx';
import { MachinePage } from './MachinePage.tsx';
import { Palette } from './Palette.tsx';
import { StartPage } from './StartPage.tsx';
import { StatusBar } from './StatusBar.tsx';
import { ErrorBoundary } from '../components/ErrorBoundary.tsx';
import { focusMachinePage } from './focus.ts';
import { keyOf } from './machine-key.ts';
import { reportProblem } from './report-errors.ts';
import { useShortcuts } from './shortcuts.ts';
import { useNavigation } from './stores/navigation.ts';
import { usePalette } from './palette-store.ts';
import './shell.css';

/** Hosts and machines | what is chosen, with its details. */
export function Shell() {
  const { t } = useTranslation();
  const paletteOpen = usePalette((state) => state.open);
  const place = useNavigation((state) => state.place);
  const page = place.kind === 'machine' ? keyOf(place.machine) : place.kind;
  useShortcuts();
  return (
    <div className="shell">
      <nav className="shell-side" aria-label={t('shell.side')}>
        <HostsPane />
        <UnfinishedLine />
        <MachinesPane onOpen={focusMachinePage} />
      </nav>
      <main className="shell-main">
        <ErrorBoundary page={page} onError={reportProblem}>
          <Middle />
        </ErrorBoundary>
        <SendPanel />
      </main>
      <StatusBar />
      <Announcer />
      <DropTarget />
      {paletteOpen && <Palette />}
    </div>
  );
}

function Middle() {
  const place = useNavigation((state) => state.place);
  switch (place.kind) {
    case 'start':
      return <StartPage />;
    case 'host':
      return <HostPage hostId={place.hostId} />;
    case 'add-host':
      return <AddHostPage />;
    case 'history':
      return <HistoryPage text={place.text} />;
    case 'unfinished':
      return <UnfinishedPage />;
    case 'storage':
      return <StoragePage hostId={place.hostId} pool={place.pool} />;
    case 'transfers':
      return <TransfersPage />;
    case 'library':
      return <LibraryPage medium={place.medium} />;
    case 'machine':
      return <MachinePage machine={place.machine} />;
  }
}
