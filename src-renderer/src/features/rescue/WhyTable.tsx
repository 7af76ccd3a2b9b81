import { useTranslation } from 'react-i18next';
import { explainPlan } from '../../../../src-core/rescue/explain.ts';
import type { ExplainedChoice } from '../../../../src-core/rescue/explain.ts';
import type { RescuePlan } from '../../../../src-core/rescue/plan-types.ts';
import { visible } from '../../i18n/visible.ts';
import { useSentenceWords } from '../../i18n/words.ts';

/** Every choice of the plan: what it is, who decided, and why. */
export function WhyTable({ plan }: { readonly plan: RescuePlan }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="small muted">{t('rescue.why.help')}</p>
      {explainPlan(plan).map(({ medium, choices }, at) => (
        <table key={at} className="plan-devices plan-why">
          <caption className="head">{visible(medium ?? t('rescue.why.session'))}</caption>
          <colgroup>
            <col className="plan-why-choice" />
            <col className="plan-why-value-col" />
            <col className="plan-why-from" />
            <col />
          </colgroup>
          <thead className="visually-hidden">
            <tr>
              <th scope="col">{t('rescue.why.column.choice')}</th>
              <th scope="col">{t('rescue.why.column.value')}</th>
              <th scope="col">{t('rescue.why.column.from')}</th>
              <th scope="col">{t('rescue.why.column.why')}</th>
            </tr>
          </thead>
          <tbody>
            {choices.map((choice) => (
              <WhyRow key={choice.choice} choice={choice} />
            ))}
          </tbody>
        </table>
      ))}
    </>
  );
}

function WhyRow({ choice: { choice, value, from, why } }: { readonly choice: ExplainedChoice }) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  return (
    <tr>
      <th scope="row" className="nowrap muted">
        {t(`rescue.why.choice.${choice}`)}
      </th>
      <td className="mono plan-why-value">{visible(value ?? '—')}</td>
      <td className="nowrap">
        <span className={`authority authority-${from}`}>{t(`rescue.why.from.${from}`)}</span>
      </td>
      <td className="plan-why-words">{words(why)}</td>
    </tr>
  );
}
