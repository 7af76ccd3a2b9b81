/** Something to wait for, with a time limit; a ring that comes while nobody waits is kept for the next one. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves at the next ring, or after so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (milliseconds) => {
      if (!rung)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      wake = null;
      rung = false;
    },
  };
}
