/** A guest's TPM through rescues of every kind: libvirt throws its state away with a definition, and ours never takes that way. */
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { defineGuest, forceOff, medium, nextBoot, serialPosition, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { rescueArguments, salvor } from '../testbed/salvor.ts';

const TPM = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>";

let host: Hypervisor;
let disk: string;
beforeAll(async () => {
  host = await startHypervisor();
  disk = await medium(host, 'medium');
});
afterAll(() => host.stop());

/** The folder of its TPM's state. */
const stateFolder = async ({ name }: Guest) =>
  join(host.dir, 'var/lib/libvirt/swtpm', (await host.virsh('domuuid', name)).trim(), 'tpm2');

/**
 * What tells one TPM from a new one: its folder and the files of its state. The bytes change at each start, since a TPM counts its starts; what
 * libvirt makes anew has another folder, without what we put there.
 */
async function tpmOf(folder: string) {
  const { ino, birthtimeMs } = await stat(folder);
  return { ino, birthtimeMs, files: (await readdir(folder)).filter((name) => !name.startsWith('.')).sort() };
}

async function startedGuest(name: string): Promise<{ guest: Guest; folder: string }> {
  const guest = await defineGuest(host, { name, machine: 'q35', devices: TPM });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  const folder = await stateFolder(guest);
  await writeFile(join(folder, 'kept'), 'the same TPM');
  return { guest, folder };
}

async function rescueAndEnd(guest: Guest, ...more: readonly string[]): Promise<void> {
  const heard = await serialPosition(guest);
  const rescued = await salvor(rescueArguments(host.uri, guest.name, `path:${disk}`, ...more));
  expect(rescued, rescued.stdout).toMatchObject({ code: 0 });
  expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
  const afterwards = await serialPosition(guest);
  const ended = await salvor(['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json']);
  expect(ended, ended.stdout).toMatchObject({ code: 0 });
  expect(await nextBoot(guest, afterwards)).toBe(ROOT_BOOTED);
}

test.each(['one-shot', 'until-ended'])('%s: the guest has the TPM that it had', async (session) => {
  const { guest, folder } = await startedGuest(`tpm-${session}`);
  const before = await tpmOf(folder);
  expect(before.files).toContain('tpm2-00.permall');
  await rescueAndEnd(guest, '--session', session);
  expect(await tpmOf(folder)).toEqual(before);
  await forceOff(guest);
});

test('a transient guest, whose TPM goes when it stops without a definition, keeps it through its rescue', async () => {
  const { guest, folder } = await startedGuest('tpm-transient');
  await host.virsh('undefine', '--keep-tpm', guest.name);
  const before = await tpmOf(folder);
  await rescueAndEnd(guest, '--allow-transient');
  expect(await host.virsh('dominfo', guest.name)).toMatch(/^Persistent:\s+no$/m);
  expect(await tpmOf(folder)).toEqual(before);
  await host.virsh('destroy', guest.name);
});
