import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Host, MachineDetails } from '../../../../src-core/contract/schemas.ts';
import { readinessOf } from '../../../../src-core/library/readiness.ts';
import { isFor, sourceKey, sourceOn } from '../../../../src-core/library/source.ts';
import type { LibraryMedium } from '../../../../src-core/library/types.ts';
import type { MediumSpec } from '../../../../src-core/rescue/types.ts';
import { loadWhere, selectMedia, selectPlace, useLibrary, whereKey } from '../../app/stores/library.ts';
import { goTo } from '../../app/stores/navigation.ts';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { Sign } from '../../components/Sign.tsx';
import { filterMedia } from '../../components/library-filter.ts';
import { useMediumLine } from '../../components/library-words.ts';
import { visible } from '../../i18n/visible.ts';
import { fitOf } from './medium-words.ts';

/** A library of hundreds is filtered, not scrolled. */
const SHOWN = 200;

interface LibraryMediaProps {
  readonly host: Host;
  readonly firmware: MachineDetails['firmware'];
  readonly medium: MediumSpec | null;
  readonly onChange: (medium: MediumSpec) => void;
}

/** The media of the library for this host: what each one is, and whether the host has it. */
export const LibraryMedia = memo(function LibraryMedia({ host, firmware, medium, onChange }: LibraryMediaProps) {
  const { t } = useTranslation();
  const all = useLibrary(selectMedia);
  const error = useLibrary((state) => state.whereErrors[whereKey(null, host.id)] ?? null);
  const [filter, setFilter] = useState('');
  const media = all.filter((each) => isFor(each, host.uri));
  const some = media.length > 0;
  useEffect(() => {
    if (some) void loadWhere(null, host.id);
  }, [some, host.id]);
  const shown = filterMedia(media, filter);
  return (
    <>
      {media.length > 8 && (
        <SearchField label={t('library.filter')} value={filter} className="rescue-filter" onChange={setFilter} />
      )}
      {error !== null && <ErrorNotice error={error} />}
      {!some && <p className="small muted rescue-pad">{t('library.rescue.none')}</p>}
      {some && shown.length === 0 && <p className="small muted rescue-pad">{t('library.noneFound')}</p>}
      <div role="radiogroup" aria-label={t('library.rescue.list')} className="library-media">
        {shown.slice(0, SHOWN).map((each) => (
          <LibraryItem key={each.id} item={each} host={host} firmware={firmware} medium={medium} onChange={onChange} />
        ))}
      </div>
      {shown.length > SHOWN && (
        <p className="small muted volume-note">{t('library.rescue.more', { count: shown.length - SHOWN })}</p>
      )}
      <p className="small rescue-pad">
        <button type="button" className="plain-link small" onClick={() => goTo({ kind: 'library', medium: null })}>
          {t('library.rescue.open')}
        </button>
      </p>
    </>
  );
});

interface LibraryItemProps extends LibraryMediaProps {
  readonly item: LibraryMedium;
}

function LibraryItem({ item, host, firmware, medium, onChange }: LibraryItemProps) {
  const { t } = useTranslation();
  const place = useLibrary((state) => selectPlace(state, item.id, host.id));
  const usual = sourceOn(item, host.uri);
  // What has not been asked for yet may be tried: the preview says what is there.
  const source = place === null ? usual : place.source;
  const chosen = source !== null && medium !== null && sourceKey(source) === sourceKey(medium);
  const ready = readinessOf(item);
  const fit = fitOf(ready, firmware);
  const line = useMediumLine()(item);
  return (
    <label
      className={chosen ? 'volume volume-chosen' : 'volume'}
      title={visible(item.note === '' ? item.name : item.note)}
    >
      <input
        type="radio"
        name="rescue-medium-library"
        checked={chosen}
        disabled={source === null}
        onChange={() => source !== null && onChange(source)}
      />
      <span className="volume-text">
        <span className="volume-name">{visible(item.name)}</span>
        <span className="small muted">{line}</span>
        {place !== null && source === null && <span className="small library-why">{visible(place.why)}</span>}
        {source !== null && fit === false && (
          <span className="small tone-warning">
            <Sign name="warning" tone="warning" />{' '}
            {t('rescue.medium.fitsNot', { firmware: t(`machine.firmware.${firmware}`) })}
          </span>
        )}
      </span>
    </label>
  );
}
