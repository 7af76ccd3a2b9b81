import { useTranslation } from 'react-i18next';
import { goTo, useNavigation } from '../../app/stores/navigation.ts';
import { Sign } from '../../components/Sign.tsx';
import { useUnfinished } from './store.ts';
import './unfinished.css';

/** Between hosts and machines, for as long as something is unfinished: quiet, and never out of sight. */
export function UnfinishedLine() {
  const { t } = useTranslation();
  const { items, error } = useUnfinished();
  const here = useNavigation((state) => state.place.kind === 'unfinished');
  if (items.length === 0 && error === null) return null;
  return (
    <button
      type="button"
      className="unfinished-line"
      aria-current={here ? 'page' : undefined}
      onClick={() => goTo({ kind: 'unfinished' })}
    >
      <Sign name="warning" tone="warning" />
      {error === null ? t('unfinished.line', { count: items.length }) : t('unfinished.lineError')}
    </button>
  );
}
