import { useTranslation } from 'react-i18next';
import type { JournalEntry } from '../../../../src-core/journal/types.ts';
import { Sign } from '../../components/Sign.tsx';
import type { SignName, Tone } from '../../components/Sign.tsx';
import { formatClock, formatSpan } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { stepAccounts } from './steps.ts';
import type { StepAccount } from './steps.ts';

/** A step that was begun and never seen to end is the one that matters most: it is marked, not shown as if it ran on. */
const SIGNS: Readonly<Record<StepAccount['state'], { readonly sign: SignName; readonly tone: Tone }>> = {
  pending: { sign: 'pending', tone: 'unchanged' },
  running: { sign: 'warning', tone: 'warning' },
  done: { sign: 'check', tone: 'good' },
  failed: { sign: 'refused', tone: 'refused' },
  undone: { sign: 'undone', tone: 'warning' },
};

export function StepsTable({ entry }: { readonly entry: JournalEntry }) {
  const { t } = useTranslation();
  return (
    <table className="history-steps">
      <caption className="head">{t('history.steps')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('history.column.step')}</th>
          <th scope="col">{t('history.column.began')}</th>
          <th scope="col" className="num">
            {t('history.column.took')}
          </th>
        </tr>
      </thead>
      <tbody>
        {stepAccounts(entry).map(({ id, text, state, began, took }) => (
          <tr key={id} className={state === 'pending' ? 'muted' : ''}>
            <td>
              <span className="history-step">
                <Sign name={SIGNS[state].sign} tone={SIGNS[state].tone} label={t(`history.step.${state}`)} />
                <span>
                  {visible(text)}
                  {state !== 'done' && <span className="small muted"> – {t(`history.step.${state}`)}</span>}
                </span>
              </span>
            </td>
            <td className="nowrap muted">{began === null ? '—' : formatClock(began)}</td>
            <td className="num muted">{took === null ? '—' : formatSpan(took)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
