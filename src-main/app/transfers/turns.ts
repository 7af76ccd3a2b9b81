/** So many at once; the others wait in the order in which they came. */
export interface Turns {
  /** Do the work when it is its turn, or at once when it is not wanted any more: it sees to that itself. Settles as the work does. */
  readonly take: <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;
}

export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = [];
  let taken = 0;

  /** true: a turn was taken, and is to be given back. */
  const wait = (signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      const take = () => {
        taken += 1;
        resolve(true);
      };
      if (taken < atOnce) {
        take();
        return;
      }
      waiting.push(take);
      signal.addEventListener(
        'abort',
        () => {
          const place = waiting.indexOf(take);
          if (place === -1) return;
          waiting.splice(place, 1);
          resolve(false);
        },
        { once: true },
      );
    });

  return {
    take: async (signal, work) => {
      const mine = await wait(signal);
      try {
        return await work();
      } finally {
        if (mine) {
          taken -= 1;
          waiting.shift()?.();
        }
      }
    },
  };
}
