import { useSyncExternalStore } from 'react';
import { useSettings } from './stores/settings.ts';
import type { ColourMode } from './theme/tokens.ts';

const DARK = '(prefers-color-scheme: dark)';

function watchSystem(onChange: () => void): () => void {
  const query = window.matchMedia(DARK);
  query.addEventListener('change', onChange);
  return () => query.removeEventListener('change', onChange);
}

/** Light or dark: the administrator's choice, or what the system says. */
export function useColourMode(): ColourMode {
  const systemIsDark = useSyncExternalStore(watchSystem, () => window.matchMedia(DARK).matches);
  const chosen = useSettings((state) => state.settings.theme);
  if (chosen === 'system') return systemIsDark ? 'dark' : 'light';
  return chosen;
}
