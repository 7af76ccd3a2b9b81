import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** What set-up remembers about this checkout; may be deleted at any time. */
export const stateDir = path.join(root, '.cache', 'setup');

/** Downloads shared by all checkouts of one user: a Node, an Electron. */
export const downloadsDir = path.join(
  process.env.XDG_CACHE_HOME || path.join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache'),
  'salvor',
);
