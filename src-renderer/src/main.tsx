import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { cspNonce } from './components/csp-nonce.ts';
import { reportErrors } from './app/report-errors.ts';
import { startI18n } from './i18n/i18n.ts';
import './app/theme/base.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

// The content security policy lets in no style without the nonce of this load.
const styles = createCache({ key: 'mui', nonce: cspNonce() });

reportErrors();
await startI18n();
createRoot(root).render(
  <StrictMode>
    <CacheProvider value={styles}>
      <App />
    </CacheProvider>
  </StrictMode>,
);
