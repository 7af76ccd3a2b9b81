import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RescuePlan } from '../../../../src-core/rescue/plan-types.ts';
import { BootLane } from '../../app/BootLane.tsx';
import { Findings } from '../../components/Findings.tsx';
import { DevicesTable } from './DevicesTable.tsx';
import { MediaTable } from './MediaTable.tsx';
import { PlanSteps } from './PlanSteps.tsx';

/** What comes of a request: what boots, what speaks against it, every disk, and what will be done step by step. */
export const Outcome = memo(function Outcome({ plan }: { readonly plan: RescuePlan }) {
  const { t } = useTranslation();
  return (
    <>
      <Findings findings={plan.refusals} tone="refused" />
      <div className="rescue-lanes">
        <BootLane title={t('boot.before')} entries={plan.bootBefore} />
        <BootLane
          title={t('boot.after')}
          entries={plan.bootAfter}
          added={plan.rescueDevice?.target ?? null}
          {...(plan.rescueXml === null ? { nothing: t('boot.refused') } : {})}
        />
      </div>
      <Findings findings={plan.warnings} tone="warning" />
      {plan.media.length > 1 && <MediaTable media={plan.media} />}
      <DevicesTable plan={plan} />
      {plan.steps.length > 0 && <PlanSteps plan={plan} />}
    </>
  );
});
