import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DefinitionPair, MigrationPlan } from '../../../../src-core/migration/types.ts';
import { DefinitionDiff } from '../../app/disk-xml/DefinitionDiff.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { VirshLines } from '../../components/VirshLines.tsx';
import { Outcome } from './Outcome.tsx';
import type { Draft, MapKind } from './draft.ts';
import type { PreviewEntry } from './store.ts';

const VIEWS = ['outcome', 'running', 'persistent', 'virsh'] as const;
type View = (typeof VIEWS)[number];

interface PreviewColumnProps {
  readonly entry: PreviewEntry;
  readonly draft: Draft;
  /** Is there a destination to plan for? */
  readonly hasDestination: boolean;
  readonly onChange: (change: Partial<Draft>) => void;
  readonly onMap: (kind: MapKind, name: string) => void;
  /** Look at both hosts again. */
  readonly onAgain: () => void;
}

/** What will happen. The last answer stays in sight until the next one is there. */
export function PreviewColumn({ entry, draft, hasDestination, onChange, onMap, onAgain }: PreviewColumnProps) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>('outcome');
  const plan = hasDestination ? entry.plan : null;
  const shown = plan === null ? 'outcome' : view;
  const whole = shown === 'running' || shown === 'persistent';
  return (
    <section className="migrate-preview" aria-labelledby="migrate-preview" aria-busy={entry.pending}>
      <div className="migrate-preview-head">
        <h2 id="migrate-preview">{t('migrate.preview.title')}</h2>
        <Tabs value={shown} aria-label={t('migrate.preview.views')} onChange={(_event, value: View) => setView(value)}>
          {VIEWS.map((value) => (
            <Tab
              key={value}
              value={value}
              id={`migrate-tab-${value}`}
              aria-controls={`migrate-panel-${value}`}
              disabled={plan === null && value !== 'outcome'}
              label={t(`migrate.preview.view.${value}`)}
            />
          ))}
        </Tabs>
      </div>
      <div
        key={shown}
        id={`migrate-panel-${shown}`}
        role="tabpanel"
        aria-labelledby={`migrate-tab-${shown}`}
        tabIndex={0}
        className={whole ? 'migrate-preview-whole' : 'migrate-preview-body pane-scroll'}
      >
        {entry.error !== null && <ErrorNotice error={entry.error} />}
        {shown === 'outcome' && (entry.error !== null || (plan !== null && plan.refusals.length > 0)) && (
          <p>
            <button type="button" className="plain-link" onClick={onAgain}>
              {t('migrate.preview.again')}
            </button>
          </p>
        )}
        {plan === null && !hasDestination && <p className="muted">{t('migrate.preview.choose')}</p>}
        {plan === null && hasDestination && entry.error === null && <Skeleton lines={8} />}
        {plan !== null && shown === 'outcome' && (
          <Outcome plan={plan} draft={draft} onChange={onChange} onMap={onMap} />
        )}
        {plan !== null && whole && <Definition plan={plan} which={shown} />}
        {plan !== null && shown === 'virsh' && <VirshLines lines={plan.virsh} help={t('migrate.preview.virshHelp')} />}
      </div>
    </section>
  );
}

/** One of the two definitions against today’s; where there is none, why. */
function Definition({ plan, which }: { readonly plan: MigrationPlan; readonly which: 'running' | 'persistent' }) {
  const { t } = useTranslation();
  const pair: DefinitionPair | null = plan[which];
  if (pair === null) {
    const why = plan.refusals.length > 0 ? 'refused' : which;
    return <p className="muted migrate-pad">{t(`migrate.preview.no.${why}`)}</p>;
  }
  return (
    <DefinitionDiff
      key={which}
      diff={pair.diff}
      after={pair.after}
      help={t(`migrate.preview.help.${which}`)}
      label={t(`migrate.preview.view.${which}`)}
      disks={plan.disks.map(({ target }) => ({ target, added: false }))}
    />
  );
}
