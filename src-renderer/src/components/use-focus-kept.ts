import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** Has what had the focus gone, so that the keyboard would begin again at the top of the window? */
export function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/**
 * A browser takes the focus from a button that is disabled, be it for a moment: it gets it back as soon as it is enabled, unless somebody has
 * gone elsewhere meanwhile.
 */
export function useFocusKept(button: RefObject<HTMLButtonElement | null>, disabled: boolean): void {
  const held = useRef(false);
  useEffect(() => {
    const note = ({ type, target }: FocusEvent): void => {
      if (target !== button.current) return;
      // A button that is disabled did not give the focus away: it was taken.
      if (type === 'focusin') held.current = true;
      else if (button.current?.disabled === false) held.current = false;
    };
    held.current = button.current !== null && document.activeElement === button.current;
    document.addEventListener('focusin', note);
    document.addEventListener('focusout', note);
    return () => {
      document.removeEventListener('focusin', note);
      document.removeEventListener('focusout', note);
    };
  }, [button]);
  useEffect(() => {
    if (!disabled && held.current && isFocusLost()) button.current?.focus();
  }, [button, disabled]);
}
