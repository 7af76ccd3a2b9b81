/**
 * The journal of real rescues: what is in it and when, that nobody else can read it and no password is in it, and what happens on a disk
 * that is full, read-only or somebody else's. A small tmpfs is the disk.
 */
import { appendFile, chown, lstat, mkdir, mkdtemp, readFile, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JournalEntry, JournalRecord } from '../../src-core/journal/types.ts';
import { hashDefinition } from '../../src-core/rescue/record.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { outputOf } from '../testbed/command.ts';
import {
  defineGuest,
  definitionOf,
  forceOff,
  medium,
  nextBoot,
  observe,
  serialPosition,
  startGuest,
} from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { holdStart } from '../testbed/hooks.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { errorCode, rescueArguments, salvor, salvorWithoutOverride, startSalvor, withJson } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';

let host: Hypervisor;
let disk: string;
let work: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'salvor-journal-'));
  host = await startHypervisor();
  disk = `path:${await medium(host, 'medium')}`;
});
afterAll(async () => {
  await host.stop();
  for (const mounted of mounts) await outputOf('umount', [mounted]);
  await rm(work, { recursive: true });
});

const mounts: string[] = [];

/** A disk of its own for the state folder. */
async function smallDisk(name: string, options: string): Promise<string> {
  const folder = join(work, name);
  await mkdir(folder);
  await outputOf('mount', ['-t', 'tmpfs', '-o', `mode=0700,${options}`, 'tmpfs', folder]);
  mounts.push(folder);
  return folder;
}

async function stateFolder(name: string): Promise<string> {
  const folder = join(work, name);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

const journalOf = (state: string) => join(state, 'journal');
const asked = (state: string) => ({ env: { SALVOR_STATE: state } });

async function operationsIn(state: string): Promise<string[]> {
  return (await readdir(journalOf(state))).filter((name) => name.endsWith('.jsonl')).sort();
}

async function recordsIn(state: string, file: string): Promise<JournalRecord[]> {
  const lines = (await readFile(join(journalOf(state), file), 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as JournalRecord);
}

const shortOf = (record: JournalRecord) => (record.type === 'step' ? `${record.id} ${record.state}` : record.type);

async function runningGuest(name: string): Promise<Guest> {
  const guest = await defineGuest(host, { name, machine: 'q35' });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  return guest;
}

const succeeded = (answer: SalvorAnswer) =>
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });

const end = (guest: Guest, state: string, ...more: readonly string[]) =>
  salvor(['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json', ...more], asked(state));

