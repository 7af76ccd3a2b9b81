import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { BootLane } from '../../app/BootLane.tsx';
import { Choice } from '../../components/Choice.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { DiskFactsList } from './DiskFactsList.tsx';
import { DisksTable } from './DisksTable.tsx';
import { shownDisks } from './columns.ts';
import './disks.css';

type Version = 'live' | 'definition';

/** All disks of a machine, the boot order that comes of them, and all that is known of the chosen one. */
export function DisksTab({ details }: { readonly details: MachineDetails }) {
  const { t } = useTranslation();
  const [version, setVersion] = useState<Version>('live');
  const [chosen, setChosen] = useState<string | null>(null);
  const live = version === 'live' ? details.live : null;
  const rows = shownDisks(details.disks, live === null ? null : live.disks);
  const added = rows.find((row) => row.added)?.disk.target ?? null;
  const shown = rows.find((row) => row.disk.target === chosen) ?? rows[0];
  return (
    <div className="disks">
      <div className="disks-main">
        {details.live !== null && (
          <div className="disks-version">
            <Choice
              label={t('disks.version')}
              value={version}
              options={[
                { value: 'live', label: t('disks.versions.live') },
                { value: 'definition', label: t('disks.versions.definition') },
              ]}
              onChange={setVersion}
            />
            <span className="muted small">{t(`disks.versionHelp.${version}`)}</span>
          </div>
        )}
        {rows.length === 0 ? (
          <EmptyState title={t('disks.none')}>{t('disks.noneHelp')}</EmptyState>
        ) : (
          <DisksTable rows={rows} chosen={shown?.disk.target ?? null} onChoose={setChosen} />
        )}
      </div>
      <aside className="disks-side pane-scroll" tabIndex={0} aria-label={t('disks.side')}>
        <BootLane
          level={2}
          title={live === null ? t('boot.effective') : t('boot.running')}
          entries={live?.bootOrder ?? details.bootOrder}
          added={added}
        />
        {live !== null && <BootLane level={2} title={t('boot.afterRescue')} entries={details.bootOrder} />}
        {shown !== undefined && <DiskFactsList row={shown} />}
      </aside>
    </div>
  );
}
