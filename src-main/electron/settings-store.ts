import Conf from 'conf';
import type { SettingsStore } from '../app/settings.ts';

/** One JSON file in the user data folder. A file that is no JSON counts as none: conf puts its defaults in place. */
export function openSettings(folder: string): SettingsStore {
  const conf = new Conf<{ stored: unknown }>({ cwd: folder, configName: 'settings', clearInvalidConfig: true });
  return { read: () => conf.get('stored'), write: (value) => conf.set('stored', value) };
}
