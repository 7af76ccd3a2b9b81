/**
 * Hard reboots of guests that are in rescue: the rescue goes on, or it is ended first. What counts is told by virsh and the serial port. One after
 * the other: they boot from one medium, which one guest at a time may have.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import {
  defineGuest,
  definitionOf,
  filesOf,
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
import { rescueArguments, salvor } from '../testbed/salvor.ts';
import { actionsOf, expectRebooted } from './reboots.ts';

let host: Hypervisor;
let disk: string;
beforeAll(async () => {
  host = await startHypervisor();
  disk = await medium(host, 'medium');
});
afterAll(() => host.stop());

async function expectDone(args: readonly string[]): Promise<void> {
  const answer = await salvor([...args, '--uri', host.uri]);
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
}

/** A guest in rescue of that kind; what it was before. */
async function rescued(
  name: string,
  kind: string,
): Promise<{ guest: Guest; definition: string; files: readonly string[] }> {
  const guest = await defineGuest(host, { name, machine: 'q35' });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  const before = { guest, definition: await definitionOf(guest), files: await filesOf(guest) };
  const heard = await serialPosition(guest);
  await expectDone(rescueArguments(host.uri, name, `path:${disk}`, '--session', kind));
  expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
  return before;
}

const sessionXml = (guest: Guest, of: '--live' | '--config') =>
  host.tryVirsh('metadata', guest.name, 'urn:salvor:rescue:1', of).then(({ stdout }) => stdout.trim());

describe.each(['one-shot', 'until-ended'] as const)('%s', (kind) => {
  test('kept: the medium boots again in the same session, and ending it gives back what was', async () => {
    const { guest, definition, files } = await rescued(`${kind}-kept`, kind);
    const defined = await definitionOf(guest);
    const session = await sessionXml(guest, '--live');
    expect(session).toContain(kind);
    for (const turn of ['first', 'second']) {
      const plan = await expectRebooted(guest, RESCUE_BOOTED, '--session', 'keep');
      expect(actionsOf(plan), turn).toEqual({});
      expect(plan.session?.code).toBe('reboot-session-kept');
      const warned = plan.warnings.map(({ code }) => code);
      expect(warned, 'of what was written to the throw-away overlay').toContain('reboot-overlay-lost');
      expect(await sessionXml(guest, '--live'), turn).toBe(session);
      expect(await definitionOf(guest), turn).toBe(defined);
    }
    const heard = await serialPosition(guest);
    await expectDone(['end', guest.name, '--stop', 'force']);
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
    expect(await definitionOf(guest)).toBe(definition);
    await forceOff(guest);
    expect(await filesOf(guest)).toEqual(files);
  });

  test('ended: its own system boots, from its own definition', async () => {
    const { guest, definition, files } = await rescued(`${kind}-ended`, kind);
    await expectRebooted(guest, ROOT_BOOTED, '--session', 'end');
    expect(await sessionXml(guest, '--live')).toBe('');
    expect(await definitionOf(guest)).toBe(definition);
    const { sessions } = (await salvor(['sessions', '--uri', host.uri, '--json'])).json as {
      sessions: { domain: { name: string } }[];
    };
    expect(sessions.map(({ domain }) => domain.name)).not.toContain(guest.name);
    await forceOff(guest);
    expect(await filesOf(guest)).toEqual(files);
    expect((await observe(guest)).session).toBe('');
  });
});
