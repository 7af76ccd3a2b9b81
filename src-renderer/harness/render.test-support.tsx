/** Renders the window, or a part of it, in jsdom over a fake main process; every store starts empty. */
import '@testing-library/jest-dom/vitest';
import { cleanup, render } from '@testing-library/react';
import type { RenderResult } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { UserEvent } from '@testing-library/user-event';
import type { StoreApi } from 'zustand';
import { App } from '../src/app/App.tsx';
import { usePalette } from '../src/app/palette-store.ts';
import { useDetails } from '../src/app/stores/details.ts';
import { useDiskRates } from '../src/app/stores/disk-rates.ts';
import { useHighlight } from '../src/app/stores/highlight.ts';
import { useHosts } from '../src/app/stores/hosts.ts';
import { useLibrary } from '../src/app/stores/library.ts';
import { useMachines } from '../src/app/stores/machines.ts';
import { useMigrations } from '../src/app/stores/migrations.ts';
import { useNavigation } from '../src/app/stores/navigation.ts';
import { useOperations } from '../src/app/stores/operations.ts';
import { useSettings } from '../src/app/stores/settings.ts';
import { useDisksView } from '../src/features/disks/store.ts';
import { useHistory } from '../src/features/history/store.ts';
import { useHostActions } from '../src/features/hosts/actions.ts';
import { useLeftovers } from '../src/features/hosts/leftovers-store.ts';
import { usePools } from '../src/app/stores/pools.ts';
import { useSending } from '../src/app/stores/sending.ts';
import { useTransfers } from '../src/app/stores/transfers.ts';
import { usePower } from '../src/features/power/store.ts';
import { useReboot } from '../src/features/reboot/store.ts';
import { useMigrate } from '../src/features/migrate/store.ts';
import { useRescue } from '../src/features/rescue/store.ts';
import { useUnfinished } from '../src/features/unfinished/store.ts';
import { startI18n } from '../src/i18n/i18n.ts';
import { fakeSalvor } from './fake-salvor.test-support.ts';
import type { FakeSalvor } from './fake-salvor.test-support.ts';

const VIEWPORT_HEIGHT = 600;

/** What jsdom has not: a layout, and a system that is light or dark. */
export function completeDom(): void {
  Object.defineProperty(HTMLElement.prototype, 'offsetHeight', { configurable: true, value: VIEWPORT_HEIGHT });
  Object.defineProperty(HTMLElement.prototype, 'offsetWidth', { configurable: true, value: 300 });
  Object.defineProperty(HTMLElement.prototype, 'clientHeight', { configurable: true, value: VIEWPORT_HEIGHT });
  Element.prototype.scrollTo = () => undefined;
  Element.prototype.scrollIntoView = () => undefined;
  window.matchMedia = (media) =>
    ({
      matches: false,
      media,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }) as unknown as MediaQueryList;
  globalThis.ResizeObserver = class {
    observe(): void {
      // The sizes above never change.
    }
    unobserve(): void {
      // As observe.
    }
    disconnect(): void {
      // As observe.
    }
  };
  globalThis.CSS = { escape: (text: string) => text.replace(/["\\]/g, '\\$&') } as typeof CSS;
}

export function installFake(fake: FakeSalvor): void {
  Object.defineProperty(window, 'salvor', { configurable: true, value: fake.api });
}

function reset<T>(store: StoreApi<T>): void {
  store.setState(store.getInitialState(), true);
}

export function resetStores(): void {
  reset(usePalette);
  reset(useDetails);
  reset(useDiskRates);
  reset(useHighlight);
  reset(useDisksView);
  reset(useHosts);
  reset(useLibrary);
  reset(useMachines);
  reset(useNavigation);
  reset(useOperations);
  reset(useSettings);
  reset(usePools);
  reset(useSending);
  reset(useTransfers);
  reset(usePower);
  reset(useReboot);
  reset(useRescue);
  reset(useMigrate);
  reset(useMigrations);
  reset(useHostActions);
  reset(useLeftovers);
  reset(useHistory);
  reset(useUnfinished);
}

export async function renderWindow(
  fake: FakeSalvor = fakeSalvor(),
): Promise<{ readonly user: UserEvent; readonly fake: FakeSalvor; readonly view: RenderResult }> {
  cleanup();
  completeDom();
  resetStores();
  installFake(fake);
  await startI18n();
  return { user: userEvent.setup(), fake, view: render(<App />) };
}
