/** What boundary.ts is told, and what it tells. */

export const WHENS = ['before', 'torn', 'after'] as const;
/** `before` the record is written, in the middle of it, or right `after` it is on disk. */
export type When = (typeof WHENS)[number];

export interface Fault {
  /** The journal's folder: only syncs below it are counted. */
  readonly folder: string;
  /** Where each sync is told (one Passed a line); null: nowhere. */
  readonly log: string | null;
  /** The sync to act at, from 1; 0: none. */
  readonly at: number;
  readonly when: When;
  /** End itself, stand still until it is let go, or tell that it is there and go on. */
  readonly then: 'kill' | 'hold' | 'tell';
  /** With `kill`: so long after the sync. */
  readonly afterMs: number;
  /** The file it makes when it is there, and, with `hold`, the one it waits for. */
  readonly held: string;
  readonly go: string;
}

/** A sync that was passed. */
export interface Passed {
  readonly number: number;
  readonly record: string;
  /** Milliseconds since the process began. */
  readonly at: number;
}
