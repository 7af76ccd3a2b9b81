/** salvor history as a process, on a journal of its own. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { History } from '../../src-core/contract/journal-schemas.ts';
import type { HistoryDocument } from '../../src-core/journal/report.ts';
import type { BeganRecord } from '../../src-core/journal/types.ts';
import { hashDefinition } from '../../src-core/rescue/record.ts';
import { lockDomain } from '../app/domain-lock.ts';
import { DEFINITION, REQUEST, UUID } from '../app/fake-hypervisor.test-support.ts';
import { listHistory } from '../app/history.ts';
import type { HistoryFilter } from '../app/history.ts';
import { createJournal } from '../app/journal.ts';

// Each test starts Node, on a machine that may be busy with guests.
vi.setConfig({ testTimeout: 60_000 });

const DONE = '0f0e0d0c-0b0a-4908-8706-050403020101';
const CRASHED = '0f0e0d0c-0b0a-4908-8706-050403020102';
const FAILED = '0f0e0d0c-0b0a-4908-8706-050403020103';
const OTHER_UUID = 'dddddddd-1111-4222-8333-444455556666';
const HOSTILE = 'db\u001b]0;owned\u0007\nnew line';
const SECRET = 's3cr3t';
const WITH_PASSWORD = DEFINITION.replace(
  '</devices>',
  `<graphics type='vnc' port='-1' passwd='${SECRET}'/></devices><!-- a password='${SECRET}' of somebody’s metadata -->`,
);

let state: string;

async function begin(id: string, at: string, change: Partial<BeganRecord> = {}) {
  let clock = Date.parse(at);
  const journal = createJournal({ folder: join(state, 'journal'), now: () => new Date((clock += 250)) });
  const host = { uri: 'qemu+ssh://root@node-1/system', hostname: 'node-1' };
  return journal.begin({
    id,
    kind: 'rescue',
    by: 'alice@desk',
    host,
    domain: { uuid: UUID, name: 'web' },
    session: { id, kind: 'one-shot', transient: false },
    order: { kind: 'rescue', request: REQUEST, properties: {} },
    before: {
      state: 'running',
      persistent: true,
      autostart: true,
      definition: hashDefinition(WITH_PASSWORD),
      definitionXml: WITH_PASSWORD,
    },
    rescueDefinition: 'a'.repeat(64),
    steps: [{ id: 'stop', text: 'Force web off' }],
    files: [{ kind: 'overlay', name: '/var/lib/libvirt/images/overlay.qcow2' }],
    ...change,
  });
}

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'salvor-history-'));
  const done = await begin(DONE, '2026-01-30T10:00:00.000Z');
  await done.step('stop', 'running');
  await done.backup('/var/lib/libvirt/qemu/nvram/web_VARS.fd', Buffer.from('variables'));
  await done.note('5 s left');
  await done.step('stop', 'done');
  const definition = hashDefinition(WITH_PASSWORD);
  await done.ended({ outcome: 'done', code: null, message: null, unchanged: null, definition });
  await done.closed('finished', 'alice@desk');
  const crashed = await begin(CRASHED, '2026-01-31T10:00:00.000Z', { domain: { uuid: OTHER_UUID, name: HOSTILE } });
  await crashed.step('stop', 'running');
  const failed = await begin(FAILED, '2026-02-01T10:00:00.000Z', { host: { uri: 'qemu:///system', hostname: 'here' } });
  await failed.ended({
    outcome: 'failed',
    code: 'start-failed',
    message: 'web could not be started for rescue.',
    unchanged: 'It runs from its own definition again.',
    definition,
  });
  await writeFile(
    join(state, 'journal', `2026-02-02T10-00-00.000Z-${UUID}-${DONE.replace('1', '9')}.jsonl`),
    '{"type":',
  );
});
afterAll(() => rm(state, { recursive: true }));

interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function salvor(...args: readonly string[]): Promise<Answer> {
  const cli = join(import.meta.dirname, '../cli.ts');
  const env = { ...process.env, SALVOR_STATE: state };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, 'history', ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

const idsOf = ({ stdout }: Answer) => (JSON.parse(stdout) as History).rows.map(({ id }) => id);

describe('list', () => {
  test('the newest first, for people; what cannot be read is named; nothing reaches the terminal but text', async () => {
    const { code, stdout, stderr } = await salvor();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toMatch(/^2026-02-01T10:00:00Z {2}rescue {2}web .*here .*alice@desk {2}failed .*0103$/);
    expect(lines[2]).toMatch(/db\uFFFD\]0;owned\uFFFD\uFFFDnew line .*unfinished .*0102$/);
    expect(lines[3]).toMatch(/done, finished .*0101$/);
    expect(lines[4]).toMatch(/^Cannot be read: 2026-02-02.*its first record is not whole$/);
    expect(stdout).not.toContain('\u001b');
  });

  test('--json, on either side, is the whole of it', async () => {
    const { stdout } = await salvor('--json');
    expect(JSON.parse(stdout)).toMatchObject({
      folder: join(state, 'journal'),
      rows: [
        { id: FAILED, outcome: 'failed', closed: null, backup: false, medium: '/media/rescue.img', problems: 0 },
        { id: CRASHED, outcome: 'unfinished', endedAt: null, domain: { name: HOSTILE } },
        { id: DONE, outcome: 'done', closed: 'finished', backup: true, session: DONE, kind: 'rescue' },
      ],
      unreadable: [{ why: 'damaged' }],
    });
  });

  test.each<[HistoryFilter, string[]]>([
    [{ domain: 'web' }, [FAILED, DONE]],
    [{ domain: OTHER_UUID.toUpperCase() }, [CRASHED]],
    [{ domain: 'nobody' }, []],
    [{ uri: 'qemu+ssh://root@node-1/system' }, [CRASHED, DONE]],
    [{ uri: 'qemu+ssh://root:password@node-1/system' }, [CRASHED, DONE]],
    [{ uri: 'qemu+ssh://root@node-1/session' }, []],
    [{ since: new Date('2026-01-31') }, [FAILED, CRASHED]],
    [{ unfinished: true }, [CRASHED]],
    [{ unfinished: true, domain: 'web' }, []],
  ])('filter %j', async (filter, ids) => {
    const journal = createJournal({ folder: join(state, 'journal'), now: () => new Date() });
    const { rows } = await listHistory(journal, filter, () => Promise.resolve(null));
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  test('filters as they are typed; a time is UTC', async () => {
    const [all, late] = await Promise.all([
      salvor('--since', '2026-01-30T10:00', '--domain', 'web', '--uri', 'qemu:///system', '--json'),
      salvor('--since', '2026-01-31T10:00:01', '--json'),
    ]);
    expect([idsOf(all), idsOf(late)]).toEqual([[FAILED], [FAILED]]);
  });

  test.runIf(process.platform === 'linux')('what is under way is not unfinished', async () => {
    const letGo = await lockDomain('node-1', { uuid: OTHER_UUID, name: 'db' }, 'a test');
    try {
      expect(idsOf(await salvor('--unfinished', '--json'))).toEqual([]);
      expect((JSON.parse((await salvor('--json')).stdout) as History).rows[1]).toMatchObject({ outcome: 'running' });
    } finally {
      letGo();
    }
  });

  test.each([
    [['--since', 'yesterday']],
    [['--since', '2026-13-45']],
    [['nonsense']],
    [['show']],
    [['show', DONE, '--out', 'pdf']],
  ])('wrong usage %j', async (args) => {
    expect(await salvor(...args)).toMatchObject({ code: 64, stdout: '' });
  });
});

describe('show', () => {
  test('text: who, what, when, hashes before and after, each step with its time', async () => {
    const { code, stdout } = await salvor('show', DONE);
    expect(code).toBe(0);
    const hash = hashDefinition(WITH_PASSWORD);
    expect(stdout).toBe(
      [
        `Rescue: web (${UUID})`,
        `  operation          ${DONE}`,
        '  host               node-1 (qemu+ssh://root@node-1/system)',
        `  session            ${DONE} (one-shot)`,
        '  by                 alice@desk',
        '  begun              2026-01-30T10:00:00.250Z',
        '  ended              2026-01-30T10:00:01.500Z (after 1.250 s)',
        '  asked for          /media/rescue.img; disk on usb; one-shot; profile recommended; stop by force',
        '  before             running, persistent, autostart',
        `  definition before  ${hash}`,
        `  rescue definition  ${'a'.repeat(64)}`,
        `  definition after   ${hash} (the same as before)`,
        '  file               overlay /var/lib/libvirt/images/overlay.qcow2',
        '  outcome            done',
        '  closed             finished by alice@desk, 2026-01-30T10:00:01.750Z',
        '  records',
        '    2026-01-30T10:00:00.500Z    0.250 s  running  stop: Force web off',
        `    2026-01-30T10:00:00.750Z    0.500 s  kept     UEFI variables of /var/lib/libvirt/qemu/nvram/web_VARS.fd: 9 bytes, sha256 ${createHash('sha256').update('variables').digest('hex')}`,
        '    2026-01-30T10:00:01.000Z    0.750 s  note     5 s left',
        '    2026-01-30T10:00:01.250Z    1.000 s  done     stop: Force web off',
        '    2026-01-30T10:00:01.500Z    1.250 s  ended    done',
        '    2026-01-30T10:00:01.750Z    1.500 s  closed   finished by alice@desk',
        '',
      ].join('\n'),
    );
  });

  test('text of a failure, as the administrator was told; of a crash, that its end is missing; no line of a stranger’s', async () => {
    expect((await salvor('show', FAILED)).stdout).toContain(
      '  outcome            failed (start-failed): web could not be started for rescue. It runs from its own definition again.\n',
    );
    const { stdout } = await salvor('show', CRASHED);
    expect(stdout).toContain('  outcome            not told: its last record is missing\n');
    expect(stdout).toContain('Rescue: db\uFFFD]0;owned\uFFFD\uFFFDnew line (');
  });

  test('xml is the definition from before, to be defined as it is, without its graphics password', async () => {
    const { stdout } = await salvor('show', DONE, '--out', 'xml');
    expect(hashDefinition(stdout.trimEnd())).toBe(hashDefinition(WITH_PASSWORD.trimEnd()));
    expect(stdout).toContain("passwd=''");
  });

  test('--json is the entry, and --out json the same', async () => {
    const [json, out] = await Promise.all([salvor('show', DONE, '--json'), salvor('show', DONE, '--out', 'json')]);
    expect(out.stdout).toBe(json.stdout);
    expect(JSON.parse(json.stdout)).toMatchObject({ began: { id: DONE, version: 1 }, ended: { outcome: 'done' } });
    expect(json.stdout).not.toContain(SECRET);
  });

  test('an operation that is not there', async () => {
    const { code, stderr, stdout } = await salvor('show', '../../etc/passwd');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('The journal of this computer has no operation ../../etc/passwd.');
    expect(await salvor('show', DONE.replace('1', '9'), '--json')).toMatchObject({ code: 1, stderr: '' });
  });
});

describe('export', () => {
  test('json: a document with a version, filters on either side of its name; no password anywhere', async () => {
    const all = await salvor('export');
    const document = JSON.parse(all.stdout) as HistoryDocument;
    expect(document.historyVersion).toBe(1);
    expect(document.operations.map(({ began }) => began.id)).toEqual([FAILED, CRASHED, DONE]);
    expect(document.unreadable).toHaveLength(1);
    expect(all.stdout).not.toContain(SECRET);
    const [before, after] = await Promise.all([
      salvor('--domain', 'web', 'export'),
      salvor('export', '--domain', 'web', '--json'),
    ]);
    expect(before.stdout).toBe(after.stdout);
    expect((JSON.parse(after.stdout) as HistoryDocument).operations).toHaveLength(2);
  });

  test('text: all reports in one', async () => {
    const { stdout } = await salvor('export', '--out', 'text');
    expect(stdout).toMatch(/^Salvor history: 3 operations\. Times are UTC/);
    expect(stdout.match(/^Rescue: /gm)).toHaveLength(3);
    expect(stdout).toContain('Files that cannot be read:\n  2026-02-02');
    expect(stdout).not.toContain('\u001b');
  });
});

test('looking makes nothing, and changes nothing', async () => {
  const files = async () =>
    Promise.all((await readdir(join(state, 'journal'))).map((name) => readFile(join(state, 'journal', name), 'hex')));
  const before = await files();
  await salvor('export');
  expect(await files()).toEqual(before);
  const empty = await mkdtemp(join(tmpdir(), 'salvor-history-'));
  const old = state;
  state = empty;
  try {
    expect((await salvor()).stdout).toBe(`The journal in ${join(empty, 'journal')} has no such operation.\n`);
    expect(await readdir(empty)).toEqual([]);
  } finally {
    state = old;
    await rm(empty, { recursive: true });
  }
});
