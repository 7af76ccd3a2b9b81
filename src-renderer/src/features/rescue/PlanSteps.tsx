import { useTranslation } from 'react-i18next';
import type { PlanStep, RescuePlan } from '../../../../src-core/rescue/plan-types.ts';
import { StepItems } from '../../components/StepItems.tsx';
import { formatBytes } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';
import { useSentenceWords } from '../../i18n/words.ts';

/** What will be done to start the session and to end it, and the files that are on the host meanwhile. */
export function PlanSteps({ plan }: { readonly plan: RescuePlan }) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  return (
    <>
      <div className="rescue-lanes">
        <Steps title={t('rescue.steps.start')} steps={plan.steps} />
        <Steps title={t('rescue.steps.end')} steps={plan.endSteps} />
      </div>
      {plan.snapshot !== null && (
        <section aria-labelledby="plan-snapshot">
          <h3 id="plan-snapshot" className="head">
            {t('rescue.steps.snapshot')}
          </h3>
          <p className="small">
            <span className="mono">{visible(plan.snapshot.name)}</span>{' '}
            <span className="muted">{t('rescue.steps.snapshotOf', { targets: plan.snapshot.targets.join(', ') })}</span>
          </p>
        </section>
      )}
      {plan.files.length > 0 && (
        <section aria-labelledby="plan-files">
          <h3 id="plan-files" className="head">
            {t('rescue.steps.files')}
          </h3>
          <ul className="plan-changes small">
            {plan.files.map(({ path, what, atMost, free }) => (
              <li key={path}>
                <span className="mono plan-file">{visible(path)}</span>
                <span className="muted">{words(what)}</span>
                {atMost !== null && (
                  <span className={free !== null && free < atMost ? 'tone-warning' : 'muted'}>
                    {free === null
                      ? t('rescue.steps.atMost', { size: formatBytes(atMost) })
                      : t('rescue.steps.atMostOf', { size: formatBytes(atMost), free: formatBytes(free) })}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Steps({ title, steps }: { readonly title: string; readonly steps: readonly PlanStep[] }) {
  return (
    <section className="plan-steps" aria-label={title}>
      <h3 className="head">{title}</h3>
      <ol>
        <StepItems steps={steps} inverses />
      </ol>
    </section>
  );
}
