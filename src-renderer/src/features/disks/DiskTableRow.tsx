import { useEffect, useRef } from 'react';
import type { KeyboardEvent, ReactNode, RefObject } from 'react';
import { highlightProps, useIsHighlighted } from '../../app/stores/highlight.ts';
import { visible } from '../../i18n/visible.ts';

interface RowKeys {
  readonly body: RefObject<HTMLTableSectionElement | null>;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** For the body of a table with a row a disk: up, down, Home and End move the choice, and the focus goes with it. */
export function useRowKeys(
  targets: readonly string[],
  chosen: string | null,
  onChoose: (target: string) => void,
): RowKeys {
  const body = useRef<HTMLTableSectionElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = chosen === null ? -1 : targets.indexOf(chosen);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: targets.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const target = targets[next];
    if (target === undefined) return;
    onChoose(target);
    body.current?.querySelector<HTMLElement>(`[data-target="${CSS.escape(target)}"] button`)?.focus();
  };
  return { body, onKeyDown };
}

interface DiskTableRowProps {
  readonly target: string;
  readonly chosen: boolean;
  /** Brought by the rescue. */
  readonly added: boolean;
  /** Stands behind its name; null: nothing. */
  readonly sign: ReactNode;
  readonly onChoose: (target: string) => void;
  /** The other cells. */
  readonly children: ReactNode;
}

/** A disk's row, with its name as what one chooses it by. One row is in the tab order. */
export function DiskTableRow({ target, chosen, added, sign, onChoose, children }: DiskTableRowProps) {
  const highlighted = useIsHighlighted(target);
  const head = useRef<HTMLTableCellElement>(null);

  // Chosen or highlighted elsewhere, it comes in sight; under the pointer nothing moves.
  useEffect(() => {
    const cell = head.current;
    if ((chosen || highlighted) && cell?.parentElement?.matches(':hover') === false) {
      cell.scrollIntoView({ block: 'nearest' });
    }
  }, [chosen, highlighted]);

  const classes = [
    chosen ? 'disks-row-chosen' : '',
    added ? 'disks-row-added' : '',
    highlighted ? 'row-highlighted' : '',
  ];
  return (
    <tr
      data-target={target}
      className={classes.join(' ').trim()}
      onClick={() => onChoose(target)}
      {...highlightProps(target)}
    >
      <th ref={head} scope="row">
        <button
          type="button"
          className="disks-choose mono"
          aria-pressed={chosen}
          tabIndex={chosen ? 0 : -1}
          onClick={() => onChoose(target)}
        >
          {visible(target)}
        </button>
        {sign}
      </th>
      {children}
    </tr>
  );
}
