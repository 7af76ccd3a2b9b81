import { create } from 'zustand';
import type { Pool, Volume } from '../../../../src-core/contract/schemas.ts';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Answer } from '../../../../src-core/contract/channels.ts';
import { ask } from '../../app/salvor.ts';

interface Listing<T> {
  readonly items: readonly T[] | null;
  readonly error: ErrorData | null;
}

interface PoolsState {
  readonly pools: Readonly<Record<string, Listing<Pool>>>;
  /** By `hostId/pool`. */
  readonly volumes: Readonly<Record<string, Listing<Volume>>>;
}

export const usePools = create<PoolsState>()(() => ({ pools: {}, volumes: {} }));

export function volumesKey(hostId: string, pool: string): string {
  return `${hostId}/${pool}`;
}

function listing<T>(answer: Answer<T[]>, before: Listing<T> | undefined): Listing<T> {
  return answer.ok ? { items: answer.value, error: null } : { items: before?.items ?? null, error: answer.error };
}

/** The pools of a host. What was known stays in sight until the answer is there. */
export async function loadPools(hostId: string): Promise<void> {
  const answer = await ask('pools.list', { hostId });
  usePools.setState((state) => ({ pools: { ...state.pools, [hostId]: listing(answer, state.pools[hostId]) } }));
}

/** The volumes of one pool, when somebody looks into it: a pool can hold thousands. */
export async function loadVolumes(hostId: string, pool: string): Promise<void> {
  const key = volumesKey(hostId, pool);
  const answer = await volumesOf(hostId, pool);
  usePools.setState((state) => ({ volumes: { ...state.volumes, [key]: listing(answer, state.volumes[key]) } }));
}

async function volumesOf(hostId: string, pool: string): Promise<Answer<Volume[]>> {
  const names = await ask('pools.names', { hostId, pool });
  if (!names.ok || names.value.length === 0) return names.ok ? { ok: true, value: [] } : names;
  return ask('pools.describe', { hostId, pool, names: names.value.slice(0, 200) });
}

/** Volumes by name, those that match every word of the filter; the order is by name. */
export function filterVolumes(volumes: readonly Volume[], filter: string): readonly Volume[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return volumes
    .filter((volume) => words.every((word) => volume.name.toLowerCase().includes(word)))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}
