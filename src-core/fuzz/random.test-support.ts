/** Numbers by chance that a seed repeats (mulberry32), for runs too long for a shrinking generator. */
export interface Random {
  /** A whole number from 0, below the bound. */
  readonly below: (bound: number) => number;
  readonly pick: <Item>(list: readonly Item[]) => Item;
  readonly chance: (share: number) => boolean;
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    pick: <Item>(list: readonly Item[]): Item => list[below(list.length)] as Item,
    chance: (share) => next() < share,
  };
}
