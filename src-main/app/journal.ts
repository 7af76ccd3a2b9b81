/**
 * The journal on disk: one file an operation, one record a line, each synced before what it tells of begins (journal-port.ts says what for).
 * Whatever is read back is checked; nothing is ever removed.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { namedOperation, operationFile, readOperation } from '../../src-core/contract/journal.ts';
import { journalVersion } from '../../src-core/journal/types.ts';
import type {
  BackupRecord,
  BeganRecord,
  EntryOutline,
  JournalEntry,
  JournalRecord,
  UnreadableEntry,
} from '../../src-core/journal/types.ts';
import { hashDefinition, withoutSecrets } from '../../src-core/rescue/record.ts';
import { redactStrings } from '../../src-core/rescue/redact.ts';
import {
  appendLine,
  codeOf,
  createFile,
  namesIn,
  prepareFolder,
  problemOf,
  readWhole,
  replaceFile,
  stampOf,
} from './journal-files.ts';
import type { Journal, JournalWriter } from './journal-port.ts';
import { mapLimited } from './patience.ts';
import { stateFolder } from './state-folder.ts';

export interface JournalOptions {
  readonly folder: string;
  readonly now: () => Date;
}

/** Files read at a time. */
const IN_FLIGHT = 16;

/** The journal of this person on this computer. */
export function openJournal(): Journal {
  return createJournal({ folder: join(stateFolder(), 'journal'), now: () => new Date() });
}

export function createJournal({ folder, now }: JournalOptions): Journal {
  const unwritable = (error: unknown) =>
    new SalvorError('journal-unwritable', { folder, problem: problemOf(error) }, codeOf(error) || null);
  const time = () => now().toISOString();

  const readFile = async (name: string): Promise<{ entry: JournalEntry } | { unreadable: UnreadableEntry }> => {
    if (namedOperation(name) === null)
      return { unreadable: { file: name, why: 'damaged', problem: 'its name is none of ours' } };
    try {
      const text = (await readWhole(folder, name)).toString('utf8');
      return readOperation(name, text, time());
    } catch (error) {
      return { unreadable: { file: name, why: 'damaged', problem: `it cannot be read: ${problemOf(error)}` } };
    }
  };
  // Files are read again only where they have changed: a history of years is looked at each time a host connects.
  const known = new Map<string, { stamp: string; entry: EntryOutline }>();
  const outline = async (name: string): Promise<{ entry: EntryOutline } | { unreadable: UnreadableEntry }> => {
    const stamp = await stampOf(folder, name);
    const seen = known.get(name);
    if (seen !== undefined && seen.stamp === stamp) return seen;
    const read = await readFile(name);
    if ('unreadable' in read) return read;
    const { began } = read.entry;
    const { definitionXml: _left, ...before } = began.before;
    const entry: EntryOutline = { ...read.entry, began: { ...began, before } };
    if (stamp !== null) known.set(name, { stamp, entry });
    return { entry };
  };
  const names = async (): Promise<string[]> => {
    const all = await namesIn(folder).catch((error: unknown) => Promise.reject(unreadable(folder, error)));
    return all.filter((name) => name.endsWith('.jsonl')).sort((one, other) => (one < other ? 1 : -1));
  };
  /** Names of files by operation: a file is never renamed, so that thousands can be asked for one by one. */
  const files = new Map<string, string>();
  const fileOf = async (id: string): Promise<string | undefined> => {
    if (!files.has(id)) for (const name of await names()) files.set(namedOperation(name)?.id ?? name, name);
    return files.get(id);
  };
  const find = async (id: string): Promise<{ name: string; entry: JournalEntry }> => {
    const name = await fileOf(id);
    const read = name === undefined ? null : await readFile(name);
    if (name === undefined || read === null) throw new SalvorError('entry-not-found', { id });
    if ('unreadable' in read) throw new SalvorError('entry-not-found', { id }, `${name}: ${read.unreadable.problem}`);
    return { name, entry: read.entry };
  };

  return {
    folder,
    begin: async (record, toKeep = 0) => {
      const began = withheld({ type: 'began', version: journalVersion(record.kind), at: time(), ...record });
      const name = operationFile(began);
      const line = `${JSON.stringify(began)}\n`;
      try {
        // What could not be read back afterwards would be no journal.
        const read = readOperation(name, line, began.at);
        if (namedOperation(name) === null) throw new Error('the operation or its domain has no UUID');
        if ('unreadable' in read) throw new Error(read.unreadable.problem);
        await prepareFolder(folder, toKeep);
        await createFile(folder, name, line);
      } catch (error) {
        throw unwritable(error);
      }
      return createWriter(folder, name, began.id, time);
    },
    reopen: async (id) => createWriter(folder, (await find(id)).name, id, time),
    read: async (uuid) => {
      const wanted = (await names()).filter(
        (name) => uuid === undefined || (namedOperation(name)?.uuid ?? uuid) === uuid,
      );
      const all = await mapLimited(wanted, IN_FLIGHT, outline);
      return {
        entries: all.flatMap((read) => ('entry' in read ? [read.entry] : [])),
        unreadable: all.flatMap((read) => ('unreadable' in read ? [read.unreadable] : [])),
      };
    },
    entry: async (id) => {
      const { entry } = await find(id);
      const { definition, definitionXml } = entry.began.before;
      if (hashDefinition(definitionXml) === definition) return entry;
      const problem = 'the definition that it keeps has another hash than the one it tells: one of the two was changed';
      return { ...entry, problems: [...entry.problems, problem] };
    },
    backupOf: async (id) => {
      const { name, entry } = await find(id);
      const record = entry.records.findLast((each) => each.type === 'backup');
      const damaged = (problem: string) => new SalvorError('backup-damaged', { id, problem });
      if (record === undefined) throw damaged('there is none');
      const bytes = await readWhole(folder, backupFile(name)).catch((error: unknown) => {
        throw damaged(problemOf(error));
      });
      if (bytes.length !== record.size) throw damaged(`it has ${bytes.length} bytes, not ${record.size}`);
      if (sha256(bytes) !== record.sha256) throw damaged('its hash is another one than when it was made');
      return { record, bytes };
    },
  };
}

