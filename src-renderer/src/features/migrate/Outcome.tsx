import { useTranslation } from 'react-i18next';
import type { DiskWay, MigrationEstimate, MigrationPlan } from '../../../../src-core/migration/types.ts';
import { Findings } from '../../components/Findings.tsx';
import { Notice } from '../../components/Notice.tsx';
import { StepItems } from '../../components/StepItems.tsx';
import { formatSpan } from '../../components/format.ts';
import { useSentenceWords } from '../../i18n/words.ts';
import { Needs } from './Needs.tsx';
import { PlannedDisks } from './PlannedDisks.tsx';
import type { Draft, MapKind } from './draft.ts';

interface OutcomeProps {
  readonly plan: MigrationPlan;
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
  readonly onMap: (kind: MapKind, name: string) => void;
}

/** What comes of a request: what speaks against it, what becomes of a rescue, every disk, what is needed there, how long, and each step. */
export function Outcome({ plan, draft, onChange, onMap }: OutcomeProps) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const choose = (target: string, way: DiskWay | null): void => {
    const { [target]: _before, ...others } = draft.disks;
    onChange({ disks: way === null ? others : { ...others, [target]: way } });
  };
  return (
    <>
      <Findings findings={plan.refusals} tone="refused" />
      <Findings findings={plan.warnings} tone="warning" />
      {plan.session !== null && (
        <Notice tone="rescue" kind={t('migrate.session')}>
          <strong>{t('migrate.session')}.</strong> {words(plan.session)}
        </Notice>
      )}
      <PlannedDisks disks={plan.disks} chosen={draft.disks} onChoose={choose} onMap={(path) => onMap('paths', path)} />
      <Needs needs={plan.needs} secrets={draft.secrets} onSecrets={(secrets) => onChange({ secrets })} onMap={onMap} />
      {plan.estimate !== null && <Estimate estimate={plan.estimate} />}
      {plan.steps.length > 0 && (
        <section className="migrate-steps" aria-labelledby="migrate-steps">
          <h3 id="migrate-steps" className="head">
            {t('migrate.steps')}
          </h3>
          <ol>
            <StepItems steps={plan.steps} inverses />
          </ol>
        </section>
      )}
    </>
  );
}

function Estimate({ estimate: { low, high, why } }: { readonly estimate: MigrationEstimate }) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const least = formatSpan(low * 1000);
  const most = high === null ? null : formatSpan(high * 1000);
  return (
    <section aria-labelledby="migrate-estimate">
      <h3 id="migrate-estimate" className="head">
        {t('migrate.estimate.title')}
      </h3>
      <p>
        {most === null
          ? t('migrate.estimate.open', { low: least })
          : most === least
            ? t('migrate.estimate.about', { low: least })
            : t('migrate.estimate.between', { low: least, high: most })}
        <span className="muted">{t('migrate.estimate.why', { why: words(why) })}</span>
      </p>
    </section>
  );
}
