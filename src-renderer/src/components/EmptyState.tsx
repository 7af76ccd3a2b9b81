import type { ReactNode } from 'react';
import './empty-state.css';

/** What stands where nothing is yet: one line on what would be here, one on how to get it. */
export function EmptyState({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty-state">
      <p className="empty-state-title">{title}</p>
      {children !== undefined && <div className="muted">{children}</div>}
    </div>
  );
}
