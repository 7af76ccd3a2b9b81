/** Migrations under way: how far each is, and how it went so far. They go on whatever page is open. */
import { create } from 'zustand';
import type { AppEvent } from '../../../../src-core/contract/schemas.ts';
import type { MigrationProgress } from '../../../../src-core/migration/types.ts';
import { ask } from '../salvor.ts';

/** What is drawn of one moment. Bytes, bytes a second; null: not told. */
export interface Sample {
  /** Seconds since it began. */
  readonly elapsed: number;
  readonly remaining: number | null;
  readonly rate: number | null;
  readonly dirtyRate: number | null;
}

export interface UnderWay {
  readonly progress: MigrationProgress;
  /** Oldest first. */
  readonly samples: readonly Sample[];
}

interface MigrationsState {
  readonly byOperation: Readonly<Record<string, UnderWay>>;
  /** Where those that were started from this window go: ids of hosts, by operation. */
  readonly destinations: Readonly<Record<string, string>>;
}

/** Seconds without a byte: a pass of memory may pause for a moment; from here on it is worth a word. */
const STALLED_SECONDS = 3;

/** Is nothing going over? */
export function isStalled({ stalled }: MigrationProgress): boolean {
  return stalled >= STALLED_SECONDS;
}

/** As many moments as are drawn: of a long one, every second of them is left out again and again. */
const MOST_SAMPLES = 240;

export const useMigrations = create<MigrationsState>()(() => ({ byOperation: {}, destinations: {} }));

function sampleOf(progress: MigrationProgress): Sample {
  const { elapsed, remaining, dirtyRate } = progress;
  return { elapsed, remaining, rate: rateOf(progress), dirtyRate };
}

/** QEMU goes on telling the last rate when nothing goes over any more. Bytes a second; null: not told. */
export function rateOf(progress: MigrationProgress): number | null {
  return isStalled(progress) ? 0 : progress.rate;
}

function withSample(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const all = [...samples, next];
  return all.length > MOST_SAMPLES ? all.filter((_sample, at) => at % 2 === 0 || at === all.length - 1) : all;
}

/** The state after one event; the same object where the event is not about migrations. What has ended is not under way. */
export function reduceMigrations(state: MigrationsState, event: AppEvent): MigrationsState {
  if (event.type === 'operation-changed') {
    const { id, state: now } = event.operation;
    if (now === 'running' || !Object.hasOwn(state.byOperation, id)) return state;
    const { [id]: _ended, ...byOperation } = state.byOperation;
    return { ...state, byOperation };
  }
  if (event.type !== 'migration-progress') return state;
  const { operationId, progress } = event;
  const samples = withSample(state.byOperation[operationId]?.samples ?? [], sampleOf(progress));
  return { ...state, byOperation: { ...state.byOperation, [operationId]: { progress, samples } } };
}

/** Those that were begun before this window was there. */
export async function loadMigrations(): Promise<void> {
  const answer = await ask('migration.underWay', null);
  if (!answer.ok) return;
  useMigrations.setState(({ byOperation, destinations }) => ({
    byOperation: {
      ...Object.fromEntries(
        answer.value.map(({ operationId, progress }) => [operationId, { progress, samples: [sampleOf(progress)] }]),
      ),
      ...byOperation,
    },
    destinations,
  }));
}

export function noteDestination(operationId: string, hostId: string): void {
  useMigrations.setState(({ destinations }) => ({ destinations: { ...destinations, [operationId]: hostId } }));
}

/** 0 to 100; null: it cannot be told. */
export function percentOf({ total, processed, remaining, phase }: MigrationProgress): number | null {
  if (phase === 'finishing') return 100;
  if (remaining !== null && processed !== null && processed + remaining > 0)
    return Math.min(99, Math.floor((100 * processed) / (processed + remaining)));
  if (total === null || total === 0 || processed === null) return null;
  return Math.min(99, Math.floor((100 * processed) / total));
}
