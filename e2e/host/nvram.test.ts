/**
 * The guest's own UEFI variables: kept with the journal before a rescue, compared after it, put back through the host alone. And a folder
 * that is full: a small file system in memory, which the host sees since it was there first.
 */
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rm,
  statfs,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { bootEntries, withVariables } from '../testbed/ovmf-vars.ts';
import { errorCode, rescueArguments, salvor, salvorWithoutOverride } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';

/** Beside OVMF's 4 MB firmware its variables are a file of 528 KiB: there is room for one, and not for two. */
const SMALL = '1m';
/** No process of this computer may look into a folder of this user's, but for root with all its capabilities, as the host's daemon is. */
const NOBODY = 65_534;

let host: Hypervisor;
let small: string;
let disk: string;
beforeAll(async () => {
  small = await realpath(await mkdtemp(join(tmpdir(), 'salvor-nvram-')));
  await outputOf('mount', ['-t', 'tmpfs', '-o', `size=${SMALL},mode=0755`, 'salvor-nvram', small]);
  host = await startHypervisor();
  disk = await medium(host, 'uefiMedium');
});
afterAll(async () => {
  await host.stop();
  await outputOf('umount', ['-l', small]);
  await rm(small, { recursive: true, force: true });
});

/** A UEFI guest with its variables in a folder of their own, or in `folder`. */
async function uefiGuest(name: string, folder?: string): Promise<Guest> {
  const guest = await defineGuest(host, { name, machine: 'q35', firmware: 'uefi' });
  const vars = join(folder ?? join(guest.dir, 'nvram'), 'VARS.fd');
  await mkdir(dirname(vars), { recursive: true });
  await copyFile(guest.vars, vars);
  const xml = join(guest.dir, 'definition.xml');
  await writeFile(xml, (await definitionOf(guest)).replace(guest.vars, vars));
  await host.virsh('define', xml);
  return { ...guest, vars };
}

async function rescue(guest: Guest, ...more: readonly string[]): Promise<string> {
  const heard = await serialPosition(guest);
  const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${disk}`, ...more));
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
  return (answer.json as { session: { id: string } }).session.id;
}

async function end(guest: Guest): Promise<string | null> {
  const answer = await salvor(['end', '--uri', host.uri, guest.name, '--stop', 'force', '--power', 'off', '--json']);
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  return (answer.json as { variables: string | null }).variables;
}

const restore = (operation: string) => ['nvram', 'restore', operation, '--uri', host.uri, '--yes', '--json'];
const undoOf = (answer: SalvorAnswer) => (answer.json as { undo: string }).undo;
const pools = () => host.virsh('pool-list', '--all', '--name');

/** What a careless rescue system would leave: the guest's only entry points nowhere. */
async function spoil(guest: Guest): Promise<Buffer> {
  const spoilt = withVariables(await readFile(guest.vars), {
    BootOrder: Buffer.from([9, 0]),
    Boot0009: Buffer.alloc(12),
  });
  await writeFile(guest.vars, spoilt);
  return spoilt;
}

const TPM_STATE = 'the keys of the guest';

/** State of a TPM where libvirt keeps it. */
async function tpmStateOf(guest: Guest): Promise<string> {
  const uuid = (await host.virsh('domuuid', guest.name)).trim();
  const folder = join(host.dir, 'var/lib/libvirt/swtpm', uuid, 'tpm2');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tpm2-00.permall'), TPM_STATE);
  return folder;
}

describe('a copy with the journal', () => {
  test('what the rescue system did to the variables is told, and put back from where no path of the host can be read', async () => {
    const guest = await uefiGuest('kept');
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    await forceOff(guest);
    const before = await readFile(guest.vars);
    const tpm = await tpmStateOf(guest);
    const plan = await salvor(['plan', '--uri', host.uri, guest.name, '--medium', `path:${disk}`]);
    expect(plan.stdout).toContain(`Keep a copy of the UEFI variables of kept (${guest.vars}) with the journal`);
    const session = await rescue(guest);
    const whileOn = await salvor(restore(session));
    expect(errorCode(whileOn), 'the guest runs, in rescue').toBe('restore-failed');
    const spoilt = await spoil(guest);
    expect(await end(guest)).toContain(`salvor nvram restore ${session}`);

    const folder = dirname(guest.vars);
    await chown(folder, NOBODY, NOBODY);
    await chmod(folder, 0o700);
    const answer = await salvorWithoutOverride(restore(session));
    expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
    expect((await readFile(guest.vars)).equals(before), 'byte for byte').toBe(true);
    const undone = await salvorWithoutOverride(restore(undoOf(answer)));
    expect(undone, `${undone.stdout}${undone.stderr}`).toMatchObject({ code: 0 });
    expect((await readFile(guest.vars)).equals(spoilt), 'undone').toBe(true);
    expect(await salvorWithoutOverride(restore(session))).toMatchObject({ code: 0 });
    await chown(folder, 0, 0);
    await chmod(folder, 0o755);
    expect(Object.values(await bootEntries(guest.vars))).toContain('debian');
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    await forceOff(guest);
    expect(await pools()).not.toContain('salvor');
    expect(await readdir(tpm), 'the state of its TPM is nobody’s business').toEqual(['tpm2-00.permall']);
    expect(await readFile(join(tpm, 'tpm2-00.permall'), 'utf8')).toBe(TPM_STATE);
    const { stdout: journal } = await salvor(['history', 'show', session, '--json']);
    expect(journal).toContain(guest.vars);
    expect(journal).not.toContain('swtpm');
  });
});

describe('a folder of variables that is full', () => {
  let ballast: string;
  async function fill(): Promise<void> {
    const { bavail, bsize } = await statfs(small);
    ballast = join(small, 'ballast');
    await writeFile(ballast, Buffer.alloc(bavail * bsize, 1));
  }

  test('variables of the session’s own cannot be made: the guest is as it was, and nothing is left', async () => {
    const guest = await uefiGuest('cramped', small);
    await fill();
    const before = await observe(guest);
    const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${disk}`, '--fall-through', 'none'));
    expect(errorCode(answer), answer.stdout).toBe('start-failed');
    expect({ ...(await observe(guest)), state: '' }).toEqual({ ...before, state: '' });
    expect((await readdir(small)).sort()).toEqual(['VARS.fd', 'ballast']);
    await rm(ballast);
  });

  test('the copy cannot be written: what was there is there, and is said to be', async () => {
    const guest = await uefiGuest('holes', small);
    const { length } = await readFile(guest.vars);
    const session = await rescue(guest);
    await end(guest);
    // Somebody emptied the file: nothing but a hole, which takes no room until it is written.
    await truncate(guest.vars, 0);
    await truncate(guest.vars, length);
    await fill();
    const answer = await salvor(restore(session));
    expect(errorCode(answer), answer.stdout).toBe('restore-failed');
    expect(answer.stdout).toContain('Its variables are what they were before.');
    expect((await readFile(guest.vars)).equals(Buffer.alloc(length)), 'not a byte is another one').toBe(true);
    await rm(ballast);
    expect(await salvor(restore(session))).toMatchObject({ code: 0 });
    expect(Object.values(await bootEntries(guest.vars))).toContain('debian');
  });
});
