import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import type { AttachChoice, RescuePlan } from '../../../../src-core/rescue/plan-types.ts';
import { StopFields } from '../../components/StopFields.tsx';
import { isActive } from '../../components/machine-state.ts';
import { useSentenceWords } from '../../i18n/words.ts';
import { ChoiceRadios } from './ChoiceRadios.tsx';
import { MoreChoices } from './MoreChoices.tsx';
import { busFor, busOptions, deviceOptions } from './attach-options.ts';
import type { AttachOption } from './attach-options.ts';
import type { Draft } from './draft.ts';
import { useReasonWords } from './reason-words.ts';

interface AttachColumnProps {
  readonly details: MachineDetails;
  readonly draft: Draft;
  readonly choices: readonly AttachChoice[];
  /** null before the first preview. */
  readonly plan: RescuePlan | null;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** Second column: how the medium is attached. Each choice has a default that says why; what is impossible says why. */
export const AttachColumn = memo(function AttachColumn(props: AttachColumnProps) {
  const { details, draft, choices, plan, onChange } = props;
  const resolved = plan?.request ?? null;
  const { t } = useTranslation();
  const words = useSentenceWords();
  const options = useOptions();
  const device = draft.device ?? resolved?.device.value ?? null;
  const needsNone = resolved?.device.value === 'none';
  return (
    <section className="rescue-column rescue-attach" aria-labelledby="rescue-attach">
      <h2 id="rescue-attach" className="rescue-column-head">
        {t('rescue.attach.title')}
      </h2>
      <div className="rescue-column-body pane-scroll rescue-attach-body">
        {needsNone ? (
          <p className="small muted">{t('rescue.attach.noDevice', { why: words(resolved.device.why) })}</p>
        ) : (
          <>
            <ChoiceRadios
              layout="row"
              legend={t('rescue.attach.device')}
              chosen={draft.device}
              options={options(deviceOptions(choices))}
              resolved={resolved?.device ?? null}
              onChange={(value) => onChange({ device: value, bus: busFor(choices, value, draft.bus) })}
            />
            <ChoiceRadios
              layout="row"
              legend={t('rescue.attach.bus')}
              chosen={draft.bus}
              options={options(busOptions(choices, device))}
              resolved={resolved?.bus ?? null}
              onChange={(bus) => onChange({ bus })}
            />
          </>
        )}
        {!details.row.persistent && (
          <TransientConsent
            consent={draft.transientConsent}
            onChange={(transientConsent) => onChange({ transientConsent })}
          />
        )}
        {isActive(details.row.state) && <StopFields stop={draft.stop} onChange={(stop) => onChange({ stop })} />}
        <MoreChoices details={details} draft={draft} plan={plan} onChange={onChange} />
      </div>
    </section>
  );
});

function useOptions() {
  const { t } = useTranslation();
  const reasonWords = useReasonWords();
  return (options: readonly AttachOption<string>[]) =>
    options.map(({ value, reason }) => ({
      value,
      label: t(`rescue.attach.names.${value}`, { defaultValue: value }),
      reason: reason === null ? null : reasonWords(reason),
    }));
}

interface TransientConsentProps {
  readonly consent: boolean;
  readonly onChange: (consent: boolean) => void;
}

/** Without it a transient guest is refused, so it is not folded away. */
function TransientConsent({ consent, onChange }: TransientConsentProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="reason-radios">
      <legend className="head">{t('rescue.attach.transient')}</legend>
      <FormControlLabel
        control={
          <Checkbox
            checked={consent}
            slotProps={{ input: { 'aria-describedby': 'transient-help' } }}
            onChange={(event) => onChange(event.target.checked)}
          />
        }
        label={t('rescue.attach.transientConsent')}
      />
      <p id="transient-help" className="small muted">
        {t('rescue.attach.transientHelp')}
      </p>
    </fieldset>
  );
}