describe('what is recorded', () => {
  test('a rescue and its end: each step ahead of itself, hashes before and after, no password, for its owner alone', async () => {
    const state = await stateFolder('recorded');
    const guest = await runningGuest('recorded');
    const definition = await definitionOf(guest);
    expect(definition, 'there is a password to be kept').toContain("passwd='s3cret'");
    const hold = await holdStart(guest);
    const run = startSalvor(rescueArguments(host.uri, guest.name, disk), asked(state));
    await hold.arrived();
    const [file = '', ...others] = await operationsIn(state);
    expect(others).toEqual([]);
    const ahead = await recordsIn(state, file);
    expect(ahead.map(shortOf)).toEqual(['began', 'check done', 'stop running', 'stop done', 'start running']);
    expect((await salvor(['history'], asked(state))).stdout).toMatch(/recorded .*running/);
    expect((await salvor(['history', '--unfinished', '--json'], asked(state))).json).toMatchObject({ rows: [] });
    await hold.release();
    const rescued = withJson(await run.finished, ['--json']);
    succeeded(rescued);
    expect(rescued.json).toMatchObject({ journalProblem: null });
    succeeded(await end(guest, state));

    const [rescueFile = '', endFile = ''] = await operationsIn(state);
    const uuid = (await host.virsh('domuuid', guest.name)).trim();
    const { id } = (rescued.json as { session: { id: string } }).session;
    expect(rescueFile).toMatch(new RegExp(`^[0-9T.-]+Z-${uuid}-${id}\\.jsonl$`));
    const hash = hashDefinition(definition);
    const rescue = await recordsIn(state, rescueFile);
    expect(rescue.slice(5).map(shortOf)).toEqual(['start done', 'verify running', 'verify done', 'ended', 'closed']);
    expect(rescue[0]).toMatchObject({
      host: { uri: host.uri, hostname: host.hostname },
      domain: { uuid, name: guest.name },
      before: { state: 'running', persistent: true, autostart: false, definition: hash },
      order: { kind: 'rescue', request: { media: [{ kind: 'path' }] } },
    });
    const [began] = rescue;
    expect(began?.type === 'began' && hashDefinition(began.before.definitionXml)).toBe(hash);
    expect(rescue[8]).toMatchObject({ outcome: 'done', definition: hash });
    const ended = await recordsIn(state, endFile);
    expect(ended[0]).toMatchObject({ kind: 'end', session: { id } });
    expect(ended.at(-1)).toMatchObject({ type: 'ended', outcome: 'done', definition: hash });

    for (const name of ['', ...(await readdir(journalOf(state)))]) {
      const path = join(journalOf(state), name);
      expect([name, (await lstat(path)).mode & 0o777]).toEqual([name, name === '' ? 0o700 : 0o600]);
      if (name !== '') expect(await readFile(path, 'latin1')).not.toContain('s3cret');
    }
    const told = await salvor(['history', 'export', '--out', 'text'], asked(state));
    expect(told.stdout.match(/\(the same as before\)/g)).toHaveLength(2);
    const all = await salvor(['history', 'export', '--json'], asked(state));
    for (const { stdout, stderr } of [rescued, told, all]) expect(`${stdout}${stderr}`).not.toContain('s3cret');

    const xml = join(guest.dir, 'from-history.xml');
    await writeFile(xml, (await salvor(['history', 'show', id, '--out', 'xml'], asked(state))).stdout);
    await forceOff(guest);
    await host.virsh('define', xml);
    expect(await definitionOf(guest), 'the definition of the journal can be defined').toBe(
      definition.replace(" passwd='s3cret'", " passwd=''"),
    );
  });

  test('a refused rescue is none: nothing is written', async () => {
    const state = await stateFolder('refused');
    const guest = await defineGuest(host, { name: 'refused', machine: 'q35' });
    const answer = await salvor(rescueArguments(host.uri, guest.name, 'path:/nowhere.img'), asked(state));
    expect(errorCode(answer)).toBe('refused');
    expect(await readdir(state)).toEqual([]);
  });

  test('a process that is killed leaves an operation that is not finished', async () => {
    const state = await stateFolder('killed');
    const guest = await runningGuest('killed');
    const hold = await holdStart(guest);
    const run = startSalvor(rescueArguments(host.uri, guest.name, disk), asked(state));
    await hold.arrived();
    run.process.kill('SIGKILL');
    await run.finished;
    await hold.release();
    const { json } = await salvor(['history', '--unfinished', '--json'], asked(state));
    const { rows } = json as { rows: { id: string; outcome: string }[] };
    expect(rows).toMatchObject([{ outcome: 'unfinished' }]);
    const shown = await salvor(['history', 'show', rows[0]?.id ?? '', '--json'], asked(state));
    const entry = shown.json as JournalEntry;
    expect(entry.records.map(shortOf).at(-1)).toBe('start running');
    expect(entry.ended).toBeNull();
    await forceOff(guest);
  });
});

