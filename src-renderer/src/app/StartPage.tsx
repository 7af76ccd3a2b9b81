import { useTranslation } from 'react-i18next';
import { useHosts } from './stores/hosts.ts';
import { useMachines } from './stores/machines.ts';

/** Nothing is chosen yet: what to do first, and the keys that do it. */
export function StartPage() {
  const { t } = useTranslation();
  const connected = useHosts((state) => Object.values(state.byId).some((host) => host.state === 'connected'));
  const some = useMachines((state) => Object.keys(state.byKey).length > 0);
  return (
    <div className="start-page">
      <h1>{some ? t('start.chooseMachine') : connected ? t('start.noMachines') : t('start.connect')}</h1>
      <p className="muted">
        {some ? t('start.chooseMachineHelp') : connected ? t('start.noMachinesHelp') : t('start.connectHelp')}
      </p>
      <dl>
        {(['search', 'palette', 'list', 'open', 'tabs'] as const).map((name) => (
          <div key={name}>
            <dt>
              <kbd>{t(`start.keys.${name}.key`)}</kbd>
            </dt>
            <dd>{t(`start.keys.${name}.does`)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
