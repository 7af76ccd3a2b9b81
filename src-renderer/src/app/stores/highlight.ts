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
  readonly onPointerMove: () => void;
  readonly onPointerLeave: () => void;
  readonly onFocus: () => void;
  readonly onBlur: () => void;
}

/** The disk that has the keyboard's focus: what stands for a disk and can be focused names it as `data-target`. */
function focusedDisk(): string | null {
  return document.activeElement?.closest('[data-target]')?.getAttribute('data-target') ?? null;
}

/**
 * What an element that stands for a disk listens to. The pointer highlights where it is moved: what is scrolled below a resting one is not
 * meant. Where it leaves, the disk with the focus is highlighted again.
 */
export function highlightProps(target: string): HighlightProps {
  const on = () => highlightDisk(target);
  const off = (next: string | null) => {
    if (useHighlight.getState().target === target) highlightDisk(next);
  };
  return { onPointerMove: on, onPointerLeave: () => off(focusedDisk()), onFocus: on, onBlur: () => off(null) };
}
