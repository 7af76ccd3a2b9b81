import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { MigrationPlan } from '../../../../src-core/migration/types.ts';
import { BarRefusal, BarSentence, BarWarnings, StartBar } from '../../components/StartBar.tsx';

/** What is missing before there is a plan to start: a key of the words of the window. null: nothing. */
export type Lack = 'destination' | 'figure' | 'read-only' | 'busy' | 'unknown' | null;

interface MigrateBarProps {
  readonly machineName: string;
  /** Name of the chosen destination; null: none is chosen. */
  readonly hostName: string | null;
  readonly plan: MigrationPlan | null;
  readonly lack: Lack;
  /** Is the plan the answer to the request as it is now? */
  readonly settled: boolean;
  readonly error: ErrorData | null;
  readonly onStart: () => Promise<void>;
}

/** What goes where, and the button, or why it cannot be pressed. */
export function MigrateBar({ machineName, hostName, plan, lack, settled, error, onStart }: MigrateBarProps) {
  const { t } = useTranslation();
  const names = { machine: machineName, host: hostName ?? '' };
  const startable = plan !== null && lack === null && plan.refusals.length === 0 ? plan : null;
  const way = plan?.request.live === false ? 'offline' : (plan?.request.way ?? 'direct');
  return (
    <StartBar
      button={hostName === null ? t('migrate.start.noHost') : t('migrate.start.ask', names)}
      confirm={{
        title: t('migrate.confirm.title', names),
        button: t('migrate.start.button', names),
        words: t(`migrate.confirm.way.${way}`),
      }}
      plan={startable}
      settled={settled}
      error={error}
      onStart={onStart}
    >
      <WhatGoes plan={plan} lack={lack} machineName={machineName} hostName={hostName} />
    </StartBar>
  );
}

function WhatGoes({
  plan,
  lack,
  machineName,
  hostName,
}: Pick<MigrateBarProps, 'plan' | 'lack' | 'machineName' | 'hostName'>) {
  const { t } = useTranslation();
  if (lack !== null || plan === null) return <p className="muted">{t(`migrate.start.lack.${lack ?? 'unknown'}`)}</p>;
  if (plan.refusals.length > 0) return <BarRefusal refusals={plan.refusals} />;
  const names = { machine: machineName, host: hostName ?? '' };
  return (
    <BarSentence sign="move" tone="accent">
      <strong>{t(plan.request.live ? 'migrate.start.live' : 'migrate.start.offline', names)}</strong>{' '}
      {t(plan.request.undefineSource ? 'migrate.start.leaves' : 'migrate.start.stays')}
      <BarWarnings warnings={plan.warnings} />
    </BarSentence>
  );
}
