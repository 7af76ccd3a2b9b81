import {
  appendFile,
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { BeganRecord } from '../../src-core/journal/types.ts';
import { hashDefinition } from '../../src-core/rescue/record.ts';
import { DEFINITION, REQUEST, UUID } from './fake-hypervisor.test-support.ts';
import { createJournal } from './journal.ts';
import type { Journal } from './journal-port.ts';

const ID = '0f0e0d0c-0b0a-4908-8706-050403020100';
const OTHER_ID = '1f0e0d0c-0b0a-4908-8706-050403020100';

function began(change: Partial<BeganRecord> = {}): Omit<BeganRecord, 'type' | 'version' | 'at'> {
  const id = change.id ?? ID;
  return {
    id,
    kind: 'rescue',
    by: 'tester@here',
    host: { uri: 'qemu:///system', hostname: 'node-1' },
    domain: { uuid: UUID, name: 'web' },
    session: { id, kind: 'one-shot', transient: false },
    order: { kind: 'rescue', request: REQUEST, properties: {} },
    before: {
      state: 'running',
      persistent: true,
      autostart: false,
      definition: hashDefinition(DEFINITION),
      definitionXml: DEFINITION,
    },
    rescueDefinition: 'a'.repeat(64),
    steps: [{ id: 'stop', text: 'Force it off' }],
    files: [],
    ...change,
  };
}

let state: string;
let folder: string;
let clock: number;
let journal: Journal;

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'salvor-journal-'));
  folder = join(state, 'journal');
  clock = Date.parse('2026-02-03T04:05:06.000Z');
  journal = createJournal({ folder, now: () => new Date((clock += 1000)) });
});
afterEach(() => rm(state, { recursive: true, force: true }));

async function problemOf(work: Promise<unknown>): Promise<{ code: string; message: string; detail: string | null }> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SalvorError)) throw new Error(`no error of ours: ${String(error)}`);
  return error.data;
}

const onlyFile = async () => {
  const [name, ...more] = await readdir(folder);
  if (name === undefined || more.length > 0) throw new Error(`not one file but ${[name, ...more].join(', ')}`);
  return join(folder, name);
};
const mode = async (path: string) => (await lstat(path)).mode & 0o777;

describe('what is written', () => {
  test('one file an operation, one line a record, in their order; read back as an entry', async () => {
    const writer = await journal.begin(began());
    await writer.step('stop', 'running');
    await writer.note('3 s left');
    await writer.step('stop', 'done');
    await writer.ended({ outcome: 'done', code: null, message: null, unchanged: null, definition: 'b'.repeat(64) });
    await writer.closed('finished', 'other@here');
    expect(await onlyFile()).toBe(join(folder, `2026-02-03T04-05-07.000Z-${UUID}-${ID}.jsonl`));
    const lines = (await readFile(await onlyFile(), 'utf8')).split('\n');
    expect(lines.map((line) => (line === '' ? '' : (JSON.parse(line) as { type: string }).type))).toEqual([
      'began',
      'step',
      'note',
      'step',
      'ended',
      'closed',
      '',
    ]);
    const entry = await journal.entry(ID);
    expect(entry.began).toMatchObject({ at: '2026-02-03T04:05:07.000Z', version: 1, by: 'tester@here' });
    expect(entry.records.map(({ type }) => type)).toEqual(['step', 'note', 'step', 'ended', 'closed']);
    expect(entry.ended).toMatchObject({ outcome: 'done' });
    expect(entry.closed).toMatchObject({ how: 'finished', by: 'other@here' });
    expect(entry.problems).toEqual([]);
    expect(writer.problem()).toBeNull();
  });

  test('records that are not awaited keep their order', async () => {
    const writer = await journal.begin(began());
    const texts = Array.from({ length: 40 }, (_, index) => `note ${index}`);
    await Promise.all(texts.map((text) => writer.note(text)));
    const { records } = await journal.entry(ID);
    expect(records.map((record) => (record.type === 'note' ? record.text : record.type))).toEqual(texts);
  });

  test('for nobody else’s eyes, whatever the umask, and where the folder was open to others', async () => {
    await mkdir(folder, { recursive: true, mode: 0o777 });
    await chmod(folder, 0o777);
    const before = process.umask(0o777);
    try {
      const writer = await journal.begin(began());
      await writer.backup('/var/lib/libvirt/qemu/nvram/web_VARS.fd', Buffer.from('variables'));
      await chmod(
        (await readdir(folder)).map((name) => join(folder, name)).find((name) => name.endsWith('l')) ?? '',
        0o666,
      );
      await writer.note('afterwards');
    } finally {
      process.umask(before);
    }
    expect(await mode(folder)).toBe(0o700);
    const names = await readdir(folder);
    expect(names).toHaveLength(2);
    for (const name of names) expect([name, await mode(join(folder, name))]).toEqual([name, 0o600]);
  });

  test('a new folder is for nobody else’s eyes, those above it that had to be made neither', async () => {
    const deep = createJournal({ folder: join(state, 'a/b/journal'), now: () => new Date() });
    await deep.begin(began());
    for (const made of ['a', 'a/b', 'a/b/journal']) expect(await mode(join(state, made))).toBe(0o700);
  });

  test('no password: of the definition, in addresses, in what errors say', async () => {
    const secret = 's3cr3t';
    const definitionXml = DEFINITION.replace(
      '</devices>',
      `<graphics type='vnc' port='-1' passwd='${secret}'/><disk type='network'><source protocol='https' name='x'><cookies><cookie name='c'>${secret}</cookie></cookies></source></disk></devices>`,
    );
    const writer = await journal.begin(
      began({
        host: { uri: `qemu+tcp://admin:${secret}@host/system`, hostname: 'node-1' },
        before: { ...began().before, definitionXml, definition: hashDefinition(definitionXml) },
        order: {
          kind: 'rescue',
          request: { ...REQUEST, media: [{ kind: 'url', url: `https://me:${secret}@host/rescue.iso` }] },
          properties: {},
        },
      }),
    );
    await writer.note(`https://me:${secret}@host/rescue.iso does not answer`);
    await writer.ended({
      outcome: 'failed',
      code: 'libvirt',
      message: `cannot open https://me:${secret}@host/rescue.iso`,
      unchanged: null,
      definition: null,
    });
    expect(definitionXml).toContain(secret);
    expect(await readFile(await onlyFile(), 'utf8')).not.toContain(secret);
    const { began: read } = await journal.entry(ID);
    expect(hashDefinition(read.before.definitionXml)).toBe(read.before.definition);
  });
});

