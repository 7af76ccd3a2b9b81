import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import type { RescuePlan } from '../../../../src-core/rescue/plan-types.ts';
import { BootLane } from '../../app/BootLane.tsx';
import { DefinitionDiff } from '../../app/disk-xml/DefinitionDiff.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { VirshLines } from '../../components/VirshLines.tsx';
import { Outcome } from './Outcome.tsx';
import { PlanPicture } from './PlanPicture.tsx';
import { WhyTable } from './WhyTable.tsx';
import type { PreviewEntry } from './store.ts';

const VIEWS = ['outcome', 'picture', 'why', 'xml', 'virsh'] as const;
/** These fill the column themselves. */
const WHOLE: readonly View[] = ['picture', 'xml'];
type View = (typeof VIEWS)[number];

interface PreviewColumnProps {
  readonly details: MachineDetails;
  readonly entry: PreviewEntry;
  readonly hasMedium: boolean;
}

/** Third column: what will happen. The last answer stays in sight until the next one is there. */
export function PreviewColumn({ details, entry, hasMedium }: PreviewColumnProps) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>('outcome');
  const plan = entry.preview?.plan ?? null;
  return (
    <section className="rescue-column rescue-preview" aria-labelledby="rescue-preview" aria-busy={entry.pending}>
      <div className="rescue-preview-head">
        <h2 id="rescue-preview" className="rescue-column-head">
          {t('rescue.preview.title')}
        </h2>
        <Views view={view} planned={plan !== null} onChange={setView} />
      </div>
      <div
        key={view}
        id={`preview-panel-${view}`}
        role="tabpanel"
        aria-labelledby={`preview-tab-${view}`}
        tabIndex={0}
        className={WHOLE.includes(view) ? 'rescue-column-body' : 'rescue-column-body pane-scroll rescue-preview-body'}
      >
        {entry.error !== null && <ErrorNotice error={entry.error} />}
        {view === 'outcome' && plan === null && hasMedium && entry.error === null && <Skeleton lines={6} />}
        {view === 'outcome' && plan === null && !hasMedium && <BeforeMedium details={details} />}
        {view === 'outcome' && plan !== null && <Outcome plan={plan} />}
        {view === 'picture' && entry.preview !== null && <PlanPicture details={details} preview={entry.preview} />}
        {view === 'why' && plan !== null && <WhyTable plan={plan} />}
        {view === 'xml' && plan !== null && <PlanDiff plan={plan} />}
        {view === 'virsh' && plan !== null && <VirshLines lines={plan.virsh} help={t('rescue.preview.virshHelp')} />}
      </div>
    </section>
  );
}

interface ViewsProps {
  readonly view: View;
  /** Without a plan there is nothing but the outcome to look at. */
  readonly planned: boolean;
  readonly onChange: (view: View) => void;
}

/** Tabs measure themselves whenever they are drawn: not at every change of the plan. */
const Views = memo(function Views({ view, planned, onChange }: ViewsProps) {
  const { t } = useTranslation();
  return (
    <Tabs value={view} aria-label={t('rescue.preview.views')} onChange={(_event, value: View) => onChange(value)}>
      {VIEWS.map((value) => (
        <Tab
          key={value}
          value={value}
          id={`preview-tab-${value}`}
          aria-controls={`preview-panel-${value}`}
          disabled={!planned && value !== 'outcome'}
          label={t(`rescue.preview.view.${value}`)}
        />
      ))}
    </Tabs>
  );
});

function BeforeMedium({ details }: { readonly details: MachineDetails }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="muted">{t('rescue.preview.choose')}</p>
      <BootLane title={t('boot.now')} entries={details.bootOrder} />
    </>
  );
}

function PlanDiff({ plan }: { readonly plan: RescuePlan }) {
  const { t } = useTranslation();
  if (plan.rescueXml === null) return <p className="muted rescue-pad">{t('rescue.preview.noXml')}</p>;
  return (
    <DefinitionDiff
      diff={plan.diff}
      after={plan.rescueXml}
      help={t('rescue.preview.diffHelp')}
      label={t('rescue.preview.view.xml')}
      disks={plan.devices.map(({ target, original }) => ({ target, added: !original }))}
    />
  );
}
