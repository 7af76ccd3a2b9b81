/** What services need of the journal. Implemented by journal.ts; nothing here touches a disk. */
import type {
  BackupRecord,
  BeganRecord,
  Closing,
  EndedRecord,
  EntryOutline,
  JournalEntry,
  RecordedState,
  UnreadableEntry,
} from '../../src-core/journal/types.ts';

/** Appends to one operation. Nothing but `begin` ever rejects: a rescue under way is not given up because its journal cannot be written. */
export interface JournalWriter {
  readonly id: string;
  /**
   * `running` is written, and synced when it resolves, before the step begins. What became of a step is synced with the next record: lost in a
   * crash of the whole computer, the step counts as begun, which is what it is looked into for.
   */
  readonly step: (id: string, state: RecordedState) => Promise<void>;
  readonly note: (text: string) => Promise<void>;
  /** Keep the guest's UEFI variables beside the journal, synced. Rejects with journal-unwritable: the caller has touched nothing that it cannot take back. */
  readonly backup: (path: string, bytes: Uint8Array) => Promise<BackupRecord>;
  readonly ended: (record: Omit<EndedRecord, 'type' | 'at'>) => Promise<void>;
  readonly closed: (how: Closing, by: string) => Promise<void>;
  /** Why a record could not be written, in words; null: all were. */
  readonly problem: () => string | null;
}

export interface Journal {
  /** The folder, for people. */
  readonly folder: string;
  /**
   * Begin an operation: its first record is on disk when this resolves, and there was room for its further ones and for `toKeep` bytes of a
   * backup. Throws journal-unwritable, and then nothing is begun.
   */
  readonly begin: (record: Omit<BeganRecord, 'type' | 'version' | 'at'>, toKeep?: number) => Promise<JournalWriter>;
  /** Go on with an operation that was begun earlier. Throws entry-not-found. */
  readonly reopen: (id: string) => Promise<JournalWriter>;
  /**
   * All operations, the newest first, and what could not be read. `uuid`: of that domain alone (a file whose name tells no domain is told in
   * any case). Throws file-unreadable where the folder is there and cannot be listed.
   */
  readonly read: (uuid?: string) => Promise<{ entries: EntryOutline[]; unreadable: UnreadableEntry[] }>;
  /** One operation. Throws entry-not-found. */
  readonly entry: (id: string) => Promise<JournalEntry>;
  /** The bytes of a backup, checked against its hash. Throws backup-damaged. */
  readonly backupOf: (id: string) => Promise<{ record: BackupRecord; bytes: Uint8Array }>;
}
