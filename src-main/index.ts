/** Composition root of the desktop application. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app, dialog, nativeTheme } from 'electron';
import type { BrowserWindow } from 'electron';
import { DEMO_HOST_ID, builtinHosts } from './app/builtin-hosts.ts';
import { openJournal } from './app/journal.ts';
import { openLibrary } from './app/library/store.ts';
import { createServices } from './app/services.ts';
import { createSettings } from './app/settings.ts';
import { who } from './app/who.ts';
import { declareAppScheme, serveApp } from './electron/app-protocol.ts';
import { openLog } from './electron/log-file.ts';
import { askForFiles, askForTarget } from './electron/ask-for-files.ts';
import { saveFile } from './electron/save-file.ts';
import { setMenu } from './electron/menu.ts';
import { lockDown } from './electron/security.ts';
import { openSettings } from './electron/settings-store.ts';
import { closeSafely } from './electron/shutdown.ts';
import { answerChannels, answerOffers, sendEvent } from './electron/transport.ts';
import { openWindow } from './electron/window.ts';
import { openHypervisor } from './libvirt/load.ts';

// Settings, log and the single-instance lock belong to the user data folder: tests have one of their own.
const userData = process.env['SALVOR_USER_DATA'] ?? app.commandLine.getSwitchValue('user-data-dir');
if (userData !== '') app.setPath('userData', userData);

let window: BrowserWindow | null = null;

if (app.requestSingleInstanceLock()) {
  declareAppScheme();
  app.on('second-instance', () => {
    if (window?.isMinimized() === true) window.restore();
    window?.focus();
  });
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      dialog.showErrorBox('Salvor could not start', error instanceof Error ? error.message : String(error));
      app.exit(1);
    });
} else {
  app.quit();
}

async function start(): Promise<void> {
  const data = app.getPath('userData');
  const log = openLog(data);
  const settings = createSettings(openSettings(data));
  process.on('uncaughtException', (error) => log.error('uncaught', error));
  process.on('unhandledRejection', (reason) => log.error('unhandled', reason));
  nativeTheme.themeSource = settings.get().settings.theme;
  const services = createServices({
    open: openHypervisor,
    builtinHosts: demoAndThisComputer(),
    settings,
    settingsChanged: ({ theme }) => (nativeTheme.themeSource = theme),
    emit: (event) => sendEvent(window, event),
    log,
    newId: randomUUID,
    now: () => new Date(),
    user: who(),
    journal: openJournal(),
    library: openLibrary(),
    saveFile: (name, content) => saveFile(window, name, content),
    files: { choose: (many) => askForFiles(window, many), target: (name) => askForTarget(window, name) },
    info: { version: app.getVersion(), platform: process.platform, asRoot: process.getuid?.() === 0 },
  });
  lockDown();
  setMenu();
  await serveApp(join(import.meta.dirname, '../renderer'));
  answerChannels(services.handlers, () => window, log);
  answerOffers(services.offered, () => window, log);
  window = openWindow(join(import.meta.dirname, '../preload/index.cjs'), settings);
  window.on('closed', () => (window = null));
  closeSafely(window, services);
  if (app.commandLine.hasSwitch('demo')) await services.hosts.connect(DEMO_HOST_ID);
}

function demoAndThisComputer() {
  const demo = join(app.getAppPath(), 'assets/demo');
  const inRescue = join(demo, 'in-rescue.xml');
  return builtinHosts(join(demo, 'host.xml'), existsSync(inRescue) ? [readFileSync(inRescue, 'utf8')] : []);
}
