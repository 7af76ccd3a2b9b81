/** A journal in memory, read back through the same checks as one on disk. */
import { createHash } from 'node:crypto';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { operationFile, readOperation } from '../../src-core/contract/journal.ts';
import { journalVersion } from '../../src-core/journal/types.ts';
import type { BackupRecord, JournalEntry, JournalRecord } from '../../src-core/journal/types.ts';
import type { Journal, JournalWriter } from './journal-port.ts';

const FOLDER = '/state/journal';

export interface MemoryJournal extends Journal {
  /** Every record of all operations, in the order they were written. */
  readonly written: readonly JournalRecord[];
  /** From now on nothing can be written, for this reason; null: it can again. */
  readonly fail: (problem: string | null) => void;
}

/** `onRecord` is called right before a record is kept: a test can look at how things stand then. */
export function memoryJournal(onRecord: (record: JournalRecord) => void = () => undefined): MemoryJournal {
  const operations = new Map<string, JournalRecord[]>();
  const backups = new Map<string, Uint8Array>();
  const written: JournalRecord[] = [];
  let failing: string | null = null;
  const time = () => new Date().toISOString();
  const unwritable = () => new SalvorError('journal-unwritable', { folder: FOLDER, problem: failing ?? '' });
  const keep = (id: string, record: JournalRecord) => {
    onRecord(record);
    operations.set(id, [...(operations.get(id) ?? []), record]);
    written.push(record);
  };
  const entry = (id: string): JournalEntry => {
    const records = operations.get(id);
    const [began] = records ?? [];
    if (records === undefined || began?.type !== 'began') throw new SalvorError('entry-not-found', { id });
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    const read = readOperation(operationFile(began), text, time());
    if ('entry' in read) return read.entry;
    throw new Error(`the journal of ${id} cannot be read back: ${read.unreadable.problem}`);
  };
  const writer = (id: string): JournalWriter => {
    let problem: string | null = null;
    const write = (record: JournalRecord): Promise<void> => {
      if (failing === null) keep(id, record);
      else problem ??= failing;
      return Promise.resolve();
    };
    return {
      id,
      step: (step, state) => write({ type: 'step', at: time(), id: step, state }),
      note: (text) => write({ type: 'note', at: time(), text }),
      backup: (path, bytes) => {
        if (failing !== null) return Promise.reject(unwritable());
        const record: BackupRecord = { type: 'backup', at: time(), path, size: bytes.length, sha256: sha256(bytes) };
        backups.set(id, bytes);
        keep(id, record);
        return Promise.resolve(record);
      },
      ended: (record) => write({ type: 'ended', at: time(), ...record }),
      closed: (how, by) => write({ type: 'closed', at: time(), by, how }),
      problem: () => problem,
    };
  };
  return {
    folder: FOLDER,
    written,
    fail: (problem) => (failing = problem),
    begin: (record) => {
      if (failing !== null) return Promise.reject(unwritable());
      keep(record.id, { type: 'began', version: journalVersion(record.kind), at: time(), ...record });
      entry(record.id);
      return Promise.resolve(writer(record.id));
    },
    reopen: async (id) => writer((await Promise.resolve(entry(id))).began.id),
    read: (uuid) => {
      const entries = [...operations.keys()].map(entry).reverse();
      const wanted = entries.filter(({ began }) => uuid === undefined || began.domain.uuid === uuid);
      return Promise.resolve({ entries: wanted, unreadable: [] });
    },
    entry: (id) => Promise.resolve().then(() => entry(id)),
    backupOf: (id) =>
      Promise.resolve().then(() => {
        const record = entry(id).records.findLast((each) => each.type === 'backup');
        const bytes = backups.get(id);
        if (record === undefined || bytes === undefined)
          throw new SalvorError('backup-damaged', { id, problem: 'there is none' });
        return { record, bytes };
      }),
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
