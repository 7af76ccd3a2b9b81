import { expect, test } from 'vitest';
import { stateFolder } from './state-folder.ts';

test.each<[Record<string, string>, string, string]>([
  [{}, 'linux', '/home/me/.local/state/salvor'],
  [{ XDG_STATE_HOME: '/elsewhere' }, 'linux', '/elsewhere/salvor'],
  // Relative paths count for nothing, empty values are not set (XDG Base Directory Specification).
  [{ XDG_STATE_HOME: 'here' }, 'linux', '/home/me/.local/state/salvor'],
  [{ XDG_STATE_HOME: '', SALVOR_STATE: '' }, 'linux', '/home/me/.local/state/salvor'],
  [{ XDG_STATE_HOME: '/elsewhere', SALVOR_STATE: '/mine/../own' }, 'linux', '/own'],
  [{ SALVOR_STATE: 'here' }, 'linux', `${process.cwd()}/here`],
  [{ XDG_STATE_HOME: '/elsewhere' }, 'darwin', '/home/me/Library/Application Support/salvor/state'],
  [{ SALVOR_STATE: '/own' }, 'darwin', '/own'],
])('%j on %s: %s', (env, platform, folder) => {
  expect(stateFolder(env, platform, '/home/me')).toBe(folder);
});
