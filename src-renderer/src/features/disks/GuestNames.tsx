import { useTranslation } from 'react-i18next';
import type { MachineDisk } from '../../../../src-core/contract/schemas.ts';
import { visible } from '../../i18n/visible.ts';

interface GuestNamesProps {
  readonly disks: readonly MachineDisk[];
  /** Targets of the disks that the rescue brought. */
  readonly added: ReadonlySet<string>;
  readonly chosen: string | null;
  readonly onChoose: (target: string) => void;
  /** The machine's name. */
  readonly machine: string;
}

/** What a guest will call each disk. */
export function GuestNames({ disks }: GuestNamesProps) {
  const { t } = useTranslation();
  return (
    <div className="disks-table-scroll pane-scroll" role="region" aria-label={t('disks.views.names')} tabIndex={0}>
      <ul>
        {disks.map(({ target, guestNames }) => (
          <li key={target} className="mono">
            {visible(`${target} ${guestNames.kernel ?? '—'} ${guestNames.byPath ?? '—'}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}
