import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import type { Host } from '../../../../src-core/contract/schemas.ts';
import { HOST_TRAITS } from '../../../../src-core/host/traits.ts';
import { useHosts } from '../../app/stores/hosts.ts';
import { goTo } from '../../app/stores/navigation.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import { LeftoversSection } from './LeftoversSection.tsx';
import { connectHost, disconnectHost, removeHost, useHostActions } from './actions.ts';
import { CONDITION_SIGNS, hostCondition } from './host-state.ts';
import './hosts.css';

/** One host: its state and last error in words, what it runs, what it can do for a rescue. */
export function HostPage({ hostId }: { readonly hostId: string }) {
  const { t } = useTranslation();
  const host = useHosts((state) => state.byId[hostId]);
  const actionError = useHostActions((state) => state.errors[hostId] ?? null);
  if (host === undefined) return <EmptyState title={t('hosts.gone')} />;
  const condition = hostCondition(host);
  const { sign, tone } = CONDITION_SIGNS[condition];
  const error = actionError ?? host.error;
  return (
    <div className="host-page pane-scroll">
      <header className="host-page-head">
        <h1>{visible(host.name)}</h1>
        <span className="row" role="status">
          <Sign name={sign} tone={tone} />
          {t(`hosts.condition.${condition}`)}
        </span>
        <span className="row spread">
          {host.state === 'connected' && (
            <Button variant="text" onClick={() => goTo({ kind: 'storage', hostId: host.id, pool: null })}>
              {t('hosts.storage')}
            </Button>
          )}
          <Button
            variant="text"
            aria-label={t('hosts.historyOf', { host: host.name })}
            onClick={() => goTo({ kind: 'history', text: host.uri })}
          >
            {t('hosts.history')}
          </Button>
          {host.state === 'disconnected' && (
            <Button variant="contained" onClick={() => void connectHost(host.id)}>
              {t('hosts.connect')}
            </Button>
          )}
          {host.state !== 'disconnected' && (
            <Button variant="outlined" onClick={() => void disconnectHost(host.id)}>
              {host.state === 'connecting' ? t('hosts.stopConnecting') : t('hosts.disconnect')}
            </Button>
          )}
          {!host.builtin && (
            <Button variant="outlined" onClick={() => void removeHost(host.id)}>
              {t('hosts.remove')}
            </Button>
          )}
        </span>
      </header>
      {error !== null && <ErrorNotice error={error} />}
      <HostFacts host={host} />
      <LeftoversSection host={host} />
      <HostTraits host={host} />
    </div>
  );
}

function HostFacts({ host }: { readonly host: Host }) {
  const { t } = useTranslation();
  const facts = [
    [t('hosts.facts.uri'), <code key="uri">{visible(host.uri)}</code>],
    [t('hosts.facts.access'), host.readOnly ? t('hosts.facts.readOnly') : t('hosts.facts.readWrite')],
    [t('hosts.facts.hostname'), visible(host.hostname ?? '—')],
    [t('hosts.facts.driver'), visible(host.driver ?? '—')],
    [t('hosts.facts.libvirt'), visible(host.libvirtVersion ?? '—')],
    [t('hosts.facts.hypervisor'), visible(host.hypervisorVersion ?? '—')],
    [t('hosts.facts.machines'), host.state === 'connected' ? String(host.machineCount) : '—'],
  ] as const;
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function HostTraits({ host }: { readonly host: Host }) {
  const { t } = useTranslation();
  if (host.state !== 'connected') return <p className="muted">{t('hosts.traits.unknown')}</p>;
  return (
    <section aria-labelledby="host-traits">
      <h2 id="host-traits" className="head">
        {t('hosts.traits.title')}
      </h2>
      <ul className="host-traits">
        {HOST_TRAITS.map((trait) => {
          const has = host.traits.includes(trait);
          return (
            <li key={trait}>
              <Sign
                name={has ? 'check' : 'skipped'}
                tone={has ? 'good' : 'unchanged'}
                label={has ? t('common.yes') : t('common.no')}
              />
              <span className={has ? '' : 'muted'}>
                {t(`hosts.traits.${trait}.name`)}
                <span className="muted small">{t(`hosts.traits.${trait}.${has ? 'yes' : 'no'}`)}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
