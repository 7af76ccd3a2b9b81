import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { RebootPlan } from '../../../../src-core/reboot/types.ts';
import { BarRefusal, BarSentence, BarWarnings, StartBar } from '../../components/StartBar.tsx';
import { useSentenceWords } from '../../i18n/words.ts';
import { countOf } from './groups.ts';
import { refusalsBesides } from './secret-values.ts';

interface RebootBarProps {
  readonly machineName: string;
  readonly plan: RebootPlan | null;
  /** Is the plan the answer to the request as it is now? */
  readonly settled: boolean;
  /** Secrets whose value has to be given yet. */
  readonly missing: number;
  /** Something else is under way on the machine. */
  readonly busy: boolean;
  readonly error: ErrorData | null;
  readonly onStart: () => Promise<void>;
}

/** What will be done, what is kept, and the button. */
export function RebootBar({ machineName, plan, settled, missing, busy, error, onStart }: RebootBarProps) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const able = plan !== null && !busy && plan.refusals.length === 0 && missing === 0;
  return (
    <StartBar
      button={t('reboot.start')}
      confirm={{
        title: t('reboot.confirm', { machine: machineName }),
        button: t('reboot.confirmStart', { machine: machineName }),
      }}
      plan={able ? plan : null}
      settled={settled}
      error={error}
      {...(error?.code === 'drift' ? { errorHelp: t('reboot.drift') } : {})}
      onStart={onStart}
    >
      <WhatHappens plan={plan} missing={missing} busy={busy} />
      {plan?.session != null && refusalsBesides(plan).length === 0 && (
        <BarSentence sign="rescue" tone="rescue">
          {words(plan.session)}
        </BarSentence>
      )}
    </StartBar>
  );
}

function WhatHappens({ plan, missing, busy }: Pick<RebootBarProps, 'plan' | 'missing' | 'busy'>) {
  const { t } = useTranslation();
  if (plan === null || busy) return <p className="muted">{busy ? t('power.busy') : t('reboot.lookingFirst')}</p>;
  const refusals = refusalsBesides(plan);
  if (refusals.length > 0) return <BarRefusal refusals={refusals} />;
  // What becomes of a rescue says it where the definition is another one afterwards.
  const keeps = plan.session?.code !== 'reboot-session-ended-defined';
  return (
    <BarSentence sign={missing > 0 ? 'keyMissing' : 'step'} tone={missing > 0 ? 'warning' : 'accent'}>
      <strong>
        {missing > 0 ? t('reboot.missing', { count: missing }) : t('reboot.sets', { count: countOf(plan, 'does') })}
      </strong>{' '}
      {keeps && t('reboot.keeps')}
      <BarWarnings warnings={plan.warnings} />
    </BarSentence>
  );
}
