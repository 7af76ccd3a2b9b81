import { useVirtualizer } from '@tanstack/react-virtual';
import { Fragment, useEffect, useId, useRef } from 'react';
import type { CSSProperties, KeyboardEvent, ReactNode } from 'react';
import { moveChoice } from './move-choice.ts';
import './listbox.css';

/** Options on each side of what is in sight, so that a fast wheel shows no gap. */
const OVERSCAN = 12;

/** What the element of an option needs to be one: to be spread on it. */
export interface OptionProps {
  readonly id: string;
  readonly role: 'option';
  readonly 'aria-selected': boolean;
  readonly 'aria-posinset': number;
  readonly 'aria-setsize': number;
  readonly style: CSSProperties;
  readonly onClick: () => void;
}

interface ListboxProps<Item> {
  /** To a screen reader. */
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  /** The key of the chosen one; null: none is. */
  readonly chosen: string | null;
  readonly onChoose: (item: Item) => void;
  /** Enter, when one is chosen. */
  readonly onOpen?: () => void;
  /** Those in sight, a few around them included, each time they change; to be the same function from render to render. */
  readonly onSight?: (items: readonly Item[]) => void;
  /** Of each option, px. */
  readonly optionHeight: number;
  readonly option: (item: Item, props: OptionProps) => ReactNode;
  readonly className: string;
  readonly id?: string;
}

/**
 * A list of which one is chosen, only those in sight in the DOM. The list keeps the focus and names the chosen option (aria-activedescendant),
 * so that one that scrolls out of the DOM takes no focus with it.
 */
export function Listbox<Item>(props: ListboxProps<Item>) {
  const { label, items, keyOf, chosen, onChoose, onOpen, onSight, optionHeight, option, className, id } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const base = useId();
  const index = chosen === null ? -1 : items.findIndex((item) => keyOf(item) === chosen);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => optionHeight,
    overscan: OVERSCAN,
    getItemKey: (at) => keyOf(items[at] as Item),
  });
  const drawn = virtualizer.getVirtualItems();
  const first = drawn[0]?.index ?? 0;
  const last = drawn.at(-1)?.index ?? -1;

  useEffect(() => {
    if (last >= first) onSight?.(items.slice(first, last + 1));
  }, [onSight, items, first, last]);

  useEffect(() => {
    if (index >= 0) virtualizer.scrollToIndex(index, { align: 'auto' });
    // Only when another one is chosen: a list that jumps back while one scrolls is no help.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosen]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && onOpen !== undefined && index >= 0) {
      event.preventDefault();
      onOpen();
      return;
    }
    const pageSize = Math.max(1, Math.floor((scroller.current?.clientHeight ?? optionHeight) / optionHeight) - 1);
    const to = moveChoice(event.key, index, items.length, pageSize);
    if (to === null) return;
    event.preventDefault();
    onChoose(items[to] as Item);
  };

  return (
    <div
      ref={scroller}
      id={id}
      className={`listbox pane-scroll ${className}`}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={index >= 0 ? `${base}-${index}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {drawn.map((place) => {
          const item = items[place.index];
          if (item === undefined) return null;
          return (
            <Fragment key={place.key}>
              {option(item, {
                id: `${base}-${place.index}`,
                role: 'option',
                'aria-selected': place.index === index,
                'aria-posinset': place.index + 1,
                'aria-setsize': items.length,
                style: { height: optionHeight, transform: `translateY(${place.start}px)` },
                onClick: () => onChoose(item),
              })}
            </Fragment>
          );
        })}
      </div>
    </div>
  );
}
