/** How fast a transfer is over the last seconds, and how long it will take. */

const WINDOW_MS = 5000;
/** Sooner than this nothing is said: the first pieces go into buffers. */
const LEAST_MS = 1000;

interface Sample {
  readonly at: number;
  readonly done: number;
  readonly sent: number;
}

export interface Speed {
  /** Note how far it is. `at`: milliseconds of any clock that only goes forward. */
  readonly note: (at: number, done: number, sent: number) => void;
  /** Bytes over the connection a second; null: too early to say. */
  readonly rate: () => number | null;
  /** Seconds until `size` is reached at the pace of the last seconds; null: too early to say, or it stands still. */
  readonly secondsLeft: (size: number) => number | null;
}

export function createSpeed(): Speed {
  let samples: Sample[] = [];
  const span = (): { seconds: number; first: Sample; last: Sample } | null => {
    const first = samples[0];
    const last = samples.at(-1);
    if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return null;
    return { seconds: (last.at - first.at) / 1000, first, last };
  };
  return {
    note: (at, done, sent) => {
      samples = [...samples.filter((sample) => sample.at >= at - WINDOW_MS), { at, done, sent }];
    },
    rate: () => {
      const known = span();
      return known === null ? null : Math.round((known.last.sent - known.first.sent) / known.seconds);
    },
    secondsLeft: (size) => {
      const known = span();
      if (known === null || known.last.done <= known.first.done) return null;
      const pace = (known.last.done - known.first.done) / known.seconds;
      return Math.max(0, Math.ceil((size - known.last.done) / pace));
    },
  };
}
