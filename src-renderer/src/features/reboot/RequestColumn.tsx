import { useTranslation } from 'react-i18next';
import type { MachineRow } from '../../../../src-core/contract/schemas.ts';
import { isActive } from '../../../../src-core/reboot/power.ts';
import { REBOOT_SESSIONS } from '../../../../src-core/reboot/types.ts';
import type { RebootRequest, RebootSession } from '../../../../src-core/reboot/types.ts';
import { ReasonRadios } from '../../components/ReasonRadios.tsx';
import { StopFields } from '../../components/StopFields.tsx';

interface RequestColumnProps {
  readonly row: MachineRow;
  readonly request: RebootRequest;
  readonly onChange: (change: Partial<RebootRequest>) => void;
}

/** What there is to choose: how the guest is stopped, and what becomes of a rescue. */
export function RequestColumn({ row, request, onChange }: RequestColumnProps) {
  const { t } = useTranslation();
  return (
    <section className="reboot-request pane-scroll" aria-labelledby="reboot-request" tabIndex={0}>
      <h2 id="reboot-request">{t('reboot.title')}</h2>
      <p className="small muted">{t('reboot.what')}</p>
      {!isActive(row.state) && <p className="small">{t('reboot.isOff')}</p>}
      {row.state === 'crashed' && <p className="small">{t('reboot.hasCrashed')}</p>}
      {isActive(row.state) && row.state !== 'crashed' && (
        <StopFields
          stop={request.stop}
          onChange={(stop) => onChange({ stop })}
          {...(row.session === null ? {} : { forceNote: t('rescue.end.forceNote') })}
        />
      )}
      {row.session !== null && (
        <ReasonRadios<RebootSession>
          legend={t('reboot.session')}
          value={request.session}
          options={REBOOT_SESSIONS.map((value) => ({
            value,
            label: t(`reboot.sessions.${value}`),
            note: t(`reboot.sessionNote.${value}`),
            reason: null,
          }))}
          onChange={(session) => onChange({ session })}
        />
      )}
    </section>
  );
}
