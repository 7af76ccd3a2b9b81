import type { ReactNode } from 'react';
import { Sign } from './Sign.tsx';
import type { SignName } from './Sign.tsx';
import './notice.css';

type NoticeTone = 'warning' | 'refused' | 'rescue' | 'plain';

const SIGNS: Readonly<Record<NoticeTone, SignName | null>> = {
  warning: 'warning',
  refused: 'refused',
  rescue: 'rescue',
  plain: null,
};

interface NoticeProps {
  readonly tone: NoticeTone;
  /** Read before the text by screen readers, where the sign alone would say it: “Warning”. */
  readonly kind?: string;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}

/** Something that must be read, in the place it is about. */
export function Notice({ tone, kind, children, actions }: NoticeProps) {
  const sign = SIGNS[tone];
  return (
    <div className={`notice notice-${tone}`}>
      {sign !== null && <Sign name={sign} tone={tone} {...(kind === undefined ? {} : { label: kind })} />}
      <div className="notice-text">{children}</div>
      {actions !== undefined && <div className="notice-actions">{actions}</div>}
    </div>
  );
}
