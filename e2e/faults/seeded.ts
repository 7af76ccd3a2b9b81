/** Chance that can be repeated: SALVOR_SEED, which vitest.config.ts gives to all files of a run. */

export interface Chance {
  readonly seed: number;
  /** From 0 up to 1, without it. */
  readonly next: () => number;
  /** A whole number from 0 up to `end`, without it. */
  readonly below: (end: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
  /** So many of them, in their order. */
  readonly sample: <T>(items: readonly T[], count: number) => T[];
}

/** Mulberry32, each purpose with a stream of its own, so that one more trial of one kind changes no other. */
export function chance(purpose: string, seed = Number(process.env['SALVOR_SEED'])): Chance {
  let state = seed;
  for (const letter of purpose) state = (Math.imul(state, 31) + (letter.codePointAt(0) ?? 0)) | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return {
    seed,
    next,
    below,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    sample: (items, count) => {
      const keyed = items.map((item, place) => ({ item, place, key: next() }));
      const chosen = keyed.sort((one, other) => one.key - other.key).slice(0, count);
      return chosen.sort((one, other) => one.place - other.place).map(({ item }) => item);
    },
  };
}
