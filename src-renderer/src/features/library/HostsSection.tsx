import Button from '@mui/material/Button';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Host } from '../../../../src-core/contract/schemas.ts';
import { sourceText } from '../../../../src-core/library/source.ts';
import type { LibraryMedium, Whereabouts } from '../../../../src-core/library/types.ts';
import { selectHosts, useHosts } from '../../app/stores/hosts.ts';
import { loadWhere, lookAtMedium, selectPlace, useLibrary, whereKey } from '../../app/stores/library.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import type { SignName, Tone } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import { PutPanel } from './PutPanel.tsx';
import { putObstacle } from './put-state.ts';

const SIGNS: Readonly<Record<Whereabouts['state'], readonly [SignName, Tone]>> = {
  here: ['check', 'good'],
  other: ['warning', 'warning'],
  missing: ['disconnected', 'unchanged'],
  'not-asked': ['other', 'unchanged'],
};

/** On which connected hosts it is: asked when the page opens, and when a host comes or goes. */
export function HostsSection({ medium }: { readonly medium: LibraryMedium }) {
  const { t } = useTranslation();
  const hosts = useHosts(useShallow((state) => selectHosts(state).filter(({ state: now }) => now === 'connected')));
  const asking = useLibrary((state) => state.asking[whereKey(medium.id, null)] === true);
  const error = useLibrary((state) => state.whereErrors[whereKey(medium.id, null)] ?? null);
  const [putting, setPutting] = useState<string | null>(null);
  const connected = hosts.map(({ id }) => id).join('\n');
  const { id, source, host, seen, whole, places } = medium;
  // Whatever was learned of it may change the answer.
  const known = JSON.stringify([source, host, seen?.hash, whole, places]);
  useEffect(() => {
    if (connected !== '') void loadWhere(id, null);
  }, [id, connected, known]);
  return (
    <section aria-labelledby="library-hosts">
      <h3 id="library-hosts" className="head library-hosts-head">
        {t('library.hosts.title')}
        {asking && (
          <span className="small" role="status">
            {t('library.hosts.asking')}
          </span>
        )}
        {!asking && hosts.length > 0 && (
          <button type="button" className="plain-link small spread" onClick={() => void loadWhere(id, null)}>
            {t('library.hosts.again')}
          </button>
        )}
      </h3>
      {error !== null && <ErrorNotice error={error} />}
      {hosts.length === 0 ? (
        <p className="muted small">{t('library.hosts.none')}</p>
      ) : (
        <ul className="library-hosts">
          {hosts.map((each) => (
            <HostLine
              key={each.id}
              host={each}
              medium={medium}
              putting={putting === each.id}
              onPut={(open) => setPutting(open ? each.id : null)}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface HostLineProps {
  readonly host: Host;
  readonly medium: LibraryMedium;
  readonly putting: boolean;
  readonly onPut: (open: boolean) => void;
}

function HostLine({ host, medium, putting, onPut }: HostLineProps) {
  const { t } = useTranslation();
  const place = useLibrary((state) => selectPlace(state, medium.id, host.id));
  const [looking, setLooking] = useState(false);
  const [error, setError] = useState<ErrorData | null>(null);
  const look = async (): Promise<void> => {
    setLooking(true);
    setError(await lookAtMedium(medium.id, host.id));
    setLooking(false);
  };
  const [sign, tone] = place === null ? (['connecting', 'unchanged'] as const) : SIGNS[place.state];
  const obstacle = putObstacle(medium, host);
  return (
    <li className="library-host">
      <div className="library-host-line">
        <Sign name={sign} tone={tone} />
        <span className="library-host-words">
          <span>
            <strong className="name">{visible(host.name)}</strong>{' '}
            {place !== null && <span>{t(`library.hosts.state.${place.state}`)}</span>}{' '}
            {place?.source != null && <code className="library-host-source">{visible(sourceText(place.source))}</code>}
          </span>
          <span className="small muted">{place === null ? t('library.hosts.asking') : visible(place.why)}</span>
        </span>
        <span className="library-host-actions">
          {(place?.state === 'here' || place?.state === 'other') && (
            <Button variant="text" disabled={looking} onClick={() => void look()}>
              {t(looking ? 'library.hosts.looking' : 'library.hosts.look')}
            </Button>
          )}
          {place?.state === 'missing' && !putting && (
            <Button
              variant="outlined"
              disabled={obstacle !== null}
              aria-describedby={obstacle === null ? undefined : `put-why-${host.id}`}
              onClick={() => onPut(true)}
            >
              {t('library.put.open')}
            </Button>
          )}
        </span>
      </div>
      {place?.state === 'missing' && obstacle !== null && (
        <p id={`put-why-${host.id}`} className="small muted library-host-why">
          {t(`library.put.cannot.${obstacle}`)}
        </p>
      )}
      {error !== null && <ErrorNotice error={error} />}
      {putting && place?.state === 'missing' && <PutPanel medium={medium} host={host} onClose={() => onPut(false)} />}
    </li>
  );
}
