import { useTranslation } from 'react-i18next';
import type { Unfinished } from '../../../../src-core/contract/journal-schemas.ts';
import { useHosts } from '../../app/stores/hosts.ts';
import { goTo, openMachine } from '../../app/stores/navigation.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { UnfinishedItem } from './UnfinishedItem.tsx';
import { useUnfinished } from './store.ts';
import './unfinished.css';

/** All that was begun on this computer and not finished, with what can be done about each. */
export function UnfinishedPage() {
  const { t } = useTranslation();
  const { items, loaded, error } = useUnfinished();
  if (loaded && error === null && items.length === 0)
    return <EmptyState title={t('unfinished.none')}>{t('unfinished.noneHelp')}</EmptyState>;
  return (
    <article className="unfinished-page pane-scroll" aria-labelledby="unfinished-title" tabIndex={0}>
      <h1 id="unfinished-title">{t('unfinished.title')}</h1>
      {error !== null && <ErrorNotice error={error} />}
      {!loaded && <Skeleton lines={5} />}
      {items.length > 0 && <p className="muted">{t('unfinished.help')}</p>}
      {items.map((item) => (
        <div key={item.operationId} className="unfinished-entry">
          <UnfinishedItem item={item} where="list" />
          <Links item={item} />
        </div>
      ))}
    </article>
  );
}

/** On to where more is known: the machine, its host where that is not connected, what is written down. */
function Links({ item }: { readonly item: Unfinished }) {
  const { t } = useTranslation();
  const { machine } = item;
  const host = useHosts((state) => Object.values(state.byId).find(({ uri }) => uri === item.host.uri));
  return (
    <div className="unfinished-links">
      {machine !== null && (
        <button type="button" className="plain-link" onClick={() => openMachine(machine)}>
          {t('unfinished.openMachine', { machine: item.domain.name })}
        </button>
      )}
      {machine === null && host !== undefined && (
        <button type="button" className="plain-link" onClick={() => goTo({ kind: 'host', hostId: host.id })}>
          {t('machine.showHost', { host: host.name })}
        </button>
      )}
      <button type="button" className="plain-link" onClick={() => goTo({ kind: 'history', text: item.operationId })}>
        {t('unfinished.openHistory')}
      </button>
    </div>
  );
}
