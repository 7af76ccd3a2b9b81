/** What services log. Whoever implements it replaces passwords first. */
export interface Log {
  readonly info: (message: string) => void;
  /** The error's stack, if any, goes to the log and nowhere else. */
  readonly warn: (message: string, error?: unknown) => void;
  readonly error: (message: string, error?: unknown) => void;
}
