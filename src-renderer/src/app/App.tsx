import { ThemeProvider } from '@mui/material/styles';
import { useEffect, useLayoutEffect, useMemo } from 'react';
import { startEvents } from './events.ts';
import { Shell } from './Shell.tsx';
import { makeTheme } from './theme/theme.ts';
import { applyTokens } from './theme/tokens.ts';
import { useColourMode } from './use-colour-mode.ts';

export function App() {
  const mode = useColourMode();
  const theme = useMemo(() => makeTheme(mode), [mode]);
  useLayoutEffect(() => applyTokens(mode, document.documentElement), [mode]);
  useEffect(() => startEvents(), []);
  return (
    <ThemeProvider theme={theme}>
      <Shell />
    </ThemeProvider>
  );
}
