/**
 * A migration's job at the source, as figures for a person. The destination tells nothing of it, and what the source tells differs by phase
 * (tried on 9.0): all is 0 at first; while disks are copied memory is 0; dirty rate is told in pages, and not in the first pass.
 */
import type { MigrationProgress } from './types.ts';

/** The job of a domain, as virDomainGetJobStats tells it; numbers by libvirt's own names (`data_remaining`, `memory_dirty_rate`, …). */
export interface JobStats {
  /** `bounded`, `unbounded`, `completed`, `failed`, `cancelled` */
  readonly type: string;
  readonly values: Readonly<Record<string, number>>;
}

/** What is remembered from one look to the next. `at`: milliseconds of the clock that looks are timed with. */
export interface ProgressState {
  readonly progress: MigrationProgress | null;
  readonly began: number | null;
  /** Bytes that had gone over when that was last found to have changed, and how fast they went then. */
  readonly moved: { readonly bytes: number; readonly at: number; readonly rate: number | null } | null;
}

export const NO_PROGRESS: ProgressState = { progress: null, began: null, moved: null };

/** `allowed`: the migration was begun so that it may be switched; `started`: it has been. */
export type PostCopy = 'off' | 'allowed' | 'started';

/** Not a byte for so many seconds: no end is told any more. */
const STANDS_STILL = 3;

/**
 * The next look. `stats` null: the job does not tell now, which leaves the figures as they are, but for how long nothing has moved. `now`:
 * milliseconds, of any clock that only goes on. Seconds in what comes out.
 */
export function nextProgress(
  state: ProgressState,
  stats: JobStats | null,
  now: number,
  postCopy: PostCopy = 'off',
): ProgressState {
  const began = state.began ?? now;
  const value = (name: string): number | null => stats?.values[name] ?? null;
  const bytes = value('data_processed') ?? state.moved?.bytes ?? 0;
  const moved = movedOn(state.moved, bytes, now);
  const stalled = Math.floor((now - moved.at) / 1000);
  if (stats === null) {
    if (state.progress === null) return { progress: null, began, moved };
    const mayPostCopy = state.progress.mayPostCopy && stalled < STANDS_STILL;
    return {
      progress: { ...state.progress, stalled, left: leftOf(state.progress, stalled), mayPostCopy },
      began,
      moved,
    };
  }
  const phase = phaseOf(stats, postCopy);
  const part = phase === 'disks' ? 'disk' : phase === 'setup' ? 'data' : 'memory';
  const told = phase === 'setup' ? null : value(`${part}_bps`);
  const iteration = value('memory_iteration');
  const figures = {
    phase,
    total: phase === 'setup' ? null : value(`${part}_total`),
    processed: phase === 'setup' ? null : value(`${part}_processed`),
    remaining: phase === 'setup' ? null : value(`${part}_remaining`),
    rate: told ?? moved.rate,
    dirtyRate: phase === 'memory' ? dirtyRateOf(stats) : null,
    iteration: iteration === 0 ? null : iteration,
    downtime: value('downtime'),
    throttle: value('auto_converge_throttle'),
    elapsed: Math.floor((value('time_elapsed') ?? now - began) / 1000),
    stalled,
    // Over a link that is down the guest would be paused on both hosts.
    mayPostCopy: postCopy === 'allowed' && phase === 'memory' && stalled < STANDS_STILL,
  } as const;
  return { progress: { ...figures, left: leftOf(figures, stalled) }, began, moved };
}

/** Counters begin anew with another phase: less than before is movement, too. */
function movedOn(before: ProgressState['moved'], bytes: number, now: number): NonNullable<ProgressState['moved']> {
  if (before === null) return { bytes, at: now, rate: null };
  if (bytes === before.bytes) return before;
  const seconds = (now - before.at) / 1000;
  const rate = bytes > before.bytes && seconds > 0 ? Math.round((bytes - before.bytes) / seconds) : null;
  return { bytes, at: now, rate };
}

function phaseOf({ type, values }: JobStats, postCopy: PostCopy): MigrationProgress['phase'] {
  const of = (name: string): number => values[name] ?? 0;
  if (type === 'completed') return 'finishing';
  if (postCopy === 'started' || of('memory_postcopy_requests') > 0) return 'post-copy';
  const memoryBegan = of('memory_iteration') > 0 || of('memory_processed') > 0;
  if (!memoryBegan) return of('disk_total') > 0 ? 'disks' : 'setup';
  return of('memory_remaining') === 0 ? 'finishing' : 'memory';
}

/** Pages a second as QEMU counts them; in the first pass it has nothing to count. */
function dirtyRateOf({ values }: JobStats): number | null {
  const pages = values['memory_dirty_rate'];
  if (pages === undefined || (values['memory_iteration'] ?? 0) < 2) return null;
  return pages * (values['memory_page_size'] ?? 4096);
}

/** Of this phase. While the guest dirties memory faster than it goes over there is no end. */
function leftOf(
  { phase, remaining, rate, dirtyRate }: Pick<MigrationProgress, 'phase' | 'remaining' | 'rate' | 'dirtyRate'>,
  stalled: number,
): number | null {
  if (phase === 'finishing') return 0;
  if (remaining === null || rate === null || stalled >= STANDS_STILL) return null;
  const gain = rate - (dirtyRate ?? 0);
  return gain > 0 ? Math.ceil(remaining / gain) : null;
}
