/** A rescue that fails half-way puts back what it did: the guest runs as before, on its own definition, and the error says so. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import {
  definitionOf,
  defineGuest,
  filesOf,
  medium,
  nextBoot,
  observe,
  serialPosition,
  startGuest,
} from '../testbed/guests.ts';
import { failStarts, removeAfterStop } from '../testbed/hooks.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { errorCode, rescueArguments, salvor } from '../testbed/salvor.ts';

let host: Hypervisor;
let disk: string;
beforeAll(async () => {
  host = await startHypervisor();
  disk = await medium(host, 'medium');
});
afterAll(() => host.stop());

test('the rescue does not start: the running guest is started again as it was', async () => {
  const guest = await defineGuest(host, { name: 'fails', machine: 'q35' });
  await startGuest(guest);
  const before = await observe(guest);
  const heard = await serialPosition(guest);
  await failStarts(guest, 'rescue');
  const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${disk}`));
  expect(answer, answer.stderr).toMatchObject({ code: 1 });
  expect(errorCode(answer)).toBe('start-failed');
  expect(await nextBoot(guest, heard), 'roll-back starts the guest on its own disk').toBe(ROOT_BOOTED);
  const after = await observe(guest);
  expect({ ...after, qemu: null }).toEqual({ ...before, qemu: null });
  expect(after.qemu).not.toBeNull();
});

test('the rescue does not start: a guest that was off stays off', async () => {
  const guest = await defineGuest(host, { name: 'fails-off', machine: 'pc' });
  const before = await observe(guest);
  await failStarts(guest, 'rescue');
  const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${disk}`));
  expect(answer, answer.stderr).toMatchObject({ code: 1 });
  expect(errorCode(answer)).toBe('start-failed');
  const after = await observe(guest);
  expect({ ...after, state: '' }).toEqual({ ...before, state: '' });
  expect(after.state).toMatch(/^shut off/);
});

test('the medium goes away right after the check: the guest runs again, and the file is named', async () => {
  const guest = await defineGuest(host, { name: 'vanishes', machine: 'q35' });
  const vanishing = join(guest.dir, 'vanishing.img');
  await copyFile(disk, vanishing);
  await startGuest(guest);
  const definition = await definitionOf(guest);
  const heard = await serialPosition(guest);
  await removeAfterStop(guest, vanishing);
  const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${vanishing}`));
  expect(answer, answer.stderr).toMatchObject({ code: 1 });
  expect(errorCode(answer)).toBe('start-failed');
  expect(answer.stdout).toContain('vanishing.img');
  expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
  expect(await definitionOf(guest)).toBe(definition);
  expect((await filesOf(guest)).filter((file) => /TRANSIENT|salvor-/i.test(file.slice(host.dir.length)))).toEqual([]);
});

test('the way back fails as well: what is left is said, and virsh start is all it takes', async () => {
  const guest = await defineGuest(host, { name: 'stuck', machine: 'q35' });
  await startGuest(guest);
  const definition = await definitionOf(guest);
  const mend = await failStarts(guest, 'all');
  const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${disk}`));
  expect(answer, answer.stderr).toMatchObject({ code: 1 });
  expect(errorCode(answer)).toBe('rollback-failed');
  expect(answer.stdout).toContain('virsh start');
  expect((await host.virsh('domstate', guest.name)).trim()).toBe('shut off');
  expect(await definitionOf(guest)).toBe(definition);
  await mend();
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
});
