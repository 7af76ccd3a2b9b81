import { create } from 'zustand';
import type { Settings } from '../../../../src-core/contract/schemas.ts';
import { ask } from '../salvor.ts';

interface SettingsState {
  readonly settings: Settings;
}

export const useSettings = create<SettingsState>()(() => ({ settings: { theme: 'system', language: 'en' } }));

export async function loadSettings(): Promise<void> {
  const answer = await ask('settings.get', null);
  if (answer.ok) useSettings.setState({ settings: answer.value });
}

/** Takes effect at once; what the main process keeps comes back as the answer. */
export async function changeSettings(change: Partial<Settings>): Promise<void> {
  useSettings.setState((state) => ({ settings: { ...state.settings, ...change } }));
  const answer = await ask('settings.set', change);
  if (answer.ok) useSettings.setState({ settings: answer.value });
}
