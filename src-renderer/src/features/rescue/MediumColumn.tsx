import { memo, useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, MachineDetails } from '../../../../src-core/contract/schemas.ts';
import type { MediumFacts, MediumSpec, PlannedMedium } from '../../../../src-core/rescue/types.ts';
import { Choice } from '../../components/Choice.tsx';
import { MediaList } from './MediaList.tsx';
import { MediumFactsList } from './MediumFactsList.tsx';
import { PoolsBrowser } from './PoolsBrowser.tsx';
import { KernelMedium, PathMedium, UrlMedium } from './WrittenMedium.tsx';
import type { Draft } from './draft.ts';
import { chosenIndex, currentMedium, setMedium } from './media-list.ts';

const WAYS = ['pools', 'path', 'url', 'original', 'kernel'] as const;
type Way = (typeof WAYS)[number];

function wayOf(medium: MediumSpec | null): Way {
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
  const [seen, setSeen] = useState({ place: current, way: wayOf(medium) });
  // Each place is chosen in its own way: another place opens where its medium is.
  const way = seen.place === current ? seen.way : wayOf(medium);
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
        {way === 'pools' && <PoolsBrowser hostId={details.row.hostId} medium={medium} onChange={choose} />}
        {way === 'path' && <PathMedium host={host} medium={medium} onChange={choose} />}
        {way === 'url' && <UrlMedium medium={medium} onChange={choose} />}
        {way === 'original' && <p className="small muted rescue-pad">{t('rescue.medium.originalHelp')}</p>}
        {way === 'kernel' && <KernelMedium host={host} medium={medium} onChange={choose} />}
      </div>
      {media.some((one) => one !== null) && (
        <section className="media" tabIndex={0} aria-labelledby="media-title">
          <MediaList media={media} current={current} onChange={onChange} />
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
