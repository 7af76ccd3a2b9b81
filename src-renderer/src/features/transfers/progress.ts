/** How far a transfer is, in words and figures. */
import type { Transfer } from '../../../../src-core/contract/transfer.ts';

/** 0 to 100; null: its size is not known. */
export function percentOf({ done, size }: Pick<Transfer, 'done' | 'size'>): number | null {
  if (size === null) return null;
  return size === 0 ? 100 : Math.min(100, Math.floor((100 * done) / size));
}

/** Time left, no finer than it can be known: `40 s`, `3 min`, `2 h 5 min`. */
export function formatLeft(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const QUARTERS = [75, 50, 25] as const;

/** What is worth an announcement: its state and, while it runs, which quarter it has passed. The same text: nothing new to say. */
export function milestoneOf(transfer: Transfer): string {
  const percent = percentOf(transfer);
  const quarter = percent === null ? 0 : (QUARTERS.find((one) => percent >= one) ?? 0);
  return transfer.state === 'running' ? `running-${quarter}` : transfer.state;
}
