/**
 * The journal: what Salvor did on this computer, one file an operation, one record a step, each synced to disk before what it tells begins.
 *
 * operation  one rescue, one ending, one putting back of UEFI variables, one hard reboot or one migration, from first record to last
 * record     one line of an operation's file, JSON
 * entry      an operation as its records, read together, tell of it
 * session    a rescue from its start to its end: two operations share its id
 *
 * No record holds a secret: definitions are written as withoutSecrets() leaves them.
 */
import type { MigrationOrder } from '../migration/types.ts';
import type { RebootSession } from '../reboot/types.ts';
import type { RescueRequest, SessionKind, StopRequest, DomainState } from '../rescue/types.ts';

export const OPERATION_KINDS = ['rescue', 'end', 'nvram', 'hard-reboot', 'migrate'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** The highest that this Salvor reads. A file with a higher one is shown, and never acted on. */
export const JOURNAL_VERSION = 2;

/**
 * What is written into the first record. It grows when a reader of an older Salvor would misread a record: kinds that there always were keep
 * theirs, so that an older Salvor goes on with them.
 */
export function journalVersion(kind: OperationKind): number {
  return kind === 'hard-reboot' || kind === 'migrate' ? 2 : 1;
}

export const RECORDED_STATES = ['running', 'done', 'failed', 'undone'] as const;
export type RecordedState = (typeof RECORDED_STATES)[number];

/** How an operation ended, by its own account. `failed`: and what was done was taken back, or could not be: `stands` says. */
export const OUTCOMES = ['done', 'failed', 'cancelled'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why an entry needs nobody's attention any more, where its own last record does not say so. */
export const CLOSINGS = ['finished', 'rolled-back', 'forgotten', 'session-ended'] as const;
export type Closing = (typeof CLOSINGS)[number];

/** The domain before the first change. */
export interface StateBefore {
  readonly state: DomainState;
  readonly persistent: boolean;
  readonly autostart: boolean;
  /** hashDefinition() of its definition; of a transient domain, of the XML it ran from. */
  readonly definition: string;
  /** That definition, without secrets: what a person defines again when nothing else is left. */
  readonly definitionXml: string;
}

/** A file on the host that the operation makes, or has libvirt make, and what it is: nothing else is ever offered for removal. */
export interface MadeFile {
  /** `overlay`: libvirt's own, of a <transient/> disk; `volume`: an overlay in the pool that the request names. */
  readonly kind: 'overlay' | 'volume' | 'nvram' | 'snapshot';
  /** Path on the host; of a snapshot, its name. */
  readonly name: string;
}

/** The first record, synced before anything is touched: all that is needed to put things right from it alone. */
export interface BeganRecord {
  readonly type: 'began';
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly id: string;
  readonly kind: OperationKind;
  /** user@workstation */
  readonly by: string;
  /** `uri` without passwords. */
  readonly host: { readonly uri: string; readonly hostname: string };
  readonly domain: { readonly uuid: string; readonly name: string };
  /** Of an operation `rescue`, the session's id is the operation's own. null: a hard reboot or a migration of a guest that is in none. */
  readonly session: { readonly id: string; readonly kind: SessionKind; readonly transient: boolean } | null;
  /**
   * What was asked for: of a rescue its request and the medium's properties; of an ending how to stop, and the power afterwards; of UEFI
   * variables, whose copy is put back (of the operation `of`) and into which file; of a hard reboot how to stop, and what becomes of a rescue;
   * of a migration where to and how.
   */
  readonly order:
    | {
        readonly kind: 'rescue';
        readonly request: RescueRequest;
        readonly properties: Readonly<Record<string, string>>;
      }
    | { readonly kind: 'end'; readonly stop: StopRequest; readonly power: 'as-before' | 'on' | 'off' }
    | { readonly kind: 'nvram'; readonly of: string; readonly path: string }
    | { readonly kind: 'hard-reboot'; readonly stop: StopRequest; readonly session: RebootSession }
    | { readonly kind: 'migrate'; readonly migration: MigrationOrder };
  readonly before: StateBefore;
  /** hashDefinition() of the rescue definition; null for anything but a rescue. */
  readonly rescueDefinition: string | null;
  readonly steps: readonly { readonly id: string; readonly text: string }[];
  readonly files: readonly MadeFile[];
}

export interface StepRecord {
  readonly type: 'step';
  readonly at: string;
  readonly id: string;
  readonly state: RecordedState;
}

/** The guest's UEFI variables as they were, kept beside the journal. */
export interface BackupRecord {
  readonly type: 'backup';
  readonly at: string;
  /** Path on the host. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** Something worth telling that is no step: in words, for a reader. */
export interface NoteRecord {
  readonly type: 'note';
  readonly at: string;
  readonly text: string;
}

/** The last record of the operation itself. */
export interface EndedRecord {
  readonly type: 'ended';
  readonly at: string;
  readonly outcome: Outcome;
  /** Code of the error; null when done. */
  readonly code: string | null;
  /** What happened and how things stand, as the administrator was told. */
  readonly message: string | null;
  readonly unchanged: string | null;
  /** hashDefinition() of the definition afterwards; null: not known, or there is none. */
  readonly definition: string | null;
}

/** Somebody, or another operation, has dealt with it. */
export interface ClosedRecord {
  readonly type: 'closed';
  readonly at: string;
  readonly by: string;
  readonly how: Closing;
}

export type JournalRecord = BeganRecord | StepRecord | BackupRecord | NoteRecord | EndedRecord | ClosedRecord;

/** An operation, as its file tells of it. */
export interface JournalEntry {
  readonly began: BeganRecord;
  /** All further records, in the order of the file. */
  readonly records: readonly Exclude<JournalRecord, BeganRecord>[];
  readonly ended: EndedRecord | null;
  readonly closed: ClosedRecord | null;
  /** What is wrong with the file, in words: a last line cut off, records in an order that clocks do not have. Empty: nothing. */
  readonly problems: readonly string[];
}

/** An entry without the definition that it keeps: there may be thousands of them. */
export type EntryOutline = Omit<JournalEntry, 'began'> & {
  readonly began: Omit<BeganRecord, 'before'> & { readonly before: Omit<StateBefore, 'definitionXml'> };
};

/** An entry of an operation on a rescue session: what the table of resume.ts is about. */
export type SessionEntry<E extends EntryOutline = EntryOutline> = E & {
  readonly began: { readonly kind: SessionOperation; readonly session: NonNullable<BeganRecord['session']> };
};
export type SessionOperation = Extract<OperationKind, 'rescue' | 'end' | 'nvram'>;

export function isOfSession<E extends EntryOutline>(entry: E): entry is SessionEntry<E> {
  return entry.began.kind !== 'hard-reboot' && entry.began.kind !== 'migrate' && entry.began.session !== null;
}

/** A file that cannot be read as an operation: shown as it is named, never acted on, never removed. */
export interface UnreadableEntry {
  readonly file: string;
  /** `newer`: a newer Salvor wrote it. */
  readonly why: 'newer' | 'damaged';
  readonly problem: string;
}
