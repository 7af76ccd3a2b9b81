import { useTranslation } from 'react-i18next';
import type { PlanStep } from '../../../src-core/rescue/plan-types.ts';
import { useSentenceWords } from '../i18n/words.ts';

interface StepItemsProps {
  readonly steps: readonly PlanStep[];
  /** With what undoes each, where something does. */
  readonly inverses?: boolean;
}

/** The steps of a plan, as the items of an ordered list. */
export function StepItems({ steps, inverses = false }: StepItemsProps) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  return steps.map((step) => (
    <li key={step.id}>
      {words(step.what)}
      {inverses && step.inverse !== null && (
        <span className="muted small">{t('rescue.steps.inverse', { inverse: words(step.inverse) })}</span>
      )}
    </li>
  ));
}