/** The folder is there and cannot be listed: that is not the same as an empty journal. */
function unreadable(folder: string, error: unknown): SalvorError {
  return new SalvorError('file-unreadable', { path: folder }, problemOf(error));
}

function backupFile(name: string): string {
  return name.replace(/\.jsonl$/, '.nvram');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * A record without secrets: those that libvirt hides from whoever may not see them, in the definition, which stays one that can be defined;
 * passwords in addresses, wherever else they stand; properties that are called so.
 */
function withheld(record: BeganRecord): BeganRecord {
  const { before, order, ...others } = record;
  const asked = order.kind === 'rescue' ? { ...order, properties: withoutPasswords(order.properties) } : order;
  const definitionXml = withoutSecrets(before.definitionXml);
  return { ...redactStrings({ ...others, order: asked }), before: { ...before, definitionXml } };
}

/** Properties that no rescue depends on, and that somebody put a password into. */
function withoutPasswords(properties: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !/pass|secret|token/.test(name)));
}

/** Records of one operation, one after the other; the first that cannot be written is remembered, and the run goes on. */
function createWriter(folder: string, name: string, id: string, time: () => string): JournalWriter {
  let problem: string | null = null;
  let last: Promise<void> = Promise.resolve();
  const append = (record: JournalRecord): Promise<void> => {
    const line = JSON.stringify(redactStrings(record));
    const synced = record.type !== 'step' || record.state === 'running';
    const write = () => appendLine(folder, name, line, synced);
    return (last = last.then(write, write));
  };
  const write = (record: JournalRecord): Promise<void> =>
    append(record).catch((error: unknown) => {
      problem ??= problemOf(error);
    });
  return {
    id,
    step: (step, state) => write({ type: 'step', at: time(), id: step, state }),
    note: (text) => write({ type: 'note', at: time(), text }),
    backup: async (path, bytes) => {
      const record: BackupRecord = { type: 'backup', at: time(), path, size: bytes.length, sha256: sha256(bytes) };
      try {
        await replaceFile(folder, backupFile(name), bytes);
        await append(record);
      } catch (error) {
        throw new SalvorError('journal-unwritable', { folder, problem: problemOf(error) }, codeOf(error) || null);
      }
      return record;
    },
    ended: (record) => write({ type: 'ended', at: time(), ...record }),
    closed: (how, by) => write({ type: 'closed', at: time(), by, how }),
    problem: () => problem,
  };
}