describe('what cannot be written', () => {
  test.each<[string, () => Promise<void>, RegExp]>([
    ['a file in its place', () => writeFile(folder, ''), /something else is in its place|no folder/],
    ['a link in its place', () => mkdir(join(state, 'x')).then(() => symlink(join(state, 'x'), folder)), /no folder/],
    ['a file above it', () => rm(state, { recursive: true }).then(() => writeFile(state, '')), /no folder/],
  ])('%s: nothing is begun', async (_what, spoil, why) => {
    await spoil();
    const problem = await problemOf(journal.begin(began()));
    expect(problem).toMatchObject({ code: 'journal-unwritable', unchanged: 'Nothing was touched.' });
    expect(problem.message).toMatch(why);
    expect(problem.message).toContain(folder);
  });

  test('no room for a copy that is to be kept', async () => {
    const { message } = await problemOf(journal.begin(began(), 2 ** 60));
    expect(message).toMatch(/the disk is full: \d+ KiB are free, 1125899906842880 KiB are needed/);
    expect(await readdir(folder)).toEqual([]);
    await journal.begin(began(), 2 ** 10);
  });

  test('an operation that is there already is not written over', async () => {
    const fixed = createJournal({ folder, now: () => new Date(0) });
    await fixed.begin(began());
    expect(await problemOf(fixed.begin(began()))).toMatchObject({ code: 'journal-unwritable' });
    expect((await fixed.entry(ID)).problems).toEqual([]);
  });

  test('a record that could not be read back is not begun', async () => {
    const foreign = began({ session: { id: 'another', kind: 'one-shot', transient: false } });
    expect(await problemOf(journal.begin(foreign))).toMatchObject({ code: 'journal-unwritable' });
    const nameless = began({ domain: { uuid: '../../etc/passwd', name: 'web' } });
    expect(await problemOf(journal.begin(nameless))).toMatchObject({ code: 'journal-unwritable' });
    expect(await readdir(state)).toEqual([]);
  });

  test('a later record: the run goes on, and the writer says why', async () => {
    const writer = await journal.begin(began());
    await rm(await onlyFile());
    await writer.step('stop', 'running');
    await writer.ended({ outcome: 'done', code: null, message: null, unchanged: null, definition: null });
    expect(writer.problem()).toBe('it is not there any more');
    expect(await readdir(folder)).toEqual([]);
    expect(await problemOf(writer.backup('/x', Buffer.from('x')))).toMatchObject({ code: 'journal-unwritable' });
  });
});

