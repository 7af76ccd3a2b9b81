/**
 * Sessions of every kind, carried out and ended by bin/salvor: until ended, of a transient guest, to the first reboot, and with UEFI
 * variables of their own. What counts is told by virsh, by the serial port and by the files of the host.
 */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
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
import { failStarts } from '../testbed/hooks.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { bootEntries } from '../testbed/ovmf-vars.ts';
import { errorCode, refusalCodes, rescueArguments, salvor, startSalvorElsewhere, withJson } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';

const NAMESPACE = 'urn:salvor:rescue:1';
const UNTIL_ENDED = ['--session', 'until-ended'] as const;

let host: Hypervisor;
let disk: string;
let uefiDisk: string;
beforeAll(async () => {
  host = await startHypervisor();
  disk = await medium(host, 'medium');
  uefiDisk = await medium(host, 'uefiMedium');
});
afterAll(() => host.stop());

/** Rescue it and hear the medium boot. */
async function rescue(guest: Guest, image: string, ...more: readonly string[]): Promise<SalvorAnswer> {
  const heard = await serialPosition(guest);
  const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${image}`, ...more));
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  expect(await nextBoot(guest, heard), 'the medium boots').toBe(RESCUE_BOOTED);
  return answer;
}

/** End it from a workstation that has never seen this guest. */
async function endElsewhere(guest: Guest, ...more: readonly string[]): Promise<SalvorAnswer> {
  const args = ['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json', ...more];
  return withJson(await startSalvorElsewhere(args).finished, args);
}

async function expectEnded(guest: Guest, ...more: readonly string[]): Promise<void> {
  const answer = await endElsewhere(guest, ...more);
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
}

async function powerCycle(guest: Guest): Promise<string> {
  const heard = await serialPosition(guest);
  await host.virsh('destroy', guest.name);
  await host.virsh('start', guest.name);
  return nextBoot(guest, heard);
}

const stateOf = async (guest: Guest) => (await host.virsh('domstate', guest.name)).trim();
const isPersistent = async (guest: Guest) => /^Persistent:\s+yes$/m.test(await host.virsh('dominfo', guest.name));

/** The sessions that `salvor sessions`, `list` and `inspect` tell of this guest. */
async function toldSessions(guest: Guest): Promise<readonly (string | null)[]> {
  const ask = async <T>(...args: string[]) => (await salvor([...args, '--uri', host.uri, '--json'])).json as T;
  const { sessions } = await ask<{ sessions: { domain: { name: string }; session: { kind: string } }[] }>('sessions');
  const { machines } = await ask<{ machines: { name: string; rescue: { kind: string } | null }[] }>('list');
  const { rescue: inspected } = await ask<{ rescue: { kind: string } | null }>('inspect', guest.name);
  return [
    sessions.find(({ domain }) => domain.name === guest.name)?.session.kind ?? null,
    machines.find(({ name }) => name === guest.name)?.rescue?.kind ?? null,
    inspected?.kind ?? null,
  ];
}

describe('until ended', () => {
  test('it survives power cycles, and another workstation ends it to the definition byte for byte', async () => {
    const guest = await defineGuest(host, { name: 'lasting', machine: 'q35' });
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    const definition = await definitionOf(guest);
    const files = await filesOf(guest);
    await rescue(guest, disk, ...UNTIL_ENDED);
    expect(await powerCycle(guest)).toBe(RESCUE_BOOTED);
    await host.virsh('destroy', guest.name);
    expect(await toldSessions(guest), 'told of while it is off, too').toEqual(Array(3).fill('until-ended'));
    const second = await salvor(rescueArguments(host.uri, guest.name, `path:${disk}`));
    expect(refusalCodes(second), 'written once: no second rescue').toContain('in-rescue');
    const off = await serialPosition(guest);
    await host.virsh('start', guest.name);
    expect(await nextBoot(guest, off)).toBe(RESCUE_BOOTED);
    const heard = await serialPosition(guest);
    await expectEnded(guest);
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
    expect(await definitionOf(guest)).toBe(definition);
    expect(await toldSessions(guest)).toEqual([null, null, null]);
    await forceOff(guest);
    expect(await filesOf(guest)).toEqual(files);
  });

  test('a guest that was off; ended while the rescue is off, it stays off', async () => {
    const guest = await defineGuest(host, { name: 'lasting-off', machine: 'pc' });
    const before = await observe(guest);
    await rescue(guest, disk, ...UNTIL_ENDED);
    await host.virsh('destroy', guest.name);
    await expectEnded(guest);
    const after = await observe(guest);
    expect({ ...after, state: '' }).toEqual({ ...before, state: '' });
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  });

  test('nobody who may only look learns a password from the record', async () => {
    const guest = await defineGuest(host, { name: 'secretive', machine: 'q35' });
    const definition = await definitionOf(guest);
    expect(definition, 'there is a password to be kept').toContain("passwd='s3cret'");
    await rescue(guest, disk, ...UNTIL_ENDED);
    const seen = await host.virsh('--readonly', 'dumpxml', '--inactive', guest.name);
    const record = Buffer.from(/<salvor:original>([^<]+)</.exec(seen)?.[1] ?? '', 'base64').toString();
    expect(record, 'the record is there to be read').toContain('<name>secretive</name>');
    expect(seen + record).not.toContain('s3cret');
    await expectEnded(guest);
    expect(await definitionOf(guest)).toBe(definition);
  });

  test('the rescue does not start: the definition is put back, and the running guest started again', async () => {
    const guest = await defineGuest(host, { name: 'lasting-fails', machine: 'q35' });
    await startGuest(guest);
    const before = await observe(guest);
    const heard = await serialPosition(guest);
    await failStarts(guest, 'rescue');
    const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${disk}`, ...UNTIL_ENDED));
    expect(answer, answer.stderr).toMatchObject({ code: 1 });
    expect(errorCode(answer)).toBe('start-failed');
    expect(answer.stdout).toContain('its definition was put back');
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
    expect({ ...(await observe(guest)), qemu: null }).toEqual({ ...before, qemu: null });
  });

  test('the guest cannot be started again either: its definition is back all the same', async () => {
    const guest = await defineGuest(host, { name: 'lasting-stuck', machine: 'q35' });
    await startGuest(guest);
    const definition = await definitionOf(guest);
    const mend = await failStarts(guest, 'all');
    const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${disk}`, ...UNTIL_ENDED));
    expect(errorCode(answer)).toBe('rollback-failed');
    await mend();
    expect(await definitionOf(guest), 'what could be put back was').toBe(definition);
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  });

  test('a definition that libvirt sorts when it gets it back is the same one: its controllers stand in another order', async () => {
    const devices = "<disk type='file' device='cdrom'><target dev='sdz' bus='scsi'/></disk>";
    const guest = await defineGuest(host, { name: 'unsorted', machine: 'q35', devices });
    const definition = await definitionOf(guest);
    await rescue(guest, disk, ...UNTIL_ENDED);
    await expectEnded(guest);
    const after = await definitionOf(guest);
    expect(after, 'libvirt 9.0 sorts here; if a later one does not, the better').not.toBe(definition);
    expect(after.split('\n').sort()).toEqual(definition.split('\n').sort());
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  });

  test('a record that was tampered with is not acted on', async () => {
    const guest = await defineGuest(host, { name: 'tampered', machine: 'q35' });
    const definition = await definitionOf(guest);
    await rescue(guest, disk, ...UNTIL_ENDED);
    const xml = join(guest.dir, 'tampered.xml');
    const record = /<salvor:original>([^<]+)</;
    const real = record.exec(await definitionOf(guest))?.[1] ?? '';
    const other = Buffer.from(real, 'base64').toString().replace('/root.img', '/etc/shadow');
    await writeFile(
      xml,
      (await definitionOf(guest)).replace(record, `<salvor:original>${Buffer.from(other).toString('base64')}<`),
    );
    await host.virsh('define', xml);
    const before = await observe(guest);
    const answer = await endElsewhere(guest);
    expect(answer).toMatchObject({ code: 1 });
    expect(errorCode(answer)).toBe('record-unusable');
    expect(await observe(guest)).toEqual(before);
    // Where it was begun the journal has the definition, and a person may say that it is to be trusted.
    const end = ['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json'];
    expect(errorCode(await salvor(end))).toBe('record-unusable');
    expect(await observe(guest)).toEqual(before);
    const ended = await salvor([...end, '--record', 'journal']);
    expect(ended, ended.stdout).toMatchObject({ code: 0 });
    expect(await definitionOf(guest)).toBe(definition);
  });
});

describe('a transient guest', () => {
  /** It runs, and there is no definition of it. */
  async function transientGuest(name: string): Promise<Guest> {
    const guest = await defineGuest(host, { name, machine: 'q35' });
    await host.virsh('undefine', name);
    const heard = await serialPosition(guest);
    await host.virsh('create', join(guest.dir, 'definition.xml'));
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
    return guest;
  }
  const ownXml = (guest: Guest) => host.virsh('dumpxml', '--migratable', '--security-info', guest.name);

  test('is defined for the time of the rescue, and runs from its own XML afterwards, transient again', async () => {
    const guest = await transientGuest('fleeting');
    const before = await ownXml(guest);
    await rescue(guest, disk, '--allow-transient');
    expect(await isPersistent(guest)).toBe(true);
    expect(await powerCycle(guest), 'not even power-off in the rescue loses it').toBe(RESCUE_BOOTED);
    await host.virsh('destroy', guest.name);
    expect(await toldSessions(guest)).toEqual(Array(3).fill('until-ended'));
    const heard = await serialPosition(guest);
    await expectEnded(guest);
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
    expect(await isPersistent(guest)).toBe(false);
    expect(await ownXml(guest)).toBe(before);
  });

  test('whose rescue does not start is started again, and is transient', async () => {
    const guest = await transientGuest('fleeting-fails');
    const before = await ownXml(guest);
    const heard = await serialPosition(guest);
    await failStarts(guest, 'rescue');
    const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${disk}`, '--allow-transient'));
    expect(errorCode(answer)).toBe('start-failed');
    expect(answer.stdout).toContain('it is transient, as it was');
    expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
    expect(await isPersistent(guest)).toBe(false);
    expect(await ownXml(guest)).toBe(before);
  });

  test('that does not shut down runs on as it was', async () => {
    const guest = await transientGuest('fleeting-deaf');
    const [before, id] = [await ownXml(guest), await host.virsh('domid', guest.name)];
    const how = ['--allow-transient', '--stop', 'graceful', '--stop-timeout', '1'];
    const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${disk}`, ...how));
    expect(errorCode(answer)).toBe('stop-timeout');
    expect(await host.virsh('domid', guest.name)).toBe(id);
    expect(await isPersistent(guest)).toBe(false);
    expect(await ownXml(guest)).toBe(before);
  });

  test('left off on wish keeps a definition, its own: it would be gone otherwise', async () => {
    const guest = await transientGuest('fleeting-off');
    await rescue(guest, disk, '--allow-transient');
    await expectEnded(guest, '--power', 'off');
    expect(await stateOf(guest)).toBe('shut off');
    expect((await host.tryVirsh('metadata', guest.name, NAMESPACE, '--config')).code, 'no session').not.toBe(0);
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  });
});

test('to the first reboot: the medium boots once, then the guest is off and boots its system', async () => {
  const guest = await defineGuest(host, { name: 'once', machine: 'q35' });
  const definition = await definitionOf(guest);
  await rescue(guest, disk, '--end-at-first-reboot');
  // QEMU may be gone before it has answered: the reset ends it.
  await host.tryVirsh('reset', guest.name);
  await awaitCondition('the guest to be off', 20, async () => (await stateOf(guest)) === 'shut off');
  expect(await definitionOf(guest)).toBe(definition);
  expect(await toldSessions(guest)).toEqual([null, null, null]);
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
});

describe('UEFI, and no other device in the boot order', () => {
  const scratchFiles = async (guest: Guest) => (await filesOf(guest)).filter((file) => file.includes('.salvor-'));

  test.each([
    ['one-shot', [] as readonly string[]],
    ['until-ended', UNTIL_ENDED],
  ] as const)(
    '%s: variables of the session’s own, gone at the end; the guest’s are untouched',
    async (kind, session) => {
      const guest = await defineGuest(host, { name: `uefi-${kind}`, machine: 'q35', firmware: 'uefi' });
      expect(await startGuest(guest)).toBe(ROOT_BOOTED);
      await forceOff(guest);
      const [definition, variables] = [await definitionOf(guest), await readFile(guest.vars)];
      const image = join(guest.dir, 'medium.img');
      await copyFile(uefiDisk, image);
      await rescue(guest, image, '--fall-through', 'none', ...session);
      expect(await scratchFiles(guest)).toHaveLength(1);
      await expectEnded(guest);
      expect(await scratchFiles(guest)).toEqual([]);
      expect(await definitionOf(guest)).toBe(definition);
      expect((await readFile(guest.vars)).equals(variables), 'not a byte of its NVRAM differs').toBe(true);
      expect(Object.values(await bootEntries(guest.vars))).toContain('debian');
      expect(await startGuest(guest)).toBe(ROOT_BOOTED);
      await forceOff(guest);
    },
  );

  test('what an earlier session left behind is made afresh, and a failed start leaves nothing', async () => {
    const guest = await defineGuest(host, { name: 'uefi-stale', machine: 'q35', firmware: 'uefi' });
    const uuid = (await host.virsh('domuuid', guest.name)).trim();
    const scratch = `${guest.vars}.salvor-${uuid}`;
    await writeFile(scratch, 'stale');
    await rescue(guest, uefiDisk, '--fall-through', 'none');
    expect((await readFile(scratch)).length).toBe((await readFile(guest.vars)).length);
    await expectEnded(guest);
    await writeFile(scratch, 'stale');
    await failStarts(guest, 'rescue');
    const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${uefiDisk}`, '--fall-through', 'none'));
    expect(errorCode(answer)).toBe('start-failed');
    expect(await scratchFiles(guest)).toEqual([]);
  });

  test('firmware that libvirt selects: the variables lie where libvirt keeps them', async () => {
    const guest = await defineGuest(host, { name: 'uefi-selected', machine: 'q35', firmware: 'uefi' });
    const xml = join(guest.dir, 'definition.xml');
    const selected = (await definitionOf(guest))
      .replace('<os>', "<os firmware='efi'>")
      .replace(/<(loader|nvram).*<\/\1>\s*/g, '');
    await writeFile(xml, selected);
    await host.virsh('define', xml);
    const definition = await definitionOf(guest);
    expect(definition).not.toContain('<nvram');
    const how = ['--fall-through', 'none'];
    const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${uefiDisk}`, ...how));
    expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
    expect(await scratchFiles(guest)).toEqual([expect.stringMatching(/qemu\/nvram\/uefi-selected_VARS\.fd\.salvor-/)]);
    await expectEnded(guest);
    expect(await scratchFiles(guest)).toEqual([]);
    expect(await definitionOf(guest)).toBe(definition);
  });
});
