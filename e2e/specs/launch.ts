/** The real Electron application, started as `npm start` starts it, with a profile of its own that goes away with it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from '@playwright/test';
import type { ElectronApplication, Page } from '@playwright/test';

const ROOT = join(import.meta.dirname, '../..');
/** How long a window may take to close before its process is ended. */
const CLOSE_MS = 10_000;

export interface SalvorApp {
  readonly electron: ElectronApplication;
  readonly window: Page;
  /** Close it and wait until its process has gone; again does nothing. */
  readonly close: () => Promise<void>;
}

export interface LaunchOptions {
  /** `--demo`: the window opens on the demo host, connected. */
  readonly demo?: boolean;
  /** SALVOR_STATE: a journal that others know, too; by default one that goes away with the profile. */
  readonly state?: string;
}

/** Chromium's sandbox cannot be had by root: `npm start` does the same, and says so. */
const rootArguments = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** `remove` closes it and takes its profile away. */
export interface LaunchedApp extends SalvorApp {
  readonly remove: () => Promise<void>;
}

export async function launch(options: LaunchOptions): Promise<LaunchedApp> {
  const profile = await mkdtemp(join(tmpdir(), 'salvor-e2e-'));
  // The `electron` package tells where its program is; ELECTRON_OVERRIDE_DIST_PATH names another.
  const executablePath = createRequire(import.meta.url)('electron') as string;
  const args = [...rootArguments, `--user-data-dir=${profile}`, ROOT, ...(options.demo === true ? ['--demo'] : [])];
  const electron = await _electron.launch({
    executablePath,
    args,
    cwd: ROOT,
    env: environment(options.state ?? join(profile, 'state')),
  });
  const child = electron.process();
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
    await electron.close().catch(() => undefined);
    await gone;
    clearTimeout(timer);
  };
  const remove = async () => {
    await close();
    // Chromium's helpers may write for a moment after their main process has gone.
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  try {
    return { electron, window: await electron.firstWindow(), close, remove };
  } catch (problem) {
    await remove();
    throw problem;
  }
}

function environment(state: string): Record<string, string> {
  const given = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  // Electron as an application, whatever started the tests (an editor is an Electron that sets this).
  const kept = given.filter(([name]) => name !== 'ELECTRON_RUN_AS_NODE');
  // The journal of the tests, too, is none of whoever runs them.
  return { ...Object.fromEntries(kept), SALVOR_STATE: state };
}
