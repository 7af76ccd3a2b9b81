/**
 * Overlays in a pool that was chosen: a medium that writes to itself is booted, and what became of that is read from outside. The medium stays
 * as it was, what was written lasts as long as the session, and the volume goes with it, whoever ends it and however it ends.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { rememberingBiosCode } from '../testbed/boot-code.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { outputOf } from '../testbed/command.ts';
import { biosDisk } from '../testbed/disk-images.ts';
import { defineGuest, definitionOf, forceOff, observe, serialPosition, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { failStarts, holdStart } from '../testbed/hooks.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { errorCode, refusalCodes, rescueArguments, salvor, startSalvor } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';
import { codes, planOf, qemuImg } from './media-plans.ts';

const FIRST = 'WRITTEN-NOW';
const AGAIN = 'WRITTEN-BEFORE';
const POOL = `fast "pool"`;

let host: Hypervisor;
let small: string;
/** Folder of the pool. */
let fast: string;
let medium: string;
beforeAll(async () => {
  // Before the host begins: it has mounts of its own, with those that were there.
  small = await realpath(await mkdtemp(join(tmpdir(), 'salvor-small-')));
  await outputOf('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0755', 'salvor-small', small]);
  host = await startHypervisor();
  fast = join(host.dir, `pool's folder`);
  await mkdir(fast);
  await host.virsh('pool-create-as', POOL, 'dir', '--target', fast);
  await host.virsh('pool-create-as', 'small', 'dir', '--target', small);
  medium = join(host.dir, 'a, medium.img');
  const code = rememberingBiosCode(RESCUE_BOOTED, FIRST, AGAIN, 'NOT-WRITTEN');
  await writeFile(medium, biosDisk(code, 8 * 1024 * 1024));
});
afterAll(async () => {
  await host.stop();
  await outputOf('umount', ['-l', small]);
  await rm(small, { recursive: true, force: true });
});

const sha256 = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
const inPool = (...more: readonly string[]) => ['--overlay-pool', POOL, '--device', 'disk', ...more];
const LASTING = ['--session', 'until-ended'];

/** What the medium says when it has come up after that position of the serial log. */
function said(guest: Guest, heard: number): Promise<string> {
  return awaitCondition(`${guest.name} to say whether it was there before`, 60, async () => {
    const text = (await readFile(guest.serialLog)).subarray(heard).toString('latin1');
    return new RegExp(`${RESCUE_BOOTED}\\r\\n(\\S+)\\r\\n`).exec(text)?.[1] ?? null;
  });
}

async function rescue(guest: Guest, image: string, ...more: readonly string[]): Promise<string> {
  const heard = await serialPosition(guest);
  const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${image}`, ...more));
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  return said(guest, heard);
}

const end = (guest: Guest, state?: string): Promise<SalvorAnswer> =>
  salvor(['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json'], {
    env: state === undefined ? {} : { SALVOR_STATE: state },
  });

async function running(name: string): Promise<Guest> {
  const guest = await defineGuest(host, { name, machine: 'q35' });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  return guest;
}

interface Unfinished {
  readonly operationId: string;
  readonly domain: { readonly name: string };
  readonly situation: string;
  readonly offers: readonly { readonly way: string; readonly recommended: boolean }[];
}

/** Take the way that `salvor resume` recommends; the situation and the way. */
async function takeRecommended({ name }: Guest): Promise<string> {
  const listed = await salvor(['resume', '--uri', host.uri, '--json']);
  const all = (listed.json as { unfinished: readonly Unfinished[] }).unfinished;
  const found = all.find(({ domain }) => domain.name === name);
  const way = found?.offers.find(({ recommended }) => recommended)?.way ?? 'none';
  const how = [`--${way}`, '--yes', '--stop', 'force', '--json'];
  const answer = await salvor(['resume', '--uri', host.uri, found?.operationId ?? '', ...how]);
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  return `${found?.situation ?? ''}: ${way}`;
}

test.each([
  ['usb', 'raw'],
  ['virtio', 'qcow2'],
  ['sata', 'raw'],
] as const)(
  '%s, from a %s medium: what is written lasts as long as the session, and never reaches the medium',
  async (bus, format) => {
    const guest = await running(`lasting-${bus}`);
    const image = format === 'raw' ? medium : join(host.dir, 'medium.qcow2');
    if (format === 'qcow2') await qemuImg('convert', '-O', 'qcow2', medium, image);
    const [definition, checksum] = [await definitionOf(guest), await sha256(image)];
    expect(await rescue(guest, image, ...inPool('--bus', bus, ...LASTING))).toBe(FIRST);
    const [volume, ...others] = await readdir(fast);
    expect(others).toEqual([]);
    expect(volume).toMatch(/^salvor-[0-9a-f]{8}-[a-z]+\.qcow2$/);
    await forceOff(guest);
    expect(await readdir(fast), 'with the power off').toEqual([volume]);
    const heard = await serialPosition(guest);
    await host.virsh('start', guest.name);
    expect(await said(guest, heard)).toBe(AGAIN);
    // One of them at another workstation: its journal knows nothing of it.
    const ended = await end(guest, bus === 'virtio' ? join(host.dir, 'elsewhere') : undefined);
    expect(ended, ended.stdout).toMatchObject({ code: 0 });
    expect(await readdir(fast)).toEqual([]);
    expect([await definitionOf(guest), await sha256(image)]).toEqual([definition, checksum]);
    await forceOff(guest);
  },
);

test('a pool that cannot have it is refused before anything is touched', async () => {
  const guest = await running('refused');
  await host.virsh('pool-define-as', 'stopped', 'dir', '--target', join(host.dir, 'stopped'));
  const filler = join(small, 'filler');
  await outputOf('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k', 'count=28']);
  const before = await observe(guest);
  const refused = async (...options: readonly string[]) =>
    refusalCodes(await salvor(rescueArguments(host.uri, guest.name, `path:${medium}`, ...options)));
  expect(await refused('--device', 'disk', '--overlay-pool', 'small')).toEqual(['no-space']);
  expect(await refused('--device', 'disk', '--overlay-pool', 'nowhere')).toEqual(['overlay-pool']);
  expect(await refused('--device', 'disk', '--overlay-pool', 'stopped')).toEqual(['overlay-pool']);
  expect(await refused(...inPool('--direct-writes'))).toEqual(['overlay-or-direct']);
  expect(await observe(guest)).toEqual(before);
  expect([await readdir(fast), await readdir(small)]).toEqual([[], ['filler']]);
  const { plan } = await planOf(guest, [`path:${medium}`], ...inPool());
  expect(codes(plan.refusals)).toEqual([]);
  expect(plan.files.map(({ path, atMost, free }) => [path, atMost, (free ?? 0) > 0])).toEqual([
    [`${fast}/salvor-…-sdd.qcow2`, 8 * 1024 * 1024, true],
  ]);
  await forceOff(guest);
});

test('a start that fails takes it away again', async () => {
  const guest = await running('failing');
  const definition = await definitionOf(guest);
  const mend = await failStarts(guest, 'rescue');
  const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${medium}`, ...inPool()));
  await mend();
  expect(errorCode(answer)).toBe('start-failed');
  expect(await readdir(fast)).toEqual([]);
  expect([await definitionOf(guest), (await host.virsh('domstate', guest.name)).trim()]).toEqual([
    definition,
    'running',
  ]);
  await forceOff(guest);
});

