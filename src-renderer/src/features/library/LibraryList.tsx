import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useRef } from 'react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { LibraryDefault, LibraryMedium } from '../../../../src-core/library/types.ts';
import { Sign } from '../../components/Sign.tsx';
import type { SignName } from '../../components/Sign.tsx';
import { moveChoice } from '../../components/move-choice.ts';
import { visible } from '../../i18n/visible.ts';
import { useMediumLine } from './words.ts';

const ROW_HEIGHT = 46;
const OVERSCAN = 8;

interface LibraryListProps {
  readonly media: readonly LibraryMedium[];
  readonly chosen: string;
  readonly defaults: readonly LibraryDefault[];
  readonly onChoose: (id: string) => void;
}

/** The list keeps the focus and names the chosen option; only the rows in sight are in the DOM. */
export function LibraryList({ media, chosen, defaults, onChoose }: LibraryListProps) {
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const base = useId();
  const index = media.findIndex(({ id }) => id === chosen);
  const virtualizer = useVirtualizer({
    count: media.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    getItemKey: (at) => media[at]?.id ?? at,
  });
  useEffect(() => {
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' });
    // Only when another medium is chosen: a list that jumps back while one scrolls is no help.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosen]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const pageSize = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_HEIGHT) / ROW_HEIGHT) - 1);
    const to = moveChoice(event.key, index, media.length, pageSize);
    const next = to === null ? undefined : media[to];
    if (next === undefined) return;
    event.preventDefault();
    onChoose(next.id);
  };
  return (
    <div
      ref={scroller}
      className="library-list pane-scroll"
      role="listbox"
      tabIndex={0}
      aria-label={t('library.list')}
      aria-activedescendant={index >= 0 ? `${base}-${index}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map((item) => {
          const medium = media[item.index];
          if (medium === undefined) return null;
          return (
            <LibraryOption
              key={item.key}
              id={`${base}-${item.index}`}
              medium={medium}
              isDefault={defaults.some((each) => each.medium === medium.id)}
              top={item.start}
              place={item.index + 1}
              count={media.length}
              selected={item.index === index}
              onChoose={onChoose}
            />
          );
        })}
      </div>
    </div>
  );
}

function signOf({ source, seen, told }: LibraryMedium): SignName {
  if (source.kind === 'kernel') return 'kernel';
  return seen?.content?.kind === 'iso9660' || told?.format === 'iso' || source.kind === 'url' ? 'cdrom' : 'disk';
}

interface LibraryOptionProps {
  readonly id: string;
  readonly medium: LibraryMedium;
  readonly isDefault: boolean;
  readonly top: number;
  readonly place: number;
  readonly count: number;
  readonly selected: boolean;
  readonly onChoose: (id: string) => void;
}

function LibraryOption({ id, medium, isDefault, top, place, count, selected, onChoose }: LibraryOptionProps) {
  const { t } = useTranslation();
  const line = useMediumLine()(medium);
  const name = visible(medium.name);
  return (
    <div
      id={id}
      role="option"
      aria-selected={selected}
      aria-posinset={place}
      aria-setsize={count}
      aria-label={[name, line, isDefault ? t('library.isDefault') : null].filter((word) => word !== null).join(', ')}
      className="library-option"
      style={{ transform: `translateY(${top}px)` }}
      title={name}
      onClick={() => onChoose(medium.id)}
    >
      <Sign name={signOf(medium)} tone="unchanged" />
      <span className="library-option-what">
        <span className="ellipsis name">{name}</span>
        <span className="small muted ellipsis">{line}</span>
      </span>
      {isDefault && <span className="library-mark">{t('library.isDefault')}</span>}
    </div>
  );
}
