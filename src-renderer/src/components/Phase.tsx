import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { isFocusLost } from './use-focus-kept.ts';
import './phase.css';

/** A phase that ends takes its focused button with it: then the next one takes the focus, so that the keyboard goes on from there. */
export function Phase({ children }: { readonly children: ReactNode }) {
  const phase = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isFocusLost()) phase.current?.focus();
  }, []);
  return (
    <div ref={phase} className="phase" tabIndex={-1}>
      {children}
    </div>
  );
}
