import { useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';

/**
 * A button that is disabled for a moment loses the focus, and the keyboard would begin again at the top of the window: it gets it back as soon as
 * it is enabled, unless somebody has gone elsewhere meanwhile.
 */
export function useFocusKept(button: RefObject<HTMLButtonElement | null>, disabled: boolean): void {
  const lost = useRef(false);
  useLayoutEffect(() => {
    const focused = document.activeElement;
    if (disabled) lost.current ||= focused !== null && focused === button.current;
    else {
      if (lost.current && (focused === null || focused === document.body)) button.current?.focus();
      lost.current = false;
    }
  }, [button, disabled]);
}
