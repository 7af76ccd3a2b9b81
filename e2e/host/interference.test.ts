/** Somebody's virsh while a rescue waits for the guest to shut down: noticed, named, not overwritten, and the guest not forced off. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import { defineGuest, definitionOf, forceOff, medium, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { salvor, startSalvor } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';
import { expectNoStack } from './no-stack.ts';

let host: Hypervisor;
let disk: string;
beforeAll(async () => {
  host = await startHypervisor();
  disk = `path:${await medium(host, 'medium')}`;
});
afterAll(() => host.stop());

const stateOf = async (guest: Guest) => (await host.tryVirsh('domstate', guest.name)).stdout.trim();

interface Patience {
  readonly seconds: number;
  readonly then: 'force' | 'keep-waiting';
  /** What it says when it is time to act. */
  readonly says: string;
}

/** A rescue of a guest that does not listen; once it was asked to shut down, somebody acts. How it ended. */
async function interfere(
  guest: Guest,
  act: () => Promise<unknown>,
  { seconds = 60, then = 'force', says = 'by its power button' }: Partial<Patience> = {},
): Promise<SalvorAnswer> {
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  const how = ['--stop', 'graceful', '--stop-timeout', String(seconds), '--stop-then', then, '--yes'];
  const run = startSalvor(['rescue', '--uri', host.uri, guest.name, '--medium', disk, ...how]);
  await awaitCondition('the guest to be waited for', 30, () => run.output().stderr.includes(says));
  await act();
  const answer = { ...(await run.finished), json: undefined };
  expectNoStack(answer);
  return answer;
}

test.each([
  ['define', /its definition was changed/, 'running'],
  ['undefine', /somebody undefined it/, 'running'],
  ['attach-disk', /somebody attached disk vdz/, 'running'],
  ['managedsave', /somebody saved its memory|its memory is being saved/, 'shut off'],
] as const)('virsh %s', async (act, named, state) => {
  const guest = await defineGuest(host, { name: `by-${act}`, machine: 'q35' });
  const more = join(guest.dir, 'more.img');
  await writeFile(more, Buffer.alloc(1024 * 1024));
  const changed = join(guest.dir, 'changed.xml');
  await writeFile(changed, (await definitionOf(guest)).replace('<vcpu ', '<title>somebody’s</title>\n  <vcpu '));
  const acts = {
    define: () => host.virsh('define', changed),
    undefine: () => host.virsh('undefine', guest.name),
    'attach-disk': () => host.virsh('attach-disk', guest.name, more, 'vdz', '--live'),
    managedsave: () => host.virsh('managedsave', guest.name),
  };
  const answer = await interfere(guest, acts[act]);
  expect(answer, answer.stderr).toMatchObject({ code: 1 });
  expect(answer.stderr).toMatch(named);
  expect(await stateOf(guest)).toBe(state);
  if (act === 'define') expect(await definitionOf(guest)).toContain('somebody’s');
  if (act === 'undefine') {
    expect(answer.stderr).toContain('so that it is gone when it is off');
    // What is said there puts it back.
    const id = /salvor history show (\S+) --out xml/.exec(answer.stderr)?.[1] ?? '';
    const kept = await salvor(['history', 'show', id, '--out', 'xml']);
    await writeFile(changed, kept.stdout);
    await host.virsh('define', changed);
  }
  await forceOff(guest);
  expect((await host.tryVirsh('start', guest.name)).code).toBe(0);
  await forceOff(guest);
});

test('virsh destroy, of a guest that is waited for past its time: off is what was asked for, and the rescue goes on', async () => {
  const guest = await defineGuest(host, { name: 'by-destroy', machine: 'q35' });
  const patience = { seconds: 1, then: 'keep-waiting', says: 'waiting for' } as const;
  const answer = await interfere(guest, () => host.virsh('destroy', guest.name), patience);
  expect(answer, answer.stderr).toMatchObject({ code: 0 });
  expect(answer.stderr).toContain('While it was shutting down, somebody forced it off.');
  await forceOff(guest);
});

test('virsh suspend: a guest that is paused cannot shut down, and is forced off when its time is over, as was asked for', async () => {
  const guest = await defineGuest(host, { name: 'by-suspend', machine: 'q35' });
  const answer = await interfere(guest, () => host.virsh('suspend', guest.name), { seconds: 4 });
  expect(answer, answer.stderr).toMatchObject({ code: 0 });
  expect(answer.stderr).toContain('it is paused and cannot shut down: resume it (virsh resume)');
  await forceOff(guest);
});
