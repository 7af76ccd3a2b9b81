/** The newest of what was made, by a key: previews, so that drift from them can be named. */
export interface Remembered<T> {
  readonly keep: (key: string, made: T) => void;
  /** null: forgotten, or never made. */
  readonly of: (key: string) => T | null;
}

/** `most`: how many; the oldest is forgotten first. */
export function remembered<T>(most: number): Remembered<T> {
  const made = new Map<string, T>();
  return {
    keep: (key, one) => {
      made.delete(key);
      made.set(key, one);
      for (const oldest of made.keys()) if (made.size > most) made.delete(oldest);
    },
    of: (key) => made.get(key) ?? null,
  };
}
