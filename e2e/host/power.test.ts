/** The plain actions on a real guest, by bin/salvor: what each does in each state, as virsh and the serial port tell it afterwards. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
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
import { errorCode, rescueArguments, salvor } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';

let host: Hypervisor;
beforeAll(async () => {
  host = await startHypervisor();
});
afterAll(() => host.stop());

const act = (guest: Guest, action: string, ...more: string[]): Promise<SalvorAnswer> =>
  salvor(['power', action, guest.name, '--uri', host.uri, '--yes', '--json', ...more]);

const stateOf = async (guest: Guest) => (await host.virsh('domstate', guest.name)).trim();

const STATES = { off: 'shut off', running: 'running', paused: 'paused' } as const;

/** Into that state, by virsh, if it is not in it. */
async function bring(guest: Guest, state: keyof typeof STATES): Promise<void> {
  if ((await stateOf(guest)) === STATES[state]) return;
  await forceOff(guest);
  if (state !== 'off') expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  if (state === 'paused') await host.virsh('suspend', guest.name);
}

/** By state and action: the state in which the guest is found then; `boots`: it comes up (again); null: refused. */
const EXPECTED = {
  off: {
    ...{ start: 'boots', shutdown: 'shut off', reboot: null, reset: null },
    ...{ 'force-off': 'shut off', pause: null, resume: null },
  },
  running: {
    ...{ start: 'running', shutdown: 'shut off', reboot: 'boots', reset: 'boots' },
    ...{ 'force-off': 'shut off', pause: 'paused', resume: 'running' },
  },
  paused: {
    ...{ start: null, shutdown: null, reboot: null, reset: 'paused' },
    ...{ 'force-off': 'shut off', pause: 'paused', resume: 'running' },
  },
} as const;

describe.concurrent.each(['off', 'running', 'paused'] as const)('a guest that is %s', (state) => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await defineGuest(host, { name: `is-${state}`, machine: 'pc', obedient: true });
  });

  // One guest: one action after the other.
  test.each(Object.entries(EXPECTED[state]))('%s: %s', { concurrent: false }, async (action, expected) => {
    await bring(guest, state);
    // The other guests of the host come and go.
    const look = async () => ({ ...(await observe(guest)), known: null });
    const [before, heard] = [await look(), await serialPosition(guest)];
    const answer = await act(guest, action);
    if (expected === null) {
      expect(errorCode(answer), answer.stdout).toBe('power-failed');
      expect(answer.stdout, 'the reason names the state').toContain(`Not while it is ${state}.`);
      expect(await look(), 'nothing was touched').toEqual(before);
      return;
    }
    expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
    if (expected === 'boots') {
      expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
      expect(await stateOf(guest)).toBe('running');
    } else await awaitCondition(`${guest.name} to be ${expected}`, 30, async () => (await stateOf(guest)) === expected);
    expect(await definitionOf(guest)).toBe(before.definition);
  });
});

describe('in rescue', () => {
  test('a one-shot rescue: a reset boots the medium again, a power-off is told to end it, and does', async () => {
    const guest = await defineGuest(host, { name: 'in-rescue', machine: 'pc' });
    await startGuest(guest);
    const image = await medium(host, 'medium');
    expect((await salvor(rescueArguments(host.uri, guest.name, `path:${image}`))).code).toBe(0);
    const heard = await serialPosition(guest);
    const reset = await act(guest, 'reset');
    expect(reset).toMatchObject({
      code: 0,
      json: { told: [{ code: 'power-reset' }, { code: 'power-stays-in-session' }] },
    });
    expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
    const off = await salvor(['power', 'force-off', guest.name, '--uri', host.uri, '--yes']);
    expect(off).toMatchObject({ code: 0 });
    expect(off.stderr, 'said before').toContain('one-shot rescue, which is over when the machine is off');
    expect(await stateOf(guest)).toBe('shut off');
    const restarted = await serialPosition(guest);
    expect((await act(guest, 'start')).code).toBe(0);
    expect(await nextBoot(guest, restarted)).toBe(ROOT_BOOTED);
  });

  test('salvor reboot without --hard is the plain reboot', async () => {
    const guest = await defineGuest(host, { name: 'rebooted', machine: 'pc', obedient: true });
    await startGuest(guest);
    const [heard, { qemu }] = [await serialPosition(guest), await observe(guest)];
    const answer = await salvor(['reboot', guest.name, '--uri', host.uri, '--yes']);
    expect(answer, answer.stderr).toMatchObject({ code: 0 });
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
    expect((await observe(guest)).qemu, 'the same QEMU goes on').toBe(qemu);
    const agent = await act(guest, 'reboot', '--agent');
    expect(agent.code).toBe(1);
    expect(agent.stdout).toContain('guest agent');
  });
});
