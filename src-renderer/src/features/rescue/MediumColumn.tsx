import { memo, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, MachineDetails } from '../../../../src-core/contract/schemas.ts';
import type { PlannedMedium } from '../../../../src-core/rescue/plan-types.ts';
import type { MediumFacts, MediumSpec } from '../../../../src-core/rescue/types.ts';
import { mediumAt } from '../../../../src-core/library/source.ts';
import type { LibraryListing } from '../../../../src-core/library/types.ts';
import { useLibrary } from '../../app/stores/library.ts';
import { Choice } from '../../components/Choice.tsx';
import { InLibrary } from './InLibrary.tsx';
import { LibraryMedia } from './LibraryMedia.tsx';
import { MediaList } from './MediaList.tsx';
import { MediumFactsList } from './MediumFactsList.tsx';
import { PoolsBrowser } from './PoolsBrowser.tsx';
import { KernelMedium, PathMedium, UrlMedium } from './WrittenMedium.tsx';
import type { Draft } from './draft.ts';
import { chosenIndex, currentMedium, setMedium } from './media-list.ts';

const WAYS = ['library', 'pools', 'path', 'url', 'original', 'kernel'] as const;
type Way = (typeof WAYS)[number];

/** Where a medium was chosen, or is chosen first: in the library where it is in there, or where there are some. */
function wayOf(medium: MediumSpec | null, library: LibraryListing | null, uri: string): Way {
  if (library !== null && medium === null && library.media.length > 0) return 'library';
  if (library !== null && medium !== null && mediumAt(library, uri, medium) !== null) return 'library';
  return medium === null || medium.kind === 'volume' ? 'pools' : medium.kind;
}

interface MediumColumnProps {
  readonly host: Host | undefined;
  readonly details: MachineDetails;
  readonly media: Draft['media'];
  readonly current: Draft['current'];
  /** What the host says of the media that are chosen, and how they are attached; empty: nothing yet. */
  readonly facts: readonly MediumFacts[];
  readonly planned: readonly PlannedMedium[];
  readonly onChange: (change: Partial<Draft>) => void;
}

/** First column: what to boot from, and what rides along. */
export const MediumColumn = memo(function MediumColumn(props: MediumColumnProps) {
  const { host, details, media, current, facts, planned, onChange } = props;
  const { t } = useTranslation();
  const medium = currentMedium(props);
  const library = useLibrary((state) => state.listing);
  const uri = host?.uri ?? '';
  const [seen, setSeen] = useState({ place: current, way: wayOf(medium, library, uri) });
  // Each place is chosen in its own way: another place opens where its medium is.
  const way = seen.place === current ? seen.way : wayOf(medium, library, uri);
  const choose = useCallback(
    (next: MediumSpec | null): void => onChange(setMedium({ media, current }, next)),
    [media, current, onChange],
  );
  const showWay = (next: Way): void => {
    setSeen({ place: current, way: next });
    if (next === 'original') choose({ kind: 'original' });
  };
  const index = chosenIndex(props);
  const ownFacts = index === null ? undefined : facts[index];
  return (
    <section className="rescue-column rescue-medium" aria-labelledby="rescue-medium">
      <h2 id="rescue-medium" className="rescue-column-head">
        {t('rescue.medium.title')}
      </h2>
      <div className="rescue-column-bar">
        <Choice
          label={t('rescue.medium.way')}
          value={way}
          options={WAYS.map((value) => ({ value, label: t(`rescue.medium.ways.${value}`) }))}
          onChange={showWay}
        />
      </div>
      <div key={current} className="rescue-column-body pane-scroll">
        {way === 'library' && host !== undefined && (
          <LibraryMedia host={host} firmware={details.firmware} medium={medium} onChange={choose} />
        )}
        {way === 'pools' && <PoolsBrowser hostId={details.row.hostId} medium={medium} onChange={choose} />}
        {way === 'path' && <PathMedium host={host} medium={medium} onChange={choose} />}
        {way === 'url' && <UrlMedium medium={medium} onChange={choose} />}
        {way === 'original' && <p className="small muted rescue-pad">{t('rescue.medium.originalHelp')}</p>}
        {way === 'kernel' && <KernelMedium host={host} medium={medium} onChange={choose} />}
      </div>
      {media.some((one) => one !== null) && (
        <section className="media" tabIndex={0} aria-labelledby="media-title">
          <MediaList media={media} current={current} onChange={onChange} />
          {host !== undefined && medium !== null && (
            <InLibrary key={JSON.stringify(medium)} host={host} details={details} medium={medium} boots={index === 0} />
          )}
          {index !== null && ownFacts !== undefined && (
            <MediumFactsList
              facts={ownFacts}
              placement={planned[index]?.placement ?? null}
              firmware={details.firmware}
            />
          )}
        </section>
      )}
    </section>
  );
});
