import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Operation } from '../../../../src-core/contract/schemas.ts';
import type { NeededSecret, RebootPlan } from '../../../../src-core/reboot/types.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Findings } from '../../components/Findings.tsx';
import { Sign } from '../../components/Sign.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { StepItems } from '../../components/StepItems.tsx';
import { VirshLines } from '../../components/VirshLines.tsx';
import { formatTime } from '../../components/format.ts';
import { useSentenceWords } from '../../i18n/words.ts';
import { DependenciesTable } from './DependenciesTable.tsx';
import { SecretsPanel } from './SecretsPanel.tsx';
import { countOf } from './groups.ts';
import { refusalsBesides } from './secret-values.ts';
import type { GivenSecret, GivenSecrets } from './secret-values.ts';

interface RebootPreviewProps {
  readonly machineName: string;
  readonly entry: { readonly plan: RebootPlan | null; readonly error: ErrorData | null; readonly pending: boolean };
  readonly asked: readonly NeededSecret[];
  readonly given: GivenSecrets;
  /** The run that is over, where it went well; null: there was none. */
  readonly done: Operation | null;
  /** Why the last run did not come through, where a secret was to blame; null: any other case. */
  readonly last: ErrorData | null;
  readonly onGive: (uuid: string, value: GivenSecret | null) => void;
  readonly onPutAway: () => void;
  readonly onLook: () => void;
}

/** What the machine depends on, and what will be done about it. The last answer stays in sight until the next one is there. */
export function RebootPreview(props: RebootPreviewProps) {
  const { machineName, entry, asked, given, done, last, onGive, onPutAway, onLook } = props;
  const { t } = useTranslation();
  const { plan, error, pending } = entry;
  return (
    <section className="reboot-preview" aria-labelledby="reboot-preview" aria-busy={pending}>
      <div className="reboot-preview-head">
        <h2 id="reboot-preview">{t('reboot.preview')}</h2>
        <span className="small muted" role="status">
          {pending && plan !== null && t('reboot.looking')}
        </span>
        <span className="spread">
          <Button variant="text" onClick={onLook}>
            {t('reboot.look')}
          </Button>
        </span>
      </div>
      <div className="reboot-preview-body pane-scroll" role="region" aria-labelledby="reboot-preview" tabIndex={0}>
        {done !== null && (
          <p className="reboot-ready" role="status">
            <Sign name="check" tone="good" />
            {t('reboot.done', { machine: machineName, time: formatTime(done.startedAt) })}
          </p>
        )}
        {last !== null && (
          <ErrorNotice
            error={last}
            actions={
              <Button variant="outlined" onClick={onPutAway}>
                {t('common.putAway')}
              </Button>
            }
          />
        )}
        {error !== null && <ErrorNotice error={error} />}
        {plan === null && error === null && <Skeleton lines={8} />}
        {asked.length > 0 && <SecretsPanel asked={asked} given={given} focus={last !== null} onGive={onGive} />}
        {plan !== null && <PlanBody machineName={machineName} plan={plan} />}
      </div>
    </section>
  );
}

function PlanBody({ machineName, plan }: { readonly machineName: string; readonly plan: RebootPlan }) {
  const { t } = useTranslation();
  const words = useSentenceWords();
  const { dependencies } = plan;
  const allReady = dependencies.length > 0 && countOf(plan, 'ready') === dependencies.length;
  return (
    <>
      <Findings findings={refusalsBesides(plan)} tone="refused" />
      <Findings findings={plan.warnings} tone="warning" />
      {dependencies.length === 0 && <p className="muted">{t('reboot.nothing', { machine: machineName })}</p>}
      {allReady && (
        <p className="reboot-ready">
          <Sign name="check" tone="good" />
          {t('reboot.allReady')}
        </p>
      )}
      {dependencies.length > 0 && <DependenciesTable machineName={machineName} dependencies={dependencies} />}
      <div className="reboot-lanes">
        {plan.steps.length > 0 && (
          <section aria-labelledby="reboot-steps">
            <h3 id="reboot-steps" className="head">
              {t('reboot.steps')}
            </h3>
            <ol className="reboot-steps">
              <StepItems steps={plan.steps} />
            </ol>
          </section>
        )}
        {plan.untouched.length > 0 && (
          <section aria-labelledby="reboot-untouched">
            <h3 id="reboot-untouched" className="head">
              {t('reboot.untouched')}
            </h3>
            <ul className="reboot-untouched">
              {plan.untouched.map((one) => (
                <li key={one.code}>
                  <Sign name="unchanged" tone="unchanged" />
                  <span>{words(one)}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
      {plan.virsh.length > 0 && (
        <details className="reboot-virsh">
          <summary className="head">{t('reboot.virsh')}</summary>
          <VirshLines lines={plan.virsh} help={t('reboot.virshHelp')} />
        </details>
      )}
    </>
  );
}
