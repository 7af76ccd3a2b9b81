/**
 * The commands that a plan prints, run by hand: line for line by sh, with nothing of Salvor's in reach but for the one line that says so.
 * They give the same session as Salvor's own run does, and end it.
 */
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { runCommand } from '../testbed/command.ts';
import {
  defineGuest,
  definitionOf,
  filesOf,
  forceOff,
  medium,
  mediaFolder,
  nextBoot,
  serialPosition,
  startGuest,
} from '../testbed/guests.ts';
import type { Guest, GuestOptions } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { salvor } from '../testbed/salvor.ts';

const SALVOR_FOLDER = join(import.meta.dirname, '../../bin');

let host: Hypervisor;
beforeAll(async () => {
  host = await startHypervisor();
  // Beside the media: what is left in it shows.
  const folder = join(await mediaFolder(host), `over'lays`);
  await mkdir(folder);
  await host.virsh('pool-create-as', OVERLAYS, 'dir', '--target', folder);
});
afterAll(() => host.stop());

interface Case {
  readonly title: string;
  readonly guest?: Partial<GuestOptions>;
  readonly from: 'running' | 'stopped';
  /** No definition of it is left before the rescue. */
  readonly transient?: true;
  /** What it is called, where the title will not do. */
  readonly name?: string;
  readonly options: readonly string[];
}

const FORCE = ['--stop', 'force'];
/** Its root disk obeys the power button, the medium does not: so both ways of waiting are gone. */
const GRACEFUL = ['--stop', 'graceful', '--stop-timeout', '3'];
const LASTING = ['--session', 'until-ended'];
const OVERLAYS = `over "lays"`;
const obedient = { obedient: true } as const;
const uefi = { firmware: 'uefi' } as const;

const CASES: readonly Case[] = [
  { title: 'one-shot-force', from: 'running', options: FORCE },
  { title: 'one-shot-graceful', from: 'running', guest: obedient, options: GRACEFUL },
  { title: 'one-shot-stopped', from: 'stopped', options: GRACEFUL },
  { title: 'lasting-force', from: 'running', options: [...FORCE, ...LASTING] },
  { title: 'lasting-graceful', from: 'running', guest: obedient, options: [...GRACEFUL, ...LASTING] },
  { title: 'lasting-stopped', from: 'stopped', options: [...FORCE, ...LASTING] },
  { title: 'transient-force', from: 'running', transient: true, options: [...FORCE, '--allow-transient'] },
  {
    title: 'transient-graceful',
    from: 'running',
    transient: true,
    guest: obedient,
    options: [...GRACEFUL, '--allow-transient'],
  },
  { title: 'uefi-alone', from: 'stopped', guest: uefi, options: [...FORCE, '--fall-through', 'none'] },
  {
    title: 'uefi-alone-lasting',
    from: 'running',
    guest: uefi,
    options: [...FORCE, ...LASTING, '--fall-through', 'none'],
  },
  { title: 'quotes', name: `-x' "$HOME"; \`id\` & é`, from: 'running', options: [...FORCE, ...LASTING] },
  { title: 'option', name: '--all', from: 'running', options: FORCE },
  { title: 'overlay', from: 'running', options: [...FORCE, ...LASTING, '--overlay-pool', OVERLAYS] },
];

interface Patient {
  /** Named by its UUID, which every tool takes whatever it is called. */
  readonly guest: Guest;
  readonly name: string;
}

async function patientOf({ title, name = title, guest: options = {}, transient, from }: Case): Promise<Patient> {
  const guest = await defineGuest(host, { name: title, machine: 'q35', ...options });
  const uuid = (await host.virsh('domuuid', title)).trim();
  if (name !== title) await host.virsh('domrename', `--domain=${uuid}`, `--new-name=${name}`);
  const patient = { guest: { ...guest, name: uuid }, name };
  if (from === 'running') expect(await startGuest(patient.guest)).toBe(ROOT_BOOTED);
  if (transient === true) await host.virsh('undefine', uuid);
  return patient;
}

