import { useEffect } from 'react';
import type { RefObject } from 'react';
import { applyTokens } from '../theme/tokens.ts';

/** While the window is printed, what is inside the element has the colours of the light theme: paper is white. */
export function usePrintColours(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const before = () => {
      if (element.current !== null) applyTokens('light', element.current);
    };
    const after = () => element.current?.removeAttribute('style');
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    return () => {
      window.removeEventListener('beforeprint', before);
      window.removeEventListener('afterprint', after);
    };
  }, [element]);
}
