import Button from '@mui/material/Button';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { loadLibrary, selectMedia, useLibrary } from '../../app/stores/library.ts';
import { goTo } from '../../app/stores/navigation.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { ErrorNotice } from '../../components/ErrorNotice.tsx';
import { Notice } from '../../components/Notice.tsx';
import { SearchField } from '../../components/SearchField.tsx';
import { Skeleton } from '../../components/Skeleton.tsx';
import { visible } from '../../i18n/visible.ts';
import type { LibraryListing, LibraryMedium } from '../../../../src-core/library/types.ts';
import { LibraryList } from './LibraryList.tsx';
import { MediumForm } from './MediumForm.tsx';
import { MediumPage } from './MediumPage.tsx';
import { filterMedia } from '../../components/library-filter.ts';
import { NEW_MEDIUM, formOf } from './form-state.ts';
import './library.css';

type Mode = 'look' | 'edit' | 'add';

/** The rescue media that this administrator knows; `medium`: the one that is looked at, null: the first. */
export function LibraryPage({ medium: chosen }: { readonly medium: string | null }) {
  const { t } = useTranslation();
  const listing = useLibrary((state) => state.listing);
  const error = useLibrary((state) => state.error);
  useEffect(() => void loadLibrary(), []);
  return (
    <article className="library" aria-labelledby="library-title">
      {listing === null ? (
        <>
          <div className="library-head">
            <h1 id="library-title">{t('library.title')}</h1>
          </div>
          <div className="library-waiting">
            {error === null ? (
              <Skeleton lines={8} />
            ) : (
              <ErrorNotice
                error={error}
                actions={
                  <Button variant="outlined" onClick={() => void loadLibrary()}>
                    {t('common.retry')}
                  </Button>
                }
              />
            )}
          </div>
        </>
      ) : (
        <>
          {error !== null && (
            <div className="library-troubles">
              <ErrorNotice error={error} />
            </div>
          )}
          <Shelf listing={listing} chosen={chosen} />
        </>
      )}
    </article>
  );
}

function choose(id: string): void {
  goTo({ kind: 'library', medium: id });
}

function Shelf({ listing, chosen }: { readonly listing: LibraryListing; readonly chosen: string | null }) {
  const { t } = useTranslation();
  const media = useLibrary(selectMedia);
  const [filter, setFilter] = useState('');
  const [mode, setMode] = useState<Mode>('look');
  const shown = useMemo(() => filterMedia(media, filter), [media, filter]);
  const medium = shown.find(({ id }) => id === chosen) ?? shown[0] ?? null;
  const saved = (id: string): void => {
    setFilter('');
    setMode('look');
    choose(id);
  };
  return (
    <>
      <div className="library-head">
        <h1 id="library-title">{t('library.title')}</h1>
        {media.length > 0 && mode !== 'add' && (
          <>
            <SearchField label={t('library.filter')} value={filter} className="library-search" onChange={setFilter} />
            <span className="small muted nowrap" role="status">
              {shown.length === media.length
                ? t('library.count', { count: media.length })
                : t('library.found', { found: shown.length, count: media.length })}
            </span>
          </>
        )}
        {mode !== 'add' && (
          <span className="spread">
            <Button
              variant="outlined"
              disabled={listing.locked !== null}
              aria-describedby={listing.locked === null ? undefined : 'library-locked'}
              onClick={() => setMode('add')}
            >
              {t('library.add')}
            </Button>
          </span>
        )}
      </div>
      <Troubles listing={listing} />
      {mode === 'add' ? (
        <MediumForm key="add" begin={NEW_MEDIUM} onSaved={saved} onCancel={() => setMode('look')} />
      ) : (
        <Body
          listing={listing}
          shown={shown}
          medium={medium}
          editing={mode === 'edit'}
          onMode={setMode}
          onClear={() => setFilter('')}
          onSaved={saved}
        />
      )}
    </>
  );
}

interface BodyProps {
  readonly listing: LibraryListing;
  readonly shown: readonly LibraryMedium[];
  readonly medium: LibraryMedium | null;
  readonly editing: boolean;
  readonly onMode: (mode: Mode) => void;
  readonly onClear: () => void;
  readonly onSaved: (id: string) => void;
}

function Body({ listing, shown, medium, editing, onMode, onClear, onSaved }: BodyProps) {
  const { t } = useTranslation();
  if (listing.media.length === 0) {
    return listing.locked !== null ? null : (
      <EmptyState title={t('library.none')}>
        <p>{t('library.noneHelp')}</p>
        <p className="small library-file">{t('library.file', { file: listing.file })}</p>
      </EmptyState>
    );
  }
  if (medium === null) {
    return (
      <EmptyState title={t('library.noneFound')}>
        <button type="button" className="plain-link" onClick={onClear}>
          {t('library.clear')}
        </button>
      </EmptyState>
    );
  }
  return (
    <div className="library-body">
      <LibraryList
        media={shown}
        chosen={medium.id}
        defaults={listing.defaults}
        onChoose={(id) => {
          onMode('look');
          choose(id);
        }}
      />
      {editing ? (
        <MediumForm key={medium.id} begin={formOf(medium)} onSaved={onSaved} onCancel={() => onMode('look')} />
      ) : (
        <MediumPage key={medium.id} medium={medium} listing={listing} onEdit={() => onMode('edit')} />
      )}
    </div>
  );
}

/** What of the file cannot be read: told, and left as it is. */
function Troubles({ listing: { locked, file, unread } }: { readonly listing: LibraryListing }) {
  const { t } = useTranslation();
  if (locked === null && unread.length === 0) return null;
  return (
    <div className="library-troubles">
      {locked !== null && (
        <Notice tone="refused" kind={t('common.error')}>
          <strong id="library-locked">{t('library.locked', { problem: locked })}</strong>
          <div>{t('library.lockedHelp', { file })}</div>
        </Notice>
      )}
      {unread.length > 0 && (
        <Notice tone="warning" kind={t('library.unread', { count: unread.length })}>
          <ul>
            {unread.map((sentence) => (
              <li key={sentence}>{visible(sentence)}</li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}