/** All that must be as before when the rescue has ended. */
async function standing({ guest }: Patient) {
  const info = await host.virsh('dominfo', guest.name);
  const persistent = /^Persistent:\s+yes$/m.test(info);
  return {
    definition: persistent
      ? await definitionOf(guest)
      : await host.virsh('dumpxml', '--migratable', '--security-info', guest.name),
    persistent,
    state: (await host.virsh('domstate', guest.name)).trim(),
    files: (await filesOf(guest)).filter((file) => !/\/(run|log|cache)\/|swtpm|\.xml$/.test(file)),
    pools: await host.virsh('pool-list', '--all', '--name'),
  };
}

/** What runs, without what differs from one start to the next: the id, who started it and when. */
async function running({ guest }: Patient): Promise<string> {
  const xml = await host.virsh('dumpxml', '--security-info', guest.name);
  return xml
    .replace(/^<domain([^>]*) id='\d+'/, '<domain$1')
    .replace(/(<salvor:rescue[^>]*?) id="[^"]*" started="[^"]*" by="[^"]*"/, '$1')
    .replace(/salvor-(?:[0-9a-f]{8}|…)-(?=[a-z]+\.qcow2)/g, 'salvor-')
    .replace(/(type='vnc') port='\d+'/, '$1');
}

async function boots(patient: Patient, what: string, work: () => Promise<unknown>): Promise<void> {
  const heard = await serialPosition(patient.guest);
  await work();
  expect(await nextBoot(patient.guest, heard)).toBe(what);
}

/** The printed lines in three parts: with Salvor at hand, to start, to end. */
async function printed(
  { name }: Patient,
  options: readonly string[],
): Promise<{ plan: string[]; start: string[]; end: string[] }> {
  const answer = await salvor(['plan', '--uri', host.uri, ...options, '--out', 'virsh', '--', name]);
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  const lines = answer.stdout.trimEnd().split('\n');
  const end = lines.findIndex((line) => line.startsWith('# work in the rescue system'));
  expect(lines[1], 'the rescue definition is made by a command').toContain('> rescue.xml');
  return { plan: lines.slice(0, 2), start: lines.slice(2, end), end: lines.slice(end) };
}

async function byHand(lines: readonly string[], cwd: string, withSalvor = false) {
  const env = {
    PATH: withSalvor ? `${SALVOR_FOLDER}:${process.env['PATH'] ?? ''}` : '/usr/bin:/bin',
    LC_ALL: 'C.UTF-8',
    HOME: cwd,
  };
  return runCommand('sh', [], {
    cwd,
    env: withSalvor ? { ...process.env, ...env } : env,
    input: `${lines.join('\n')}\n`,
  });
}

async function image(guest: Partial<GuestOptions> | undefined): Promise<string> {
  return medium(host, guest?.firmware === 'uefi' ? 'uefiMedium' : 'medium');
}

test.each(CASES)('$title: the same session as Salvor’s own, and the same end', { timeout: 240_000 }, async (row) => {
  const patient = await patientOf(row);
  const options = [...row.options, '--medium', `path:${await image(row.guest)}`, '--device', 'disk', '--bus', 'usb'];
  const before = await standing(patient);
  await boots(patient, RESCUE_BOOTED, async () => {
    const answer = await salvor(['rescue', '--uri', host.uri, ...options, '--yes', '--', patient.name]);
    expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  });
  const salvors = await running(patient);
  const ended = await salvor(['end', '--uri', host.uri, '--stop', 'force', '--', patient.name]);
  expect(ended, ended.stderr).toMatchObject({ code: 0 });
  expect(await standing(patient), 'ended by Salvor').toEqual(before);

  const cwd = await mkdtemp(join(host.dir, 'by-hand-'));
  const { plan, start, end } = await printed(patient, options);
  const made = await byHand(plan, cwd, true);
  expect(made, made.stderr).toMatchObject({ code: 0 });
  await boots(patient, RESCUE_BOOTED, async () => {
    const done = await byHand(start, cwd);
    expect(done, done.stderr).toMatchObject({ code: 0 });
  });
  expect(await running(patient)).toBe(salvors);
  if (row.options.includes('until-ended') || row.transient === true) {
    await host.virsh('destroy', patient.guest.name);
    await boots(patient, RESCUE_BOOTED, () => host.virsh('start', patient.guest.name));
  }
  const finish = async () => {
    const done = await byHand(end, cwd);
    expect(done, `${end.join('\n')}\n${done.stderr}`).toMatchObject({ code: 0 });
  };
  if (row.from === 'running') await boots(patient, ROOT_BOOTED, finish);
  else await finish();
  expect(await standing(patient), 'ended by hand').toEqual(before);
  if (before.state !== 'shut off') await forceOff(patient.guest);
});

