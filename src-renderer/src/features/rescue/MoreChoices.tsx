import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { FALL_THROUGHS, PROFILES, SESSION_KINDS } from '../../../../src-core/rescue/types.ts';
import type { RescuePlan, ResolvedRequest } from '../../../../src-core/rescue/plan-types.ts';
import { Choice } from '../../components/Choice.tsx';
import { useSentenceWords } from '../../i18n/words.ts';
import { ChoiceRadios } from './ChoiceRadios.tsx';
import { ImagePropertiesField } from './ImagePropertiesField.tsx';
import { GuestDisksRadios } from './GuestDisksRadios.tsx';
import { WritesRadios } from './WritesRadios.tsx';
import { hasUnusual } from './draft.ts';
import type { Draft } from './draft.ts';

interface MoreChoicesProps {
  readonly details: MachineDetails;
  readonly draft: Draft;
  readonly plan: RescuePlan | null;
  readonly onChange: (change: Partial<Draft>) => void;
}

interface PartProps {
  readonly draft: Draft;
  readonly resolved: ResolvedRequest | null;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** What is seldom chosen, folded away: its head says what is chosen, so that nothing is hidden. */
export function MoreChoices({ details, draft, plan, onChange }: MoreChoicesProps) {
  const { t } = useTranslation();
  // Open where something unusual was chosen before; it does not close by itself when that is taken back.
  const [open, setOpen] = useState(hasUnusual(draft));
  const resolved = plan?.request ?? null;
  return (
    <details className="rescue-more" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="head">{t('rescue.attach.more')}</span>
        {resolved !== null && (
          <span className="small muted rescue-more-summary">
            {[
              t(`rescue.session.short.${resolved.session.value}`),
              t(`rescue.attach.guestDisksShort.${resolved.guestDisks}`),
              t(`rescue.attach.fallThroughShort.${resolved.fallThrough.value}`),
              t(`rescue.attach.profileShort.${resolved.profile}`),
            ].join(' · ')}
          </span>
        )}
      </summary>
      <div className="rescue-more-body">
        <SessionRadios transient={!details.row.persistent} draft={draft} resolved={resolved} onChange={onChange} />
        <GuestDisksRadios chosen={draft.guestDisks} plan={plan} onChange={(guestDisks) => onChange({ guestDisks })} />
        <FallThroughRadios uefi={details.firmware === 'uefi'} draft={draft} resolved={resolved} onChange={onChange} />
        <WritesRadios hostId={details.row.hostId} draft={draft} resolved={resolved} onChange={onChange} />
        <ProfileFields draft={draft} resolved={resolved} onChange={onChange} />
        <Check
          label={t('rescue.attach.checks.allowUnbootable')}
          help={t('rescue.attach.checks.allowUnbootableHelp')}
          checked={draft.allowUnbootable}
          onChange={(allowUnbootable) => onChange({ allowUnbootable })}
        />
      </div>
    </details>
  );
}

function SessionRadios({ transient, draft, resolved, onChange }: PartProps & { readonly transient: boolean }) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const kind = resolved?.session.value ?? draft.session;
  const whyNot = transient && resolved !== null ? words(resolved.session.why) : null;
  return (
    <div>
      <ChoiceRadios
        legend={t('rescue.session.choice')}
        chosen={draft.session}
        resolved={resolved?.session ?? null}
        options={SESSION_KINDS.map((value) => ({
          value,
          label: t(`rescue.session.short.${value}`),
          note: t(`rescue.session.means.${value}`),
          reason: value === 'one-shot' ? whyNot : null,
        }))}
        onChange={(session) => onChange(session === 'until-ended' ? { session, endAtFirstReboot: false } : { session })}
      />
      <Check
        label={t('rescue.attach.checks.endAtFirstReboot')}
        help={t(
          kind === 'until-ended'
            ? 'rescue.attach.checks.endAtFirstRebootNot'
            : 'rescue.attach.checks.endAtFirstRebootHelp',
        )}
        checked={draft.endAtFirstReboot}
        disabled={kind === 'until-ended' && !draft.endAtFirstReboot}
        onChange={(endAtFirstReboot) => onChange({ endAtFirstReboot })}
      />
    </div>
  );
}

function FallThroughRadios({ uefi, draft, resolved, onChange }: PartProps & { readonly uefi: boolean }) {
  const { t } = useTranslation();
  return (
    <ChoiceRadios
      legend={t('rescue.attach.fallThrough')}
      chosen={draft.fallThrough}
      resolved={resolved?.fallThrough ?? null}
      options={FALL_THROUGHS.map((value) => ({
        value,
        label: t(`rescue.attach.fallThroughs.${value}`),
        reason: null,
        ...(value === 'none' && uefi ? { note: t('rescue.attach.noneOnUefi') } : {}),
      }))}
      onChange={(fallThrough) => onChange({ fallThrough })}
    />
  );
}

function ProfileFields({ draft, onChange }: PartProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="reason-radios">
      <legend className="head">{t('rescue.attach.profile')}</legend>
      <Choice
        label={t('rescue.attach.profile')}
        value={draft.profile}
        options={PROFILES.map((value) => ({ value, label: t(`rescue.attach.profiles.${value}`) }))}
        onChange={(profile) => onChange({ profile })}
      />
      <p className="small muted">{t(`rescue.attach.profileHelp.${draft.profile}`)}</p>
      <ImagePropertiesField properties={draft.properties} onChange={(properties) => onChange({ properties })} />
    </fieldset>
  );
}

interface CheckProps {
  readonly label: string;
  readonly help: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** A check box with what it means below it, or why it cannot be checked. */
function Check({ label, help, checked, disabled = false, onChange }: CheckProps) {
  return (
    <div className="rescue-check">
      <FormControlLabel
        disabled={disabled}
        control={<Checkbox checked={checked} onChange={(event) => onChange(event.target.checked)} />}
        label={
          <>
            {label} <span className="muted small rescue-check-help">{help}</span>
          </>
        }
      />
    </div>
  );
}
