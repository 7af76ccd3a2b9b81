import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { useShallow } from 'zustand/react/shallow';
import type { Host } from '../../../../src-core/contract/schemas.ts';
import { selectHosts, useHosts } from '../../app/stores/hosts.ts';
import { goTo, useNavigation } from '../../app/stores/navigation.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { visible } from '../../i18n/visible.ts';
import { connectHost } from './actions.ts';
import { CONDITION_SIGNS, hostCondition } from './host-state.ts';
import './hosts.css';

/** The hosts, one line each: state, name, how many machines. The rest is on a host's own page. */
export function HostsPane() {
  const { t } = useTranslation();
  const hosts = useHosts(useShallow(selectHosts));
  const { loaded, error } = useHosts(useShallow((state) => ({ loaded: state.loaded, error: state.error })));
  return (
    <section className="hosts" aria-label={t('hosts.title')}>
      <div className="hosts-head">
        <h2 className="head">{t('hosts.title')}</h2>
        <span className="spread">
          <Button variant="text" onClick={() => goTo({ kind: 'library', medium: null })}>
            {t('hosts.media')}
          </Button>
          <Button variant="text" onClick={() => goTo({ kind: 'history', text: '' })}>
            {t('hosts.history')}
          </Button>
          <Button variant="text" onClick={() => goTo({ kind: 'add-host' })}>
            {t('hosts.add')}
          </Button>
        </span>
      </div>
      {error !== null && <ErrorNotice error={error} />}
      {!loaded && (
        <div className="hosts-loading">
          <Skeleton lines={3} />
        </div>
      )}
      <ul className="hosts-list pane-scroll">
        {hosts.map((host) => (
          <HostLine key={host.id} host={host} />
        ))}
      </ul>
    </section>
  );
}

function HostLine({ host }: { readonly host: Host }) {
  const { t } = useTranslation();
  const here = useNavigation((state) => state.place.kind === 'host' && state.place.hostId === host.id);
  const condition = hostCondition(host);
  const { sign, tone } = CONDITION_SIGNS[condition];
  return (
    <li className={here ? 'host-line host-line-here' : 'host-line'}>
      <button
        type="button"
        className="host-line-open"
        aria-current={here ? 'page' : undefined}
        aria-label={t('hosts.line', { host: host.name, condition: t(`hosts.condition.${condition}`) })}
        title={visible(host.uri)}
        onClick={() => goTo({ kind: 'host', hostId: host.id })}
      >
        <Sign name={sign} tone={tone} />
        <span className="ellipsis">{visible(host.name)}</span>
        {host.readOnly && <span className="small muted nowrap">{t('hosts.readOnlyMark')}</span>}
      </button>
      {host.state === 'connected' && <span className="host-line-count">{host.machineCount}</span>}
      {host.state === 'connecting' && <span className="host-line-count">{t('hosts.condition.connecting')}</span>}
      {host.state === 'disconnected' && (
        <Button
          variant="text"
          aria-label={t('hosts.connectNamed', { host: host.name })}
          onClick={() => void connectHost(host.id)}
        >
          {t('hosts.connect')}
        </Button>
      )}
    </li>
  );
}
