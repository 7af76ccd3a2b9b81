/** The one window. */
import { join } from 'node:path';
import { BrowserWindow, app, nativeTheme, screen } from 'electron';
import type { Rectangle } from 'electron';
import type { SettingsService, WindowBounds } from '../app/settings.ts';
import { APP_PAGE } from './app-protocol.ts';

const MINIMUM = { width: 1024, height: 640 } as const;
const FIRST = { width: 1280, height: 800 } as const;
/** The renderer's own background colours: no flash of the other theme before its first paint. */
const BACKGROUND = { light: '#f3f4f6', dark: '#15171a' } as const;

/** Waits a moment after the last change: a window that is dragged moves a hundred times. */
const REMEMBER_MS = 500;

export function openWindow(preload: string, settings: SettingsService): BrowserWindow {
  const bounds = settings.get().bounds;
  const window = new BrowserWindow({
    ...FIRST,
    ...(bounds !== null && isOnScreen(bounds)
      ? { x: bounds.x, y: bounds.y, width: bounds.width, height: bounds.height }
      : {}),
    minWidth: MINIMUM.width,
    minHeight: MINIMUM.height,
    show: false,
    title: 'Salvor',
    icon: join(app.getAppPath(), 'assets/icons/salvor.png'),
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (bounds?.maximized === true) window.maximize();
  window.once('ready-to-show', () => window.show());
  rememberBounds(window, settings);
  void window.loadURL(APP_PAGE);
  return window;
}

/** A screen that is gone would keep the window out of sight. */
function isOnScreen(bounds: Rectangle): boolean {
  const { workArea } = screen.getDisplayMatching(bounds);
  const overlap = (from: number, length: number, start: number, size: number) =>
    Math.min(from + length, start + size) - Math.max(from, start);
  return (
    overlap(bounds.x, bounds.width, workArea.x, workArea.width) > 100 &&
    overlap(bounds.y, bounds.height, workArea.y, workArea.height) > 100
  );
}

function rememberBounds(window: BrowserWindow, settings: SettingsService): void {
  const save = () => {
    if (window.isDestroyed()) return;
    const bounds: WindowBounds = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    settings.set({ bounds });
  };
  let timer: NodeJS.Timeout | undefined;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(save, REMEMBER_MS);
  };
  window.on('resize', later).on('move', later);
  window.on('closed', () => clearTimeout(timer));
}
