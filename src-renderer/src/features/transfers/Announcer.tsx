import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Transfer } from '../../../../src-core/contract/transfer.ts';
import { useTransfers } from '../../app/stores/transfers.ts';
import { milestoneOf, percentOf } from './progress.ts';

/** Says to screen readers, on whatever page, when a transfer starts, has passed a quarter, or has ended: never each tick. */
export function Announcer() {
  const { t } = useTranslation();
  const byId = useTransfers((state) => state.byId);
  const heard = useRef<ReadonlyMap<string, string> | null>(null);
  const [words, setWords] = useState('');
  useEffect(() => {
    const now = new Map(Object.values(byId).map((transfer) => [transfer.id, milestoneOf(transfer)]));
    const before = heard.current;
    heard.current = now;
    // What was there when the window opened is no news.
    if (before === null) return;
    const news = Object.values(byId).filter(({ id }) => before.get(id) !== now.get(id));
    const say = (transfer: Transfer): string => {
      const { kind, name, state } = transfer;
      const percent = percentOf(transfer) ?? 0;
      return state === 'running' && before.has(transfer.id)
        ? t('transfers.says.running', { name, percent })
        : t('transfers.says.state', { kind: t(`transfers.kind.${kind}`), name, state: t(`transfers.state.${state}`) });
    };
    if (news.length > 0) setWords(news.map(say).join(' '));
  }, [byId, t]);
  return (
    <div className="visually-hidden" role="status" aria-label={t('transfers.says.label')}>
      {words}
    </div>
  );
}
