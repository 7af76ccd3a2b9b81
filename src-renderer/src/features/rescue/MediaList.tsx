import { useTranslation } from 'react-i18next';
import { IconButton } from '../../components/IconButton.tsx';
import { Sign } from '../../components/Sign.tsx';
import { visible } from '../../i18n/visible.ts';
import type { Draft } from './draft.ts';
import { mediumName } from './draft.ts';
import { MOST_MEDIA, addMedium, moveMedium, removeMedium } from './media-list.ts';

interface MediaListProps {
  readonly media: Draft['media'];
  readonly current: Draft['current'];
  readonly onChange: (change: Partial<Draft>) => void;
}

/** The media of the request in their order: the first one boots. One alone needs no list. */
export function MediaList({ onChange, ...draft }: MediaListProps) {
  const { t } = useTranslation();
  const { media, current } = draft;
  const names = media.map((medium) =>
    medium === null ? t('rescue.media.empty') : visible(mediumName(medium) ?? t('rescue.start.original')),
  );
  const alone = media.length === 1;
  const full = media.length >= MOST_MEDIA;
  return (
    <>
      <div className="media-head">
        <h3 id="media-title" className="head">
          {t(alone ? 'rescue.medium.facts.title' : 'rescue.media.title')}
        </h3>
        {!media.includes(null) && (
          <button
            type="button"
            className="plain-link spread small"
            disabled={full}
            onClick={() => onChange(addMedium(draft))}
          >
            {full ? t('rescue.media.full', { count: MOST_MEDIA }) : t('rescue.media.add')}
          </button>
        )}
      </div>
      {!alone && (
        <ol className="media-list" aria-labelledby="media-title">
          {names.map((name, place) => (
            // Media may be alike, and change place: their place is what they are known by.
            <li key={place} className={place === current ? 'media-item media-item-current' : 'media-item'}>
              <button
                type="button"
                className="media-name"
                aria-current={place === current}
                title={name}
                onClick={() => onChange({ current: place })}
              >
                <Sign name={place === 0 ? 'rescue' : 'disk'} tone={place === 0 ? 'rescue' : 'unchanged'} />
                <span className="ellipsis name">{name}</span>
                <span className="muted small nowrap">
                  {t(place === 0 ? 'rescue.media.boots' : 'rescue.media.rides')}
                </span>
              </button>
              {place > 0 && (
                <IconButton
                  sign="up"
                  label={t(place === 1 ? 'rescue.media.upBoots' : 'rescue.media.up', { medium: name })}
                  onClick={() => onChange(moveMedium(draft, place, -1))}
                />
              )}
              <IconButton
                sign="close"
                label={t('rescue.media.remove', { medium: name })}
                onClick={() => onChange(removeMedium(draft, place))}
              />
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