describe('a journal that cannot be written', () => {
  test('full, read-only, another’s, or something else in its place: refused before the guest is touched', async () => {
    const guest = await runningGuest('unwritable');
    const full = await smallDisk('full', 'size=1m');
    await writeFile(join(full, 'filler'), Buffer.alloc(900_000));
    const noInode = await smallDisk('no-inode', 'size=1m,nr_inodes=2');
    const readOnly = await smallDisk('read-only', 'size=1m');
    await outputOf('mount', ['-o', 'remount,ro', readOnly]);
    const others = await stateFolder('others');
    await mkdir(journalOf(others));
    await chown(journalOf(others), 65534, 65534);
    const file = await stateFolder('file');
    await writeFile(journalOf(file), 'precious');
    const closed = await stateFolder('closed');
    await outputOf('chmod', ['0500', closed]);

    const before = await observe(guest);
    const started = await host.virsh('dominfo', guest.name);
    for (const [state, problem] of [
      [full, 'the disk is full: 144 KiB are free, 256 KiB are needed'],
      [noInode, 'the disk is full'],
      [readOnly, 'its file system is read-only'],
      [others, 'the folder belongs to another user (uid 65534)'],
      [file, 'something that is no folder is in its place'],
      [closed, 'permission denied'],
    ] as const) {
      const answer = await salvorWithoutOverride(rescueArguments(host.uri, guest.name, disk), asked(state));
      expect(answer.code, answer.stdout).toBe(1);
      expect(errorCode(answer)).toBe('journal-unwritable');
      expect(answer.json).toMatchObject({
        error: {
          message: `The journal in ${journalOf(state)} cannot be written: ${problem}.`,
          unchanged: 'Nothing was touched.',
        },
      });
    }
    expect(await observe(guest)).toEqual(before);
    expect((await host.virsh('dominfo', guest.name)).replace(/CPU time.*/, '')).toBe(started.replace(/CPU time.*/, ''));
    expect(await readFile(journalOf(file), 'utf8')).toBe('precious');
    expect(await readdir(journalOf(others))).toEqual([]);
    await forceOff(guest);
  });

  test('full in mid-run: the rescue is finished, and told that its journal is not; the end goes on with it', async () => {
    const state = await smallDisk('filling', 'size=1m');
    const guest = await runningGuest('filling');
    const definition = await definitionOf(guest);
    const heard = await serialPosition(guest);
    const hold = await holdStart(guest);
    const run = startSalvor(rescueArguments(host.uri, guest.name, disk), asked(state));
    await hold.arrived();
    const [file = ''] = await operationsIn(state);
    await fillUp(state, join(journalOf(state), file));
    await hold.release();
    const rescued = withJson(await run.finished, ['--json']);
    succeeded(rescued);
    expect(rescued.json).toMatchObject({ state: 'in-rescue', journalProblem: 'the disk is full' });
    expect(rescued.stderr).toContain('The journal of this run is incomplete: the disk is full.');
    expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);

    const refused = await end(guest, state);
    expect(errorCode(refused), 'an end is not begun without a journal, either').toBe('journal-unwritable');
    await rm(join(state, 'filler'));
    succeeded(await end(guest, state));
    expect(await definitionOf(guest)).toBe(definition);
    const { json } = await salvor(['history', '--json'], asked(state));
    expect(json).toMatchObject({
      rows: [
        { kind: 'end', outcome: 'done' },
        { kind: 'rescue', outcome: 'done', closed: 'finished', endedAt: null },
      ],
      unreadable: [],
    });
    await forceOff(guest);
  });
});

/** Not a byte more fits: neither into the last page of the journal's file, nor anywhere else. */
async function fillUp(state: string, file: string): Promise<void> {
  const page = 4096;
  const note = (text: string) => `${JSON.stringify({ type: 'note', at: new Date().toISOString(), text })}\n`;
  const { size } = await lstat(file);
  const room = (2 * page - (size % page) - note('').length) % page;
  await appendFile(file, note('x'.repeat(room)));
  expect((await lstat(file)).size % page).toBe(0);
  await appendFile(join(state, 'filler'), Buffer.alloc(2 ** 21)).catch(() => undefined);
  expect((await statfs(state)).bfree).toBe(0);
}