test('killed while the guest is asked to stop, or started: what is recommended then leaves no volume', async () => {
  const guest = await running('killed');
  const before = await observe(guest);
  // The guest does not listen: Salvor waits.
  const waits = ['--stop', 'graceful', '--stop-timeout', '60'];
  const waiting = startSalvor([...rescueArguments(host.uri, guest.name, `path:${medium}`, ...inPool()), ...waits]);
  await awaitCondition('the overlay to be there', 30, async () => (await readdir(fast)).length > 0);
  waiting.process.kill('SIGKILL');
  await waiting.finished;
  expect(await takeRecommended(guest)).toBe('as-before: roll-back');
  expect(await observe(guest)).toEqual(before);
  expect(await readdir(fast)).toEqual([]);

  const mend = await failStarts(guest, 'rescue');
  const hold = await holdStart(guest);
  const run = startSalvor(rescueArguments(host.uri, guest.name, `path:${medium}`, ...inPool()));
  await hold.arrived();
  run.process.kill('SIGKILL');
  await run.finished;
  await hold.release();
  const isOff = async () => (await host.virsh('domstate', guest.name)).trim() === 'shut off';
  await awaitCondition('the start to have failed', 20, isOff);
  await mend();
  expect(await takeRecommended(guest)).toBe('stopped: roll-back');
  expect(await readdir(fast)).toEqual([]);
  await forceOff(guest);
});

test('a session ends at power-off: the volume is left over, told to everybody, and removed where it was made', async () => {
  const guest = await defineGuest(host, { name: 'unseen', machine: 'q35' });
  const definition = await definitionOf(guest);
  const checksum = await sha256(medium);
  expect(await rescue(guest, medium, ...inPool('--bus', 'scsi'))).toBe(FIRST);
  const sessions = async (state?: string) => {
    const env = state === undefined ? {} : { SALVOR_STATE: state };
    const answer = await salvor(['sessions', '--uri', host.uri, '--json', '--clean'], { env });
    expect(answer, answer.stderr).toMatchObject({ code: 0 });
    const { leftovers, removed } = answer.json as {
      leftovers: { kind: string; removable: boolean }[];
      removed: { problem: string | null }[];
    };
    return { leftovers: leftovers.map(({ kind, removable }) => [kind, removable]), removed: removed.length };
  };
  expect(await sessions(), 'nothing of an open session').toEqual({ leftovers: [], removed: 0 });
  await host.virsh('destroy', guest.name);
  expect(await readdir(fast)).toHaveLength(1);
  expect(await sessions(join(host.dir, 'elsewhere'))).toEqual({ leftovers: [['volume', false]], removed: 0 });
  expect(await sessions()).toEqual({ leftovers: [['volume', true]], removed: 1 });
  expect(await readdir(fast)).toEqual([]);
  expect([await definitionOf(guest), await sha256(medium)]).toEqual([definition, checksum]);
});
