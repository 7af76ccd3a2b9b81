import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { pictureDisks } from '../../../../src-core/disks/picture-disks.ts';
import { BootLane } from '../../app/BootLane.tsx';
import { MachinePicture } from '../../app/picture/MachinePicture.tsx';
import { useDiskRatesOf } from '../../app/stores/disk-rates.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { DiskFactsList } from './DiskFactsList.tsx';
import { DiskXml } from './DiskXml.tsx';
import { DisksBar } from './DisksBar.tsx';
import type { Version } from './DisksBar.tsx';
import { DisksTable } from './DisksTable.tsx';
import { GuestNames } from './GuestNames.tsx';
import { shownDisks } from './columns.ts';
import type { ShownDisk } from './columns.ts';
import { useDisksView } from './store.ts';
import { useInSight } from './use-in-sight.ts';
import './disks.css';

/** All disks of a machine: drawn, in a table, by their names in the guest; beside them the boot order, and all that is known of the chosen one. */
export function DisksTab({ details }: { readonly details: MachineDetails }) {
  const [version, setVersion] = useState<Version>('live');
  const [chosen, setChosen] = useState<string | null>(null);
  const { session, state } = details.row;
  const live = version === 'live' ? details.live : null;
  const rows = useMemo(
    () => shownDisks(details.disks, live === null ? null : live.disks, session?.target ?? null),
    [details.disks, live, session],
  );
  // What does not run is not counted: the definition's page of a machine that runs something else has no figures.
  const running = state === 'running' && (details.live === null || live !== null);
  useDiskRatesOf(details.row, running && rows.length > 0);
  const shown = rows.find((row) => row.disk.target === chosen) ?? rows[0];
  const common = { details, live, rows, chosen: shown?.disk.target ?? null, running };
  return (
    <div className="disks">
      <div className="disks-main">
        <DisksBar details={details} rows={rows} version={version} onVersion={setVersion} />
        <DisksMain {...common} onChoose={setChosen} />
      </div>
      <DisksSide {...common} shown={shown} />
    </div>
  );
}

interface PartProps {
  readonly details: MachineDetails;
  /** What runs, where that is what is shown; null: the definition. */
  readonly live: MachineDetails['live'];
  readonly rows: readonly ShownDisk[];
  readonly chosen: string | null;
  readonly running: boolean;
}

function DisksMain({
  details,
  live,
  rows,
  chosen,
  running,
  onChoose,
}: PartProps & { readonly onChoose: (target: string) => void }) {
  const { t } = useTranslation();
  const view = useDisksView((state) => state.view);
  const box = useRef<HTMLDivElement>(null);
  useInSight(box, chosen);
  const picture = useMemo(() => pictureDisks(rows.map(({ disk }) => disk)), [rows]);
  const added = useMemo(
    () => new Set(rows.filter(({ change }) => change === 'added').map(({ disk }) => disk.target)),
    [rows],
  );
  const disks = useMemo(() => rows.map(({ disk }) => disk), [rows]);
  const { name } = details.row;
  const table =
    rows.length === 0 ? (
      <EmptyState title={t('disks.none')}>{t('disks.noneHelp')}</EmptyState>
    ) : (
      <DisksTable rows={rows} chosen={chosen} running={running} onChoose={onChoose} />
    );
  return (
    <>
      {(view === 'both' || view === 'picture') && (
        <div ref={box} className="disks-picture">
          <MachinePicture
            layout={(live ?? details).layout}
            disks={picture}
            boot={(live ?? details).bootOrder}
            firmware={t(details.secureBoot ? 'machine.firmware.secure' : `machine.firmware.${details.firmware}`)}
            added={added}
            chosen={chosen}
            onChoose={onChoose}
            title={t('disks.pictureTitle', { machine: name })}
          />
        </div>
      )}
      {view === 'both' && <div className="disks-below">{table}</div>}
      {view === 'table' && table}
      {view === 'names' && (
        <GuestNames disks={disks} added={added} chosen={chosen} onChoose={onChoose} machine={name} />
      )}
    </>
  );
}

function DisksSide({
  details,
  live,
  rows,
  chosen,
  running,
  shown,
}: PartProps & { readonly shown: ShownDisk | undefined }) {
  const { t } = useTranslation();
  const added = rows.find(({ change }) => change === 'added')?.disk.target ?? null;
  const inRescue = details.row.session !== null;
  return (
    <div className="disks-side">
      <aside className="disks-facts pane-scroll" tabIndex={0} aria-label={t('disks.side')}>
        <BootLane
          level={2}
          title={t(live === null ? 'boot.effective' : details.row.state === 'shutoff' ? 'boot.after' : 'boot.running')}
          entries={live?.bootOrder ?? details.bootOrder}
          added={added}
        />
        {live !== null && (
          <BootLane
            level={2}
            title={t(inRescue ? 'boot.afterRescue' : 'boot.ofDefinition')}
            entries={details.bootOrder}
          />
        )}
        {shown !== undefined && (
          <DiskFactsList
            key={shown.disk.target}
            row={shown}
            running={running}
            complete={details.complete}
            inRescue={inRescue}
          />
        )}
      </aside>
      <DiskXml
        xml={live === null ? details.definitionXml : (details.liveXml ?? details.definitionXml)}
        chosen={chosen}
      />
    </div>
  );
}
