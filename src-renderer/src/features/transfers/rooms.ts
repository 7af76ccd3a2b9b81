/** What each of the files would need in the chosen pool, asked for as names and pool change. */
import { useEffect, useState } from 'react';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { RoomForTransfer } from '../../../../src-core/contract/transfer.ts';
import { ask } from '../../app/salvor.ts';
import type { PoolPlace, SendItem } from '../../app/stores/sending.ts';

export interface RoomOf {
  readonly room: RoomForTransfer | null;
  readonly error: ErrorData | null;
}

/** Whoever types a name is not asked about at each letter. */
const REST_MS = 200;

/** By id of the item; an item that is missing is not known yet. */
export type Rooms = Readonly<Record<string, RoomOf>>;

export function useRooms(items: readonly SendItem[], place: PoolPlace | null): Rooms {
  const [known, setKnown] = useState<{ readonly question: string; readonly rooms: Rooms }>({ question: '', rooms: {} });
  const question = JSON.stringify([place, items.map(({ id, name }) => [id, name])]);
  useEffect(() => {
    if (place === null) return;
    let left = false;
    const timer = window.setTimeout(() => {
      void Promise.all(items.map(async (item) => [item.id, await roomOf(item, place)] as const)).then((rooms) => {
        if (!left) setKnown({ question, rooms: Object.fromEntries(rooms) });
      });
    }, REST_MS);
    return () => {
      left = true;
      window.clearTimeout(timer);
    };
    // The question says all of items and place that the answer depends on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [question]);
  return known.question === question ? known.rooms : {};
}

async function roomOf({ file, from, name }: SendItem, { hostId, pool }: PoolPlace): Promise<RoomOf> {
  if (name.trim() === '') return { room: null, error: null };
  const answer = await ask('transfers.room', { token: file?.token ?? null, from, to: { hostId, pool, name } });
  return answer.ok ? { room: answer.value, error: null } : { room: null, error: answer.error };
}

export const HINDRANCES = ['host', 'pool', 'name', 'twice', 'looking', 'problem', 'sum'] as const;
export type Hindrance = (typeof HINDRANCES)[number];

/** Why it cannot start; null: it can. `sum`: each would fit, all together do not. */
export function hindranceOf(
  items: readonly SendItem[],
  place: PoolPlace | null,
  hostId: string | null,
  rooms: Rooms,
): Hindrance | null {
  if (hostId === null) return 'host';
  if (place === null) return 'pool';
  const names = items.map(({ name }) => name);
  if (names.some((name) => name.trim() === '')) return 'name';
  if (new Set(names).size < names.length) return 'twice';
  const all = items.map(({ id }) => rooms[id]);
  if (all.some((one) => one === undefined)) return 'looking';
  if (all.some((one) => one?.error != null || one?.room?.problem != null)) return 'problem';
  const { needed, available } = sumOfRooms(items, rooms);
  return available !== null && needed > available ? 'sum' : null;
}

/** Bytes that all of them need, and that the pool has free (null: not told). */
export function sumOfRooms(
  items: readonly SendItem[],
  rooms: Rooms,
): { readonly needed: number; readonly available: number | null } {
  const all = items.flatMap(({ id }) => rooms[id]?.room ?? []);
  const free = all.map(({ available }) => available).filter((one) => one !== null);
  return {
    needed: all.reduce((sum, { needed }) => sum + needed, 0),
    available: free.length === 0 ? null : Math.min(...free),
  };
}
