import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import type { SessionRecord } from '../../../../src-core/rescue/session.ts';
import { domainWord } from '../../../../src-core/rescue/shell-word.ts';
import { BootLane } from '../../app/BootLane.tsx';
import { Sign } from '../../components/Sign.tsx';
import { formatTime } from '../../components/format.ts';
import { visible } from '../../i18n/visible.ts';

interface SessionPageProps {
  readonly details: MachineDetails;
  readonly session: SessionRecord;
}

/** The rescue that is under way: what it runs on, and what comes back when it ends. */
export function SessionPage({ details, session }: SessionPageProps) {
  const { t } = useTranslation();
  const own = details.disks.length;
  const once = session.kind === 'one-shot';
  const facts: readonly (readonly [string, string | null])[] = [
    [t('rescue.session.since'), formatTime(session.startedAt)],
    [t('rescue.session.by'), session.startedBy ?? t('common.unknown')],
    [t('rescue.session.medium'), session.medium],
    [t('rescue.session.device'), session.target],
    [t('rescue.session.kind'), t(`rescue.session.kinds.${session.kind}`)],
    [t('rescue.session.before'), t(`rescue.session.power.${session.powerBefore}`)],
    [t('rescue.session.id'), session.id],
  ];
  return (
    <div className="session pane-scroll" role="region" aria-label={t('rescue.session.label')} tabIndex={0}>
      <p className="start-bar-sentence">
        <Sign name="unchanged" tone="unchanged" />
        <span>{t(once ? 'rescue.session.stays' : 'rescue.session.staysUntilEnded', { count: own })}</span>
      </p>
      <div className="rescue-lanes">
        <BootLane
          level={2}
          title={t('boot.running')}
          entries={details.live?.bootOrder ?? details.bootOrder}
          added={session.target}
        />
        <BootLane level={2} title={t('boot.afterRescue')} entries={details.bootOrder} />
      </div>
      <dl className="facts session-facts">
        {facts
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{visible(value ?? '')}</dd>
            </div>
          ))}
      </dl>
      <p className="muted small">
        {t(once ? 'rescue.session.byHand' : 'rescue.session.byHandUntilEnded', { machine: domainWord(details.row) })}
      </p>
    </div>
  );
}
