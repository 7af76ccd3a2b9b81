import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Field } from '../../components/Field.tsx';
import { ReasonRadios } from '../../components/ReasonRadios.tsx';
import { Check } from './Check.tsx';
import { FIGURES, FIGURE_LIMITS, countChosen, figureOf } from './draft.ts';
import type { Draft } from './draft.ts';

interface OptionsFieldsProps {
  readonly draft: Draft;
  /** Memory goes over; else the definition alone does. */
  readonly live: boolean;
  readonly onChange: (change: Partial<Draft>) => void;
}

const SWITCHES = ['tls', 'postCopy', 'autoConverge'] as const;

/** Which way it goes, and what QEMU may do on it. Folded away: the head says how much of it is chosen. */
export function OptionsFields({ draft, live, onChange }: OptionsFieldsProps) {
  const { t } = useTranslation();
  const { options } = countChosen(draft);
  const [open, setOpen] = useState(options > 0);
  return (
    <details className="migrate-fold" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="head">{t('migrate.options.title')}</span>{' '}
        <span className="small muted">{t(`migrate.options.short.${draft.way}`)}</span>
      </summary>
      <div className="migrate-fold-body">
        <WayFields draft={draft} onChange={onChange} />
        {live && (
          <>
            <Field
              label={t('migrate.options.migrateUri')}
              help={t('migrate.options.migrateUriHelp')}
              placeholder="tcp://10.0.0.12"
              mono
              value={draft.migrateUri}
              onChange={(migrateUri) => onChange({ migrateUri })}
            />
            {SWITCHES.map((option) => (
              <Check
                key={option}
                label={t(`migrate.options.${option}`)}
                help={t(`migrate.options.${option}Help`)}
                checked={draft.switches[option]}
                onChange={(checked) => onChange({ switches: { ...draft.switches, [option]: checked } })}
              />
            ))}
            <FigureFields draft={draft} onChange={onChange} />
          </>
        )}
        <Check
          label={t('migrate.options.keepSource')}
          help={t('migrate.options.keepSourceHelp')}
          checked={!draft.undefineSource}
          onChange={(checked) => onChange({ undefineSource: !checked })}
        />
      </div>
    </details>
  );
}

function WayFields({ draft, onChange }: Omit<OptionsFieldsProps, 'live'>) {
  const { t } = useTranslation();
  return (
    <ReasonRadios<Draft['way']>
      legend={t('migrate.options.way')}
      value={draft.way}
      options={[
        {
          value: 'direct',
          label: t('migrate.options.direct'),
          note: t('migrate.options.directHelp'),
          reason: null,
        },
        {
          value: 'p2p',
          label: t('migrate.options.p2p'),
          note: t('migrate.options.p2pHelp'),
          reason: null,
          ...(draft.way === 'p2p'
            ? {
                below: (
                  <div className="migrate-below">
                    <Field
                      label={t('migrate.options.destinationUri')}
                      help={t('migrate.options.destinationUriHelp')}
                      placeholder="qemu+tls://kvm-2/system"
                      mono
                      value={draft.destinationUri}
                      onChange={(destinationUri) => onChange({ destinationUri })}
                    />
                  </div>
                ),
              }
            : {}),
        },
      ]}
      onChange={(way) => onChange({ way })}
    />
  );
}

function FigureFields({ draft, onChange }: Omit<OptionsFieldsProps, 'live'>) {
  const { t } = useTranslation();
  return (
    <div className="migrate-figures">
      {FIGURES.map((figure) => {
        const [least, most] = FIGURE_LIMITS[figure];
        const wrong = figureOf(figure, draft.figures[figure]) === undefined;
        return (
          <Field
            key={figure}
            label={t(`migrate.options.${figure}`)}
            help={wrong ? t('migrate.options.wrong', { least, most }) : t(`migrate.options.${figure}Help`)}
            invalid={wrong}
            placeholder={t(`migrate.options.${figure}None`)}
            value={draft.figures[figure]}
            onChange={(value) => onChange({ figures: { ...draft.figures, [figure]: value } })}
          />
        );
      })}
    </div>
  );
}
