import type { ReactNode } from 'react';

const stroke = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.4,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const;

/** Drawn on a grid of 16 so that lines are crisp at the size they are used. */
const DRAWINGS = {
  rescue: (
    <g {...stroke}>
      <circle cx="8" cy="8" r="6.3" />
      <circle cx="8" cy="8" r="2.5" />
      <path d="M5.1 1.9 7 5.7M10.9 1.9 9 5.7M14.1 5.1l-3.8 1.9M14.1 10.9 10.3 9M10.9 14.1 9 10.3M5.1 14.1 7 10.3M1.9 10.9 5.7 9M1.9 5.1 5.7 7" />
    </g>
  ),
  added: <path {...stroke} strokeWidth={1.8} d="M8 3v10M3 8h10" />,
  unchanged: (
    <g {...stroke}>
      <rect x="3.2" y="7.2" width="9.6" height="6.6" rx="1.2" />
      <path d="M5.2 7V5a2.8 2.8 0 0 1 5.6 0v2" />
    </g>
  ),
  warning: (
    <g {...stroke}>
      <path d="M8 2 1.6 13.4h12.8zM8 6.4v3.4" />
      <path strokeWidth={1.8} d="M8 11.6v.01" />
    </g>
  ),
  refused: (
    <g>
      <path fill="currentColor" d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" />
      <path fill="none" stroke="var(--surface)" strokeWidth="1.8" strokeLinecap="round" d="M4.6 8h6.8" />
    </g>
  ),
  running: <path fill="currentColor" d="M4.5 2.8v10.4a.6.6 0 0 0 .9.5l8-5.2a.6.6 0 0 0 0-1l-8-5.2a.6.6 0 0 0-.9.5z" />,
  paused: <path {...stroke} strokeWidth={2.2} d="M5.4 3.6v8.8M10.6 3.6v8.8" />,
  off: <rect {...stroke} x="3.6" y="3.6" width="8.8" height="8.8" rx="1.2" />,
  power: <path {...stroke} d="M8 2v5.4M4.9 4.2a5 5 0 1 0 6.2 0" />,
  crashed: <path {...stroke} strokeWidth={1.8} d="m4 4 8 8M12 4l-8 8" />,
  sleeping: <path {...stroke} d="M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z" />,
  connected: <circle cx="8" cy="8" r="4" fill="currentColor" />,
  disconnected: <circle {...stroke} cx="8" cy="8" r="3.6" />,
  connecting: <circle {...stroke} cx="8" cy="8" r="3.6" strokeDasharray="2.4 2.6" />,
  search: <path {...stroke} d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 14 14" />,
  close: <path {...stroke} d="m4 4 8 8M12 4l-8 8" />,
  up: <path {...stroke} d="M8 13V3.4M4.2 7.2 8 3.4l3.8 3.8" />,
  check: <path {...stroke} strokeWidth={1.8} d="m3 8.4 3.4 3.4L13 4.8" />,
  chevron: <path {...stroke} d="m6 3.6 4.4 4.4L6 12.4" />,
  disk: (
    <g {...stroke}>
      <rect x="1.8" y="4" width="12.4" height="8" rx="1.4" />
      <path d="M4.4 9.4h3.2" />
      <path strokeWidth={1.8} d="M11.4 9.4v.01" />
    </g>
  ),
  cdrom: (
    <g {...stroke}>
      <circle cx="8" cy="8" r="6.2" />
      <circle cx="8" cy="8" r="1.7" />
    </g>
  ),
  floppy: (
    <g {...stroke}>
      <path d="M2.4 2.4h9.2l2 2v9.2H2.4z" />
      <path d="M5 2.6v3.2h5V2.6M4.8 13.4V9.2h6.4v4.2" />
    </g>
  ),
  interface: <path {...stroke} d="M3 5.4h10v7.2H3zM5.6 12.4V10h4.8v2.4M5 5.2V3.4h6v1.8" />,
  kernel: (
    <path
      {...stroke}
      d="M4.4 4.4h7.2v7.2H4.4zM6.4 1.8v2.4M9.6 1.8v2.4M6.4 11.8v2.4M9.6 11.8v2.4M1.8 6.4h2.4M1.8 9.6h2.4M11.8 6.4h2.4M11.8 9.6h2.4"
    />
  ),
  other: <path {...stroke} d="M3 8h.01M8 8h.01M13 8h.01" strokeWidth={2} />,
  pool: (
    <g {...stroke}>
      <ellipse cx="8" cy="3.9" rx="5.2" ry="2" />
      <path d="M2.8 3.9v8.2c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2V3.9M2.8 8c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2" />
    </g>
  ),
  copy: (
    <g {...stroke}>
      <rect x="5.4" y="5.4" width="8" height="8" rx="1.2" />
      <path d="M10.4 5.2V3.6a1 1 0 0 0-1-1H3.6a1 1 0 0 0-1 1v5.8a1 1 0 0 0 1 1h1.6" />
    </g>
  ),
  host: (
    <g {...stroke}>
      <rect x="2" y="2.6" width="12" height="4.6" rx="1" />
      <rect x="2" y="8.8" width="12" height="4.6" rx="1" />
      <path strokeWidth={1.8} d="M4.6 4.9v.01M4.6 11.1v.01" />
    </g>
  ),
  light: (
    <g {...stroke}>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.6v1.6M8 12.8v1.6M1.6 8h1.6M12.8 8h1.6M3.5 3.5l1.1 1.1M11.4 11.4l1.1 1.1M12.5 3.5l-1.1 1.1M4.6 11.4l-1.1 1.1" />
    </g>
  ),
  dark: <path {...stroke} d="M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z" />,
  system: (
    <g {...stroke}>
      <rect x="1.8" y="2.6" width="12.4" height="8.4" rx="1.2" />
      <path d="M5.6 13.8h4.8M8 11.2v2.4" />
    </g>
  ),
  pending: <circle {...stroke} cx="8" cy="8" r="3.6" strokeDasharray="1.4 2.4" />,
  step: (
    <g {...stroke}>
      <circle cx="8" cy="8" r="5.6" />
      <circle cx="8" cy="8" r="2" fill="currentColor" />
    </g>
  ),
  undone: <path {...stroke} d="M3.4 6.6h6a3.4 3.4 0 0 1 0 6.8H6M6 3.6l-3 3 3 3" />,
  skipped: <path {...stroke} d="M3.4 8h9.2" />,
  move: <path {...stroke} d="M8 2.6v10.8M4.6 10l3.4 3.4 3.4-3.4" />,
  root: <path {...stroke} d="M8 1.8 9.8 6l4.4.4-3.3 2.9 1 4.4L8 11.3l-3.9 2.4 1-4.4-3.3-2.9L6.2 6z" />,
  key: (
    <g {...stroke}>
      <circle cx="5" cy="8" r="3" />
      <path d="M8 8h6.2M11.4 8v2.6M14 8v2" />
    </g>
  ),
  keyMissing: (
    <g {...stroke}>
      <circle cx="5" cy="10" r="3" />
      <path d="M8 10h6.2M11.4 10v2.6M14 10v2" />
      <path strokeWidth={1.8} d="m9 1.8 4.2 4.2M13.2 1.8 9 6" />
    </g>
  ),
  readonly: (
    <g {...stroke}>
      <path d="m4 12 .6-2.8 6-6 2.2 2.2-6 6z" />
      <path strokeWidth={1.8} d="M2.4 2.4 13.6 13.6" />
    </g>
  ),
  shared: (
    <g {...stroke}>
      <circle cx="6" cy="8" r="3.8" />
      <circle cx="10" cy="8" r="3.8" />
    </g>
  ),
  transient: (
    <g {...stroke}>
      <path d="M4.2 2.4h7.6M4.2 13.6h7.6M5 2.6c0 3 6 4.6 6 7.8v3M11 2.6c0 3-6 4.6-6 7.8v3" />
    </g>
  ),
  layers: (
    <g {...stroke}>
      <path d="M2.4 7.4h8.2v5.4H2.4zM4.4 5.2h8.2v5.4M6.4 3h8.2v5.4" />
    </g>
  ),
} as const satisfies Readonly<Record<string, ReactNode>>;

export type SignName = keyof typeof DRAWINGS;
export type Tone = 'rescue' | 'added' | 'unchanged' | 'warning' | 'refused' | 'good' | 'accent' | 'plain';

interface SignProps {
  readonly name: SignName;
  readonly tone?: Tone;
  /** What it says to a screen reader; without it the sign is decoration beside words that say the same. */
  readonly label?: string;
}

/** The drawing alone, inside another one. `size` in its units. */
export function SignDrawing({ name, x, y, size }: { name: SignName; x: number; y: number; size: number }) {
  return <g transform={`translate(${x} ${y}) scale(${size / 16})`}>{DRAWINGS[name]}</g>;
}

/** A small drawing that carries a meaning together with its colour, never by the colour alone. */
export function Sign({ name, tone = 'plain', label }: SignProps) {
  const className = `sign tone-${tone}`;
  if (label === undefined) {
    return (
      <svg className={className} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {DRAWINGS[name]}
      </svg>
    );
  }
  return (
    <svg className={className} viewBox="0 0 16 16" role="img" aria-label={label} focusable="false">
      {DRAWINGS[name]}
    </svg>
  );
}
