import { formatBytes } from './format.ts';
import './usage-bar.css';

interface UsageBarProps {
  /** What it measures, for screen readers. */
  readonly label: string;
  readonly capacity: number;
  readonly used: number;
}

/** Nearly full: what comes next may not fit. */
const NEARLY_FULL = 0.9;

/** How full something is. */
export function UsageBar({ label, capacity, used }: UsageBarProps) {
  const share = capacity > 0 ? Math.min(1, Math.max(0, used / capacity)) : 0;
  return (
    <div
      className={share >= NEARLY_FULL ? 'usage-bar usage-bar-full' : 'usage-bar'}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={`${formatBytes(used)} / ${formatBytes(capacity)}`}
    >
      <span style={{ width: `${(share * 100).toFixed(2)}%` }} />
    </div>
  );
}
