import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { goTo } from '../../app/stores/navigation.ts';
import { Notice } from '../../components/Notice.tsx';
import { ReasonRadios } from '../../components/ReasonRadios.tsx';
import { visible } from '../../i18n/visible.ts';
import type { Destination } from './destinations.ts';

interface DestinationRadiosProps {
  readonly destinations: readonly Destination[];
  /** Id of the chosen host; null: none is yet. */
  readonly chosen: string | null;
  readonly onChange: (to: string) => void;
}

/** The other hosts. One that cannot be the destination says why, and none at all what to do about it. */
export function DestinationRadios({ destinations, chosen, onChange }: DestinationRadiosProps) {
  const { t } = useTranslation();
  const able = destinations.some(({ reason }) => reason === null);
  return (
    <div className="migrate-group">
      {destinations.length > 0 && (
        <ReasonRadios<string>
          legend={t('migrate.to.title')}
          value={chosen ?? ''}
          options={destinations.map(({ host, reason }) => ({
            value: host.id,
            label: visible(host.name),
            ...(reason === null && host.hostname !== null && host.hostname !== host.name
              ? { note: visible(host.hostname) }
              : {}),
            reason: reason === null ? null : t(`migrate.to.reason.${reason}`),
          }))}
          onChange={onChange}
        />
      )}
      {!able && (
        <Notice
          tone="plain"
          actions={
            <Button variant="outlined" onClick={() => goTo({ kind: 'add-host' })}>
              {t('hosts.addTitle')}
            </Button>
          }
        >
          <strong>{t('migrate.to.none')}</strong> {t('migrate.to.noneHelp')}
        </Notice>
      )}
    </div>
  );
}
