import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { RescuePlan } from '../../../../src-core/rescue/plan-types.ts';
import type { MediumSpec } from '../../../../src-core/rescue/types.ts';
import { BarRefusal, BarSentence, BarWarnings, StartBar } from '../../components/StartBar.tsx';
import { useSentenceWords } from '../../i18n/words.ts';
import { mediumName } from './draft.ts';
import { countDevices, isStartable } from './summary.ts';

interface RescueBarProps {
  readonly machineName: string;
  readonly medium: MediumSpec | null;
  readonly plan: RescuePlan | null;
  /** Is the plan the answer to the request as it is now? */
  readonly settled: boolean;
  readonly error: ErrorData | null;
  readonly onStart: () => Promise<void>;
}

/** What will boot, what will not change, and the button. */
export function RescueBar({ machineName, medium, plan, settled, error, onStart }: RescueBarProps) {
  const { t } = useTranslation();
  return (
    <StartBar
      button={t('rescue.start.button')}
      confirm={{
        title: t('rescue.confirm.title', { machine: machineName }),
        button: t('rescue.confirm.start', { machine: machineName }),
      }}
      plan={plan !== null && isStartable(plan) ? plan : null}
      settled={settled}
      error={error}
      onStart={onStart}
    >
      <WhatBoots plan={plan} medium={medium} />
      {plan !== null && plan.refusals.length === 0 && <WhatStays plan={plan} />}
    </StartBar>
  );
}

function WhatBoots({ plan, medium }: { readonly plan: RescuePlan | null; readonly medium: MediumSpec | null }) {
  const { t } = useTranslation();
  const sentenceWords = useSentenceWords();
  if (plan === null || medium === null) {
    return <p className="muted">{t('rescue.start.chooseMedium')}</p>;
  }
  if (plan.refusals.length > 0) return <BarRefusal refusals={plan.refusals} />;
  const name = mediumName(medium) ?? t('rescue.start.original');
  const device = plan.rescueDevice;
  const boots =
    device === null
      ? t('rescue.start.bootsKernel', { medium: name })
      : t('rescue.start.boots', { medium: name, bus: device.bus, device: device.device, target: device.target });
  return (
    <BarSentence sign="rescue" tone="rescue">
      <strong>{boots}</strong> {plan.ifNotBootable !== null && sentenceWords(plan.ifNotBootable)}
    </BarSentence>
  );
}

/** What becomes of the definition differs by the kind of session. */
function staysKey({ request, warnings }: RescuePlan) {
  if (request.session.value === 'one-shot') return 'rescue.start.stays' as const;
  return warnings.some(({ code }) => code === 'transient')
    ? ('rescue.start.staysTransient' as const)
    : ('rescue.start.staysUntilEnded' as const);
}

function WhatStays({ plan }: { readonly plan: RescuePlan }) {
  const { t } = useTranslation();
  const counts = countDevices(plan.devices);
  const { guestDisks } = plan.request;
  const stays = counts.changed === 0;
  return (
    <BarSentence sign={stays ? 'unchanged' : 'warning'} tone={stays ? 'unchanged' : 'warning'}>
      {stays
        ? t(staysKey(plan), { count: counts.unchanged + counts.kept })
        : t('rescue.start.staysNot', { count: counts.changed })}
      {guestDisks !== 'writable' && ` ${t(`rescue.start.guestDisks.${guestDisks}`)}`}
      <BarWarnings warnings={plan.warnings} />
    </BarSentence>
  );
}
