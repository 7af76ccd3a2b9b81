import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useTranslation } from 'react-i18next';
import { PROFILES } from '../../../../src-core/rescue/types.ts';
import type {
  AttachChoice,
  Choice as Resolved,
  FallThrough,
  ResolvedRequest,
} from '../../../../src-core/rescue/types.ts';
import { Choice } from '../../components/Choice.tsx';
import { useSentenceWords } from '../../i18n/words.ts';
import { ReasonRadios } from './ReasonRadios.tsx';
import type { ReasonRadio } from './ReasonRadios.tsx';
import { StopFields } from './StopFields.tsx';
import { busFor, busOptions, deviceOptions } from './attach-options.ts';
import type { AttachOption } from './attach-options.ts';
import type { Draft } from './draft.ts';
import { useReasonWords } from './reason-words.ts';

/** Stands for "let the plan choose" among the radio buttons. */
const DEFAULT = 'default';

interface AttachColumnProps {
  readonly draft: Draft;
  readonly choices: readonly AttachChoice[];
  /** What the plan made of the request; null before the first preview. */
  readonly resolved: ResolvedRequest | null;
  readonly uefi: boolean;
  /** Is there something to stop? */
  readonly active: boolean;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** Second column: how the medium is attached. Each choice has a default that says why; what is impossible says why. */
export function AttachColumn({ draft, choices, resolved, uefi, active, onChange }: AttachColumnProps) {
  const { t } = useTranslation();
  const device = draft.device ?? resolved?.device.value ?? null;
  return (
    <section className="rescue-column rescue-attach" aria-labelledby="rescue-attach">
      <h2 id="rescue-attach" className="rescue-column-head">
        {t('rescue.attach.title')}
      </h2>
      <div className="rescue-column-body pane-scroll rescue-attach-body">
        <PlacedRadios
          kind="device"
          chosen={draft.device}
          options={deviceOptions(choices)}
          resolved={resolved?.device ?? null}
          onChange={(value) => onChange({ device: value, bus: busFor(choices, value, draft.bus) })}
        />
        <PlacedRadios
          kind="bus"
          chosen={draft.bus}
          options={busOptions(choices, device)}
          resolved={resolved?.bus ?? null}
          onChange={(bus) => onChange({ bus })}
        />
        <FallThroughRadios
          chosen={draft.fallThrough}
          resolved={resolved?.fallThrough ?? null}
          uefi={uefi}
          onChange={(fallThrough) => onChange({ fallThrough })}
        />
        {active && <StopFields stop={draft.stop} onChange={(stop) => onChange({ stop })} />}
        <MoreOptions draft={draft} onChange={onChange} />
      </div>
    </section>
  );
}

interface PlacedRadiosProps {
  readonly kind: 'device' | 'bus';
  readonly chosen: string | null;
  readonly options: readonly AttachOption<string>[];
  readonly resolved: Resolved<string> | null;
  readonly onChange: (value: string | null) => void;
}

function PlacedRadios({ kind, chosen, options, resolved, onChange }: PlacedRadiosProps) {
  const { t } = useTranslation();
  const reasonWords = useReasonWords();
  const sentenceWords = useSentenceWords();
  const byDefault = chosen === null && resolved !== null;
  const first: ReasonRadio<string> = {
    value: DEFAULT,
    label: byDefault
      ? t('rescue.attach.defaultIs', {
          value: t(`rescue.attach.names.${resolved.value}`, { defaultValue: resolved.value }),
        })
      : t('rescue.attach.default'),
    reason: null,
    ...(byDefault ? { note: sentenceWords(resolved.why) } : {}),
  };
  return (
    <ReasonRadios
      layout="row"
      legend={t(`rescue.attach.${kind}`)}
      value={chosen ?? DEFAULT}
      options={[
        first,
        ...options.map((option) => ({
          value: option.value,
          label: t(`rescue.attach.names.${option.value}`, { defaultValue: option.value }),
          reason: option.reason === null ? null : reasonWords(option.reason),
        })),
      ]}
      onChange={(value) => onChange(value === DEFAULT ? null : value)}
    />
  );
}

interface FallThroughRadiosProps {
  readonly chosen: FallThrough | null;
  readonly resolved: Resolved<FallThrough> | null;
  readonly uefi: boolean;
  readonly onChange: (value: FallThrough | null) => void;
}

function FallThroughRadios({ chosen, resolved, uefi, onChange }: FallThroughRadiosProps) {
  const { t } = useTranslation();
  const sentenceWords = useSentenceWords();
  const byDefault = chosen === null && resolved !== null;
  return (
    <ReasonRadios<FallThrough | typeof DEFAULT>
      layout="row"
      legend={t('rescue.attach.fallThrough')}
      value={chosen ?? DEFAULT}
      options={[
        {
          value: DEFAULT,
          label: byDefault
            ? t('rescue.attach.defaultIs', { value: t(`rescue.attach.fallThroughs.${resolved.value}`) })
            : t('rescue.attach.default'),
          reason: null,
          ...(byDefault ? { note: sentenceWords(resolved.why) } : {}),
        },
        { value: 'original', label: t('rescue.attach.fallThroughs.original'), reason: null },
        {
          value: 'none',
          label: t('rescue.attach.fallThroughs.none'),
          reason: uefi ? t('rescue.attach.reasons.uefi-no-fall-through') : null,
        },
      ]}
      onChange={(value) => onChange(value === DEFAULT ? null : value)}
    />
  );
}

function MoreOptions({
  draft,
  onChange,
}: {
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
}) {
  const { t } = useTranslation();
  const checks = [
    {
      key: 'endAtFirstReboot',
      checked: draft.endAtFirstReboot,
      change: (on: boolean) => onChange({ endAtFirstReboot: on }),
    },
    {
      key: 'direct',
      checked: draft.writes === 'direct',
      change: (on: boolean) => onChange({ writes: on ? 'direct' : 'overlay' }),
    },
    {
      key: 'allowUnbootable',
      checked: draft.allowUnbootable,
      change: (on: boolean) => onChange({ allowUnbootable: on }),
    },
  ] as const;
  return (
    <details
      className="rescue-more"
      open={checks.some((check) => check.checked) || draft.profile !== 'recommended' || undefined}
    >
      <summary className="head">{t('rescue.attach.more')}</summary>
      <div className="rescue-more-profile">
        <span>{t('rescue.attach.profile')}</span>
        <Choice
          label={t('rescue.attach.profile')}
          value={draft.profile}
          options={PROFILES.map((value) => ({ value, label: t(`rescue.attach.profiles.${value}`) }))}
          onChange={(profile) => onChange({ profile })}
        />
      </div>
      <p className="small muted">{t(`rescue.attach.profileHelp.${draft.profile}`)}</p>
      {checks.map((check) => (
        <FormControlLabel
          key={check.key}
          control={<Checkbox checked={check.checked} onChange={(event) => check.change(event.target.checked)} />}
          label={t(`rescue.attach.checks.${check.key}`)}
        />
      ))}
    </details>
  );
}