describe('a guest that does not shut down, and is not to be forced off', () => {
  test.each([
    ['one-shot', {}, []],
    ['until-ended', {}, LASTING],
    ['transient', { transient: true }, ['--allow-transient']],
  ] as const)('%s: it runs on, and its definition is its own', async (kind, more, session) => {
    const patient = await patientOf({ title: `deaf-${kind}`, from: 'running', options: [], ...more });
    const options = [
      '--stop',
      'graceful',
      '--stop-timeout',
      '2',
      ...session,
      '--medium',
      `path:${await image(undefined)}`,
    ];
    const [before, id] = [await standing(patient), await host.virsh('domid', patient.guest.name)];
    const cwd = await mkdtemp(join(host.dir, 'by-hand-'));
    const { plan, start } = await printed(patient, options);
    await byHand(plan, cwd, true);
    const done = await byHand(start, cwd);
    expect(done.stderr).toContain('already active');
    expect(await host.virsh('domid', patient.guest.name)).toBe(id);
    expect(await standing(patient)).toEqual(before);
    await forceOff(patient.guest);
  });
});

test('to the first reboot: by hand as well, the guest is off then, and starts normally', async () => {
  const patient = await patientOf({ title: 'once', from: 'running', options: [] });
  const definition = await definitionOf(patient.guest);
  const cwd = await mkdtemp(join(host.dir, 'by-hand-'));
  const options = ['--stop', 'force', '--end-at-first-reboot', '--medium', `path:${await image(undefined)}`];
  const { plan, start } = await printed(patient, options);
  await byHand(plan, cwd, true);
  await boots(patient, RESCUE_BOOTED, () => byHand(start, cwd));
  // QEMU may be gone before it has answered: the reset ends it.
  await host.tryVirsh('reset', patient.guest.name);
  const isOff = async () => (await host.virsh('domstate', patient.guest.name)).trim() === 'shut off';
  await awaitCondition('the guest to be off', 20, isOff);
  expect(await definitionOf(patient.guest)).toBe(definition);
  expect(await startGuest(patient.guest)).toBe(ROOT_BOOTED);
  await forceOff(patient.guest);
});

test('the guide’s way back from the rescue definition alone takes three commands', async () => {
  const guide = await readFile(new URL('../../docs/guide.md', import.meta.url), 'utf8');
  const patient = await patientOf({ title: 'guided', from: 'stopped', options: [] });
  const before = await standing(patient);
  const how = ['--medium', `path:${await image(undefined)}`, ...LASTING, '--yes'];
  expect(await salvor(['rescue', '--uri', host.uri, 'guided', ...how])).toMatchObject({ code: 0 });
  await host.virsh('destroy', 'guided');
  const block = /The way back to its own definition.*?```\n(.*?)```/is.exec(guide)?.[1]?.trim().split('\n') ?? [];
  expect(block).toHaveLength(3);
  const cwd = await mkdtemp(join(host.dir, 'by-hand-'));
  const done = await byHand(
    block.map((line) => line.replaceAll('NAME', 'guided').replaceAll('virsh ', `virsh -c '${host.uri}' `)),
    cwd,
  );
  expect(done, done.stderr).toMatchObject({ code: 0 });
  expect(await standing(patient)).toEqual(before);
});
