import { create } from 'zustand';

interface HighlightState {
  /** Target of the disk under the pointer or with the keyboard's focus; null: none. */
  readonly target: string | null;
}

/** One disk is highlighted at a time, and wherever it is in sight: picture, table, boot order, XML. */
export const useHighlight = create<HighlightState>(() => ({ target: null }));

/** Highlights a disk by its target; null: none. What is already highlighted draws nothing again. */
export function highlightDisk(target: string | null): void {
  if (useHighlight.getState().target !== target) useHighlight.setState({ target });
}

/** For whoever draws one disk: draws again only when that disk's own highlight comes or goes. */
export function useIsHighlighted(target: string | null): boolean {
  return useHighlight((state) => target !== null && state.target === target);
}

interface HighlightProps {
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
  readonly onFocus: () => void;
  readonly onBlur: () => void;
}

/** What an element that stands for a disk listens to: pointer and keyboard focus do the same. */
export function highlightProps(target: string): HighlightProps {
  const on = () => highlightDisk(target);
  const off = () => {
    if (useHighlight.getState().target === target) highlightDisk(null);
  };
  return { onPointerEnter: on, onPointerLeave: off, onFocus: on, onBlur: off };
}
