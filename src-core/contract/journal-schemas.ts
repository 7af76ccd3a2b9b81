/** What the window is told of the journal, of operations that were not finished, and of files that were left over. */
import { z } from 'zod';
import type { Closing, JournalEntry, OperationKind, Outcome, UnreadableEntry } from '../journal/types.ts';
import type { Way } from '../journal/resume.ts';
import type { MachineKey } from './schemas.ts';

/** How an operation stands: as it ended, or `running` while somebody on this computer is at it, or `unfinished`. */
export const HISTORY_OUTCOMES = ['running', 'unfinished', 'done', 'failed', 'cancelled'] as const;
export type HistoryOutcome = Extract<(typeof HISTORY_OUTCOMES)[number], Outcome | 'running' | 'unfinished'>;

/** A line of the history. The rest, the definition among it, is asked for when somebody looks: there may be thousands of them. */
export interface HistoryRow {
  readonly id: string;
  readonly kind: OperationKind;
  /** Id of the rescue that it was about; null: none. */
  readonly session: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly endedAt: string | null;
  readonly by: string;
  readonly host: { readonly uri: string; readonly hostname: string };
  readonly domain: { readonly uuid: string; readonly name: string };
  /** The medium that boots, in words; null: an ending. */
  readonly medium: string | null;
  readonly outcome: HistoryOutcome;
  readonly closed: Closing | null;
  /** Is a copy of the guest's UEFI variables kept with it? */
  readonly backup: boolean;
  /** How many things are wrong with its file. */
  readonly problems: number;
}

export interface History {
  /** Where the journal is, for people. */
  readonly folder: string;
  /** Newest first. */
  readonly rows: readonly HistoryRow[];
  readonly unreadable: readonly UnreadableEntry[];
}

export const REPORT_FORMATS = ['json', 'text'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface Offer {
  readonly way: Way;
  /** What it will do, in words. */
  readonly does: string;
  /** At most one is; none where only the administrator can know. */
  readonly recommended: boolean;
  /** Why it cannot be done now, in words; null: it can. */
  readonly reason: string | null;
  /** Does it have to stop a guest that runs? Then how is asked. */
  readonly stops: boolean;
}

export interface Unfinished {
  /** Of the journal's entry. */
  readonly operationId: string;
  readonly kind: OperationKind;
  /** When and by whom it was begun. */
  readonly at: string;
  readonly by: string;
  readonly host: { readonly uri: string; readonly hostname: string };
  readonly domain: { readonly uuid: string; readonly name: string };
  /** Where it can be reached now; null: its host is not connected, or the domain is gone from it. */
  readonly machine: MachineKey | null;
  /** The row of docs/recovery.md, or `unreachable` while the host is not connected. */
  readonly situation: string;
  /** What happened, and how things stand now, each a sentence or two. */
  readonly happened: string;
  readonly stands: string;
  /** The recommended one first. Empty while the host is not connected. */
  readonly offers: readonly Offer[];
}

/** A file (or a snapshot, or a transient pool) of a session that has ended. */
export interface Leftover {
  /** Names it within its host. */
  readonly id: string;
  readonly kind: 'overlay' | 'volume' | 'nvram' | 'snapshot' | 'pool';
  /** Path on the host; of a snapshot or a pool, its name. */
  readonly name: string;
  /** Bytes; null: not told. */
  readonly size: number | null;
  readonly domain: { readonly uuid: string; readonly name: string } | null;
  /** What says that it is Salvor's own, in words; of one that is not removable, why not. */
  readonly why: string;
  readonly removable: boolean;
}

/** A session of this computer's journal that its domain is not in any more, and nobody here ended. */
export interface EndedUnseen {
  readonly session: string;
  readonly domain: string;
  /** When it was begun, and by whom. */
  readonly at: string;
  readonly by: string;
  /** What is known of its end, in a sentence. */
  readonly told: string;
}

export interface Leftovers {
  readonly leftovers: readonly Leftover[];
  /** Sessions that were never seen to end, and have: told, nothing to do. */
  readonly endedUnseen: readonly EndedUnseen[];
}

/** What became of each that was to be removed: `problem` null where it is gone. */
export interface Removal {
  readonly id: string;
  readonly problem: string | null;
}

function fromCore<T>() {
  return z.custom<T>((value) => typeof value === 'object' && value !== null);
}

export const historySchema = fromCore<History>();
export const journalEntrySchema = fromCore<JournalEntry>();
export const unfinishedSchema = fromCore<Unfinished>();
export const leftoversSchema = fromCore<Leftovers>();
export const removalSchema = fromCore<Removal>();
