/**
 * Pools of hosts and their volumes. A pool can hold thousands: their names come in one answer, and what each one is when its row comes in
 * sight.
 */
import { create } from 'zustand';
import type { Answer } from '../../../../src-core/contract/channels.ts';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { Pool, Volume } from '../../../../src-core/contract/schemas.ts';
import { searchWords } from '../../components/search-words.ts';
import { ask } from '../salvor.ts';

/** How many are described in one answer: a screen of them comes at once, and the next screen is not long behind. */
const MOST_AT_ONCE = 60;

interface PoolsOf {
  /** null: not known yet. */
  readonly items: readonly Pool[] | null;
  readonly error: ErrorData | null;
}

export interface VolumesOf {
  /** Of all volumes, as people sort them; null: not known yet. */
  readonly names: readonly string[] | null;
  /** Those that came in sight; null: it has gone. */
  readonly described: ReadonlyMap<string, Volume | null>;
  readonly error: ErrorData | null;
}

interface PoolsState {
  readonly pools: Readonly<Record<string, PoolsOf>>;
  /** By poolKey. */
  readonly volumes: Readonly<Record<string, VolumesOf>>;
}

export const usePools = create<PoolsState>()(() => ({ pools: {}, volumes: {} }));

const NO_VOLUMES: VolumesOf = { names: null, described: new Map(), error: null };

/** What the store does not show: which descriptions are wanted, which were asked for since the names came, and whether one is under way. */
interface Reading {
  wanted: readonly string[];
  readonly asked: Set<string>;
  busy: boolean;
}

const readings = new Map<string, Reading>();

function poolKey(hostId: string, pool: string): string {
  return `${hostId}/${pool}`;
}

export function selectVolumes({ volumes }: PoolsState, hostId: string, pool: string): VolumesOf {
  return volumes[poolKey(hostId, pool)] ?? NO_VOLUMES;
}

function putVolumes(hostId: string, pool: string, change: (before: VolumesOf) => Partial<VolumesOf>): void {
  usePools.setState((state) => {
    const before = selectVolumes(state, hostId, pool);
    return { volumes: { ...state.volumes, [poolKey(hostId, pool)]: { ...before, ...change(before) } } };
  });
}

/** Counts the questions, by what they are for. */
const questions = new Map<string, number>();

/** Begin a question; tells of its answer whether it was overtaken by a later question, and is to be dropped. */
function question(about: string): () => boolean {
  const own = (questions.get(about) ?? 0) + 1;
  questions.set(about, own);
  return () => questions.get(about) !== own;
}

/** The pools of a host. What was known stays in sight until the answer is there. */
export async function loadPools(hostId: string): Promise<void> {
  const isOvertaken = question(hostId);
  const answer = await ask('pools.list', { hostId });
  if (isOvertaken()) return;
  usePools.setState(({ pools }) => {
    const before = pools[hostId]?.items ?? null;
    const now = answer.ok ? { items: answer.value, error: null } : { items: before, error: answer.error };
    return { pools: { ...pools, [hostId]: now } };
  });
}

const COLLATOR = new Intl.Collator('en', { numeric: true });

/** The names of the volumes of one pool, anew. What is known of each stays in sight until it is asked for again. */
export async function loadVolumes(hostId: string, pool: string): Promise<void> {
  const isOvertaken = question(poolKey(hostId, pool));
  const answer = await ask('pools.names', { hostId, pool });
  if (isOvertaken()) return;
  readings.delete(poolKey(hostId, pool));
  putVolumes(hostId, pool, () =>
    answer.ok ? { names: answer.value.toSorted(COLLATOR.compare), error: null } : { error: answer.error },
  );
}

/** These are in sight: what they are is asked for, where it was not yet. Those asked for before and out of sight again are left. */
export function wantVolumes(hostId: string, pool: string, names: readonly string[]): void {
  const key = poolKey(hostId, pool);
  const reading = readings.get(key) ?? { wanted: [], asked: new Set<string>(), busy: false };
  readings.set(key, reading);
  reading.wanted = names;
  if (!reading.busy) void describe(hostId, pool, reading);
}

/** Look at one again, now: it may have gone since. */
export async function lookAgain(hostId: string, pool: string, name: string): Promise<void> {
  const answer = await ask('pools.describe', { hostId, pool, names: [name] });
  putDescribed(hostId, pool, [name], answer);
}

async function describe(hostId: string, pool: string, reading: Reading): Promise<void> {
  reading.busy = true;
  for (;;) {
    const names = reading.wanted.filter((name) => !reading.asked.has(name)).slice(0, MOST_AT_ONCE);
    if (names.length === 0) break;
    for (const name of names) reading.asked.add(name);
    const answer = await ask('pools.describe', { hostId, pool, names });
    putDescribed(hostId, pool, names, answer);
    if (answer.ok) continue;
    // Asked again when one scrolls on, or looks anew.
    for (const name of names) reading.asked.delete(name);
    break;
  }
  reading.busy = false;
}

function putDescribed(hostId: string, pool: string, names: readonly string[], answer: Answer<Volume[]>): void {
  putVolumes(hostId, pool, ({ described }) => {
    if (!answer.ok) return { error: answer.error };
    const next = new Map(described);
    // One that is not in the answer has gone.
    for (const name of names) next.set(name, null);
    for (const volume of answer.value) next.set(volume.name, volume);
    return { described: next };
  });
}

/** Names that have every word of the filter in them. */
export function filterNames(names: readonly string[], filter: string): readonly string[] {
  const words = searchWords(filter);
  if (words.length === 0) return names;
  return names.filter((name) => {
    const lower = name.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
}

/** Change a pool and show what has become of it, volumes and all; the error, or null. */
export async function changePool(
  what: 'pools.refresh' | 'pools.start',
  hostId: string,
  pool: string,
): Promise<ErrorData | null> {
  const answer = await ask(what, { hostId, pool });
  if (answer.ok) {
    // A list that was asked for before does not know of it.
    question(hostId);
    usePools.setState(({ pools }) => {
      const before = pools[hostId] ?? { items: null, error: null };
      const items = before.items?.map((one) => (one.name === pool ? answer.value : one)) ?? null;
      return { pools: { ...pools, [hostId]: { ...before, items } } };
    });
    await loadVolumes(hostId, pool);
  }
  return answer.ok ? null : answer.error;
}
