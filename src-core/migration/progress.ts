/** A migration's job at the source, as figures for a person. The destination tells nothing of it (tried on 9.0). */
import type { MigrationProgress } from './types.ts';

/** Of virDomainGetJobStats: type by name, numbers by libvirt's own names. */
export interface MigrationStats {
  readonly type: string;
  readonly values: Readonly<Record<string, number>>;
}

/** What is remembered from one look to the next. */
export interface ProgressState {
  readonly progress: MigrationProgress | null;
  /** Bytes that had gone over at the last look at which it was more than before, and when (milliseconds, any clock). */
  readonly moved: { readonly bytes: number; readonly at: number } | null;
}

export const NO_PROGRESS: ProgressState = { progress: null, moved: null };

/** The next look. `stats` null: the job does not tell now, which leaves the figures as they are. `now`: milliseconds, any clock that only goes on. */
export function nextProgress(state: ProgressState, stats: MigrationStats | null, now: number): ProgressState {
  void stats;
  void now;
  return state;
}