describe('what is read back', () => {
  test('a truncated last line: its record is left out, and said; the next one begins a line of its own', async () => {
    const writer = await journal.begin(began());
    await writer.step('stop', 'running');
    await writer.step('stop', 'done');
    const file = await onlyFile();
    await truncate(file, (await lstat(file)).size - 9);
    expect(await journal.entry(ID)).toMatchObject({
      records: [{ type: 'step', state: 'running' }],
      problems: ['its last line is cut off'],
    });
    const again = await journal.reopen(ID);
    await again.step('start', 'running');
    await again.closed('finished', 'tester@here');
    const { records, problems } = await journal.entry(ID);
    expect(records).toMatchObject([{ id: 'stop', state: 'running' }, { id: 'start' }, { type: 'closed' }]);
    expect(problems).toEqual(['its line 3 is cut off, and was left out']);
  });

  test('every length of a file, as a crash may leave it, is read or said to be damaged', async () => {
    const writer = await journal.begin(began());
    await writer.step('stop', 'running');
    await writer.ended({ outcome: 'done', code: null, message: null, unchanged: null, definition: null });
    const file = await onlyFile();
    const whole = await readFile(file);
    const firstLine = whole.indexOf(0x0a);
    for (let length = whole.length - 1; length > firstLine - 50; length -= 7) {
      await truncate(file, length);
      const { entries, unreadable } = await journal.read();
      expect([length, entries.length, unreadable.length]).toEqual([
        length,
        length >= firstLine ? 1 : 0,
        length >= firstLine ? 0 : 1,
      ]);
    }
  });

  test('zeros at the end, as a crash of the computer may leave them', async () => {
    await journal.begin(began());
    await appendFile(await onlyFile(), Buffer.alloc(300));
    expect((await journal.entry(ID)).problems).toEqual(['its last line is cut off']);
  });

  test('a newer Salvor’s: shown as such, never gone on with, and left as it is', async () => {
    await journal.begin(began());
    const file = await onlyFile();
    const newer = (await readFile(file, 'utf8')).replace('"version":1', '"version":3,"novel":{}');
    await writeFile(file, newer);
    const { entries, unreadable } = await journal.read();
    expect(entries).toEqual([]);
    expect(unreadable).toMatchObject([{ why: 'newer', problem: expect.stringContaining('version 3') as string }]);
    expect(await problemOf(journal.reopen(ID))).toMatchObject({
      code: 'entry-not-found',
      detail: expect.stringContaining('newer Salvor') as string,
    });
    expect(await readFile(file, 'utf8')).toBe(newer);
  });

  test.each<[string, (text: string) => string]>([
    ['nothing in it', () => ''],
    ['something else', () => 'hello'],
    ['another JSON', () => '{"type":"step"}\n'],
    ['an unknown state', (text) => text.replace('"running"', '"exploding"')],
    ['a record of an unknown type', (text) => `${text}{"type":"gone","at":"2026-02-03T04:05:06.000Z"}\n`],
    ['a second beginning', (text) => text + text],
    ['another operation’s name', (text) => text.replaceAll(ID, OTHER_ID)],
    ['another session’s rescue', (text) => text.replace(`"session":{"id":"${ID}"`, `"session":{"id":"${OTHER_ID}"`)],
    ['a time that is none', (text) => text.replace(/"at":"[^"]*"/, '"at":"yesterday"')],
    ['a hash that is none', (text) => text.replace('a'.repeat(64), '../../../etc/passwd')],
    ['a key too many', (text) => text.replace('"by":', '"run":"rm","by":')],
  ])('damage (%s) is said, and nothing is removed', async (_what, damage) => {
    await journal.begin(began());
    const file = await onlyFile();
    const damaged = damage(await readFile(file, 'utf8'));
    await writeFile(file, damaged);
    const { entries, unreadable } = await journal.read();
    expect(entries).toEqual([]);
    expect(unreadable).toMatchObject([{ why: 'damaged' }]);
    expect(await problemOf(journal.entry(ID))).toMatchObject({ code: 'entry-not-found' });
    expect(await readFile(file, 'utf8')).toBe(damaged);
  });

  test('a file that is named as none of ours, whatever is in it', async () => {
    await journal.begin(began());
    const file = await onlyFile();
    await writeFile(join(folder, 'somebody.jsonl'), (await readFile(file, 'utf8')).replaceAll(ID, 'somebody'));
    await rm(file);
    expect(await journal.read()).toEqual({
      entries: [],
      unreadable: [{ file: 'somebody.jsonl', why: 'damaged', problem: 'its name is none of ours' }],
    });
    for (const id of ['somebody', 'somebody.jsonl'])
      expect(await problemOf(journal.entry(id))).toMatchObject({ code: 'entry-not-found' });
  });

  test('a definition that was changed in it is said to be', async () => {
    await journal.begin(began());
    const file = await onlyFile();
    await writeFile(file, (await readFile(file, 'utf8')).replace('<name>', '<name>not-'));
    expect((await journal.entry(ID)).problems).toEqual([
      'the definition that it keeps has another hash than the one it tells: one of the two was changed',
    ]);
  });

  test('a clock that went backwards while it ran, or since', async () => {
    const writer = await journal.begin(began());
    clock -= 3_600_000;
    await writer.step('stop', 'running');
    expect((await journal.entry(ID)).problems).toEqual([
      'the clock went backwards while it ran: from 2026-02-03T04:05:07.000Z to 2026-02-03T03:05:08.000Z',
      'it tells of 2026-02-03T04:05:07.000Z, which is later than this computer’s clock: the clock was set back',
    ]);
  });

  test('a link, a folder, a pipe and a huge file among the operations are not followed', async () => {
    await journal.begin(began());
    const outside = join(state, 'outside.jsonl');
    await writeFile(outside, await readFile(await onlyFile()));
    const named = (id: string) => join(folder, `2026-01-01T00-00-00.000Z-${UUID}-${id}.jsonl`);
    await symlink(outside, named(OTHER_ID));
    await mkdir(named('2f0e0d0c-0b0a-4908-8706-050403020100'));
    const huge = named('3f0e0d0c-0b0a-4908-8706-050403020100');
    await writeFile(huge, '');
    await truncate(huge, 10 ** 9);
    const { entries, unreadable } = await journal.read();
    expect(entries).toHaveLength(1);
    expect(unreadable.map(({ problem }) => problem).sort()).toEqual([
      'it cannot be read: a link is in its place',
      'it cannot be read: it has 1000000000 bytes, far more than any of ours',
      'it cannot be read: it is no file',
    ]);
  });

  test('a link in the place of a file that was begun is not written through', async () => {
    const writer = await journal.begin(began());
    const file = await onlyFile();
    const outside = join(state, 'outside');
    await writeFile(outside, 'precious');
    await rm(file);
    await symlink(outside, file);
    await writer.note('hello');
    expect(writer.problem()).toBe('a link is in its place');
    expect(await readFile(outside, 'utf8')).toBe('precious');
  });

  test('of one domain, and none where there is no folder yet', async () => {
    expect(await journal.read()).toEqual({ entries: [], unreadable: [] });
    expect(await readdir(state)).toEqual([]);
    const elsewhere = 'dddddddd-1111-4222-8333-444455556666';
    await journal.begin(began());
    await journal.begin(
      began({
        id: OTHER_ID,
        session: { id: OTHER_ID, kind: 'one-shot', transient: false },
        domain: { uuid: elsewhere, name: 'db' },
      }),
    );
    const names = async (uuid?: string) =>
      (await journal.read(uuid)).entries.map(({ began: { domain } }) => domain.name);
    expect(await names()).toEqual(['db', 'web']);
    expect(await names(UUID)).toEqual(['web']);
  });

  test('a file that has changed since it was read is read again; the definition is left out of the list', async () => {
    const writer = await journal.begin(began());
    const states = async () => (await journal.read()).entries.map(({ records }) => records.length);
    expect(await states()).toEqual([0]);
    await writer.step('stop', 'running');
    expect(await states()).toEqual([1]);
    await writer.step('stop', 'done');
    expect(await states()).toEqual([2]);
    expect(JSON.stringify((await journal.read()).entries)).not.toContain('<domain');
    await writeFile(await onlyFile(), 'hello');
    expect(await states()).toEqual([]);
  });

  test('an operation that is not there', async () => {
    expect(await problemOf(journal.entry(ID))).toMatchObject({ code: 'entry-not-found' });
    expect(await problemOf(journal.reopen('../../etc/passwd'))).toMatchObject({ code: 'entry-not-found' });
  });
});

describe('the copy of the UEFI variables', () => {
  const path = '/var/lib/libvirt/qemu/nvram/web_VARS.fd';

  test('comes back byte for byte, the last one where there are several', async () => {
    const writer = await journal.begin(began());
    await writer.backup(path, Buffer.from('first'));
    const record = await writer.backup(path, Buffer.from('second'));
    expect(record).toMatchObject({ path, size: 6 });
    const { bytes } = await journal.backupOf(ID);
    expect(Buffer.from(bytes).toString()).toBe('second');
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test.each<[string, (file: string) => Promise<void>, RegExp]>([
    ['missing', (file) => rm(file), /not there/],
    ['shorter', (file) => truncate(file, 3), /3 bytes/],
    ['changed', (file) => writeFile(file, 'SECOND'), /hash/],
    ['a link', (file) => rm(file).then(() => symlink('/etc/passwd', file)), /link/],
  ])('that is %s is not given', async (_what, spoil, why) => {
    const writer = await journal.begin(began());
    await writer.backup(path, Buffer.from('second'));
    const name = (await readdir(folder)).find((each) => each.endsWith('.nvram')) ?? '';
    await spoil(join(folder, name));
    const problem = await problemOf(journal.backupOf(ID));
    expect(problem.code).toBe('backup-damaged');
    expect(problem.message).toMatch(why);
  });

  test('that was never made', async () => {
    await journal.begin(began());
    expect(await problemOf(journal.backupOf(ID))).toMatchObject({ code: 'backup-damaged' });
  });
});
