import Button from '@mui/material/Button';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { RescuePlan } from '../../../../src-core/rescue/plan-types.ts';
import type { MediumSpec } from '../../../../src-core/rescue/types.ts';
import { ConfirmPanel } from '../../components/ConfirmPanel.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Sign } from '../../components/Sign.tsx';
import { useFindingWords, useSentenceWords } from '../../i18n/words.ts';
import { mediumName } from './draft.ts';
import { countDevices, isStartable } from './summary.ts';
import '../../components/start-bar.css';

interface StartBarProps {
  readonly machineName: string;
  readonly medium: MediumSpec | null;
  readonly plan: RescuePlan | null;
  /** Is the plan the answer to the request as it is now? */
  readonly settled: boolean;
  readonly error: ErrorData | null;
  /** Answers whether it is under way. */
  readonly onStart: () => Promise<boolean>;
}

/** Always in sight: what will boot, what will not change, and the one button. The confirmation opens in its place. */
export function StartBar({ machineName, medium, plan, settled, error, onStart }: StartBarProps) {
  const { t } = useTranslation();
  const sentenceWords = useSentenceWords();
  const [confirmed, setConfirmed] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const startButton = useRef<HTMLButtonElement>(null);
  const ready = plan !== null && isStartable(plan);
  // A confirmation is of one plan: when another one takes its place, it is asked for again.
  const confirming = ready && confirmed === plan.fingerprint.inputs;

  useEffect(() => {
    if (confirmed !== null && !confirming) setConfirmed(null);
  }, [confirmed, confirming]);

  const close = (): void => {
    setConfirmed(null);
    window.setTimeout(() => startButton.current?.focus());
  };
  const start = async (): Promise<void> => {
    setStarting(true);
    const underWay = await onStart();
    setStarting(false);
    if (!underWay) close();
  };

  return (
    <footer className="start-bar">
      {error !== null && <ErrorNotice error={error} />}
      {confirming ? (
        <ConfirmPanel
          title={t('rescue.confirm.title', { machine: machineName })}
          confirm={t('rescue.confirm.start', { machine: machineName })}
          busy={starting}
          onConfirm={() => void start()}
          onCancel={close}
        >
          <ol>
            {plan.steps.map((step) => (
              <li key={step.id}>{sentenceWords(step.what)}</li>
            ))}
          </ol>
        </ConfirmPanel>
      ) : (
        <div className="start-bar-line">
          <div className="start-bar-words" aria-live="polite">
            <WhatBoots plan={plan} medium={medium} />
            {plan !== null && plan.refusals.length === 0 && <WhatStays plan={plan} />}
          </div>
          <Button
            ref={startButton}
            variant="contained"
            disabled={!ready || !settled}
            aria-describedby="start-bar-boots"
            onClick={() => setConfirmed(plan?.fingerprint.inputs ?? null)}
          >
            {t('rescue.start.button')}
          </Button>
        </div>
      )}
    </footer>
  );
}

function WhatBoots({ plan, medium }: { readonly plan: RescuePlan | null; readonly medium: MediumSpec | null }) {
  const { t } = useTranslation();
  const sentenceWords = useSentenceWords();
  const findingWords = useFindingWords();
  if (plan === null || medium === null) {
    return (
      <p id="start-bar-boots" className="muted">
        {t('rescue.start.chooseMedium')}
      </p>
    );
  }
  const [refusal] = plan.refusals;
  if (refusal !== undefined) {
    return (
      <p id="start-bar-boots" className="start-bar-sentence">
        <Sign name="refused" tone="refused" />
        <span>
          <strong>{t('rescue.start.refused', { count: plan.refusals.length })}</strong> {findingWords(refusal)}
        </span>
      </p>
    );
  }
  const name = mediumName(medium) ?? t('rescue.start.original');
  const device = plan.rescueDevice;
  const boots =
    device === null
      ? t('rescue.start.bootsKernel', { medium: name })
      : t('rescue.start.boots', { medium: name, bus: device.bus, device: device.device, target: device.target });
  return (
    <p id="start-bar-boots" className="start-bar-sentence">
      <Sign name="rescue" tone="rescue" />
      <span>
        <strong>{boots}</strong> {plan.ifNotBootable !== null && sentenceWords(plan.ifNotBootable)}
      </span>
    </p>
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
    <p className="start-bar-sentence">
      <Sign name={stays ? 'unchanged' : 'warning'} tone={stays ? 'unchanged' : 'warning'} />
      <span>
        {stays
          ? t(staysKey(plan), { count: counts.unchanged + counts.kept })
          : t('rescue.start.staysNot', { count: counts.changed })}
        {guestDisks !== 'writable' && ` ${t(`rescue.start.guestDisks.${guestDisks}`)}`}
        {plan.warnings.length > 0 && (
          <span className="tone-warning nowrap start-bar-warnings">
            <Sign name="warning" tone="warning" /> {t('rescue.findings.warning', { count: plan.warnings.length })}
          </span>
        )}
      </span>
    </p>
  );
}
