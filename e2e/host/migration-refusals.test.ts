/**
 * What a migration refuses beforehand, brought about on two real hosts: the preview says it, the run does, too, and nothing was touched. What
 * can be mended from here (a secret that the other host lacks) is mended.
 */
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectAcceleration } from '../testbed/acceleration.ts';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import { forceOff, medium, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { defineVolumeSecret, luksDiskXml, makeLuksImage, setSecretValue } from '../testbed/luks.ts';
import { refusalCodes, rescueArguments, salvor, stateOfTests } from '../testbed/salvor.ts';
import { at, defineTraveller } from '../testbed/travellers.ts';
import { startTwoHosts } from '../testbed/two-hosts.ts';
import type { TwoHosts } from '../testbed/two-hosts.ts';
import { forget, moveArguments, moved, planned, standingOf, startNetwork } from './moves.ts';

const SHARED = ['--disk', 'vda=shared'] as const;

let two: TwoHosts;
let guest: Guest;
beforeAll(async () => {
  two = await startTwoHosts();
  await startNetwork(two.a, 'lan', 'virbr7');
  guest = await defineTraveller(two.a, {
    name: 'wanderer',
    devices: "<interface type='network'><source network='lan'/><model type='virtio'/></interface>",
  });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
});
afterAll(() => two.stop());

/** A definition at b, by name and UUID. */
async function defineThere(name: string, uuid: string | null): Promise<void> {
  const file = join(two.b.dir, `${name}.xml`);
  const its = uuid === null ? '' : `<uuid>${uuid}</uuid>`;
  const rest = "<memory unit='MiB'>16</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>";
  await writeFile(file, `<domain type='qemu'><name>${name}</name>${its}${rest}</domain>`);
  await two.b.virsh('define', file);
}

/** All that a preview could have touched, as virsh and the file systems tell it. */
async function everything(host: Hypervisor): Promise<string> {
  const lists = [
    ['list', '--all', '--uuid'],
    ['pool-list', '--all', '--name'],
    ['net-list', '--all', '--name'],
    ['secret-list'],
    ['dumpxml', '--security-info', guest.name],
    ['dumpxml', '--inactive', '--security-info', guest.name],
    ['domstate', '--reason', guest.name],
    ['domjobinfo', guest.name],
  ];
  const told = await Promise.all(lists.map(async (list) => (await host.tryVirsh(...list)).stdout));
  const files = (await readdir(host.dir, { recursive: true })).filter(
    (name) => !/(^|\/)(cache|log)\/|\.log$/.test(name),
  );
  const ofGuest = await Promise.all(
    ['root.img', 'definition.xml'].map(async (name) => (await stat(join(guest.dir, name))).mtimeMs),
  );
  return JSON.stringify([told, files.sort(), ofGuest]);
}

/** The codes that a preview refuses with. */
async function refused(...more: readonly string[]): Promise<readonly string[]> {
  const answer = await planned(two, guest.name, ...SHARED, ...more);
  expect(answer.code, `${answer.stdout}${answer.stderr}`).toBe(2);
  return refusalCodes(answer);
}

describe('the preview', () => {
  const NETWORK = ['--map-network', 'lan=other'] as const;

  test('--plan says both definitions, the call and the way by hand, and touches nothing on either host', async () => {
    await startNetwork(two.b, 'other', 'virbr8');
    const before = [await everything(two.a), await everything(two.b)];
    const answer = await planned(two, guest.name, ...SHARED, ...NETWORK, '--listen', '0.0.0.0');
    expect(answer.code, answer.stdout).toBe(0);
    const { plan } = answer;
    expect(plan.running?.diff.filter(({ kind }) => kind === 'added').map(({ text }) => text.trim())).toEqual(
      expect.arrayContaining([expect.stringContaining("network='other'"), expect.stringContaining("'0.0.0.0'")]),
    );
    expect(plan.estimate).not.toBeNull();
    const spoken = await salvor([
      'migrate',
      guest.name,
      '--uri',
      two.a.uri,
      '--to',
      two.b.uri,
      '--plan',
      ...SHARED,
      ...NETWORK,
    ]);
    expect(spoken.code, spoken.stderr).toBe(0);
    expect(spoken.stdout).toMatch(/^Migration of wanderer .* from host-a to host-b, as it runs$/m);
    expect(spoken.stdout).toMatch(/^ {2}vda +\//m);
    expect(spoken.stdout).toMatch(/^ {2}\+.*network='other'/m);
    expect(spoken.stdout).toMatch(/^ {2}virsh -c .* migrate /m);
    expect(answer.stdout + spoken.stdout).not.toContain('s3cret');
    expect([await everything(two.a), await everything(two.b)]).toEqual(before);
  });

  test('a network that is not there, or is off', async () => {
    expect(await refused()).toEqual(['migrate-need-missing']);
    await two.b.virsh('net-destroy', 'other');
    expect(await refused(...NETWORK)).toEqual(['migrate-need-inactive']);
    await two.b.virsh('net-start', 'other');
  });

  test('its name or its UUID belongs to another, or it is defined there', async () => {
    await defineThere(guest.name, null);
    expect(await refused(...NETWORK)).toEqual(['migrate-name-taken']);
    await two.b.virsh('undefine', guest.name);
    const uuid = (await two.a.virsh('domuuid', guest.name)).trim();
    await defineThere('squatter', uuid);
    expect(await refused(...NETWORK)).toEqual(['migrate-uuid-taken']);
    await two.b.virsh('undefine', 'squatter');
    await defineThere(guest.name, uuid);
    expect(await refused(...NETWORK)).toEqual(['migrate-defined-there']);
    await two.b.virsh('undefine', guest.name);
  });

  test('to the host where it is; a disk that it has not; the run refuses as the preview does', async () => {
    const same = { a: two.a, b: { ...two.b, uri: `${two.a.uri}&keepalive=1` } };
    const answer = await planned(same, guest.name, ...SHARED);
    expect(answer.code, answer.stdout).toBe(2);
    expect(refusalCodes(answer)).toContain('migrate-same-host');
    expect(await refused(...NETWORK, '--disk', 'vdz=copy')).toEqual(['migrate-disk-unknown']);
    const run = await salvor(moveArguments(two, guest.name, ...SHARED));
    expect(run.code, run.stderr).toBe(2);
    expect(refusalCodes(run)).toEqual(['migrate-need-missing']);
    expect(await standingOf(two.a, guest.name)).toMatch(/^running/);
    expect(await standingOf(two.b, guest.name)).toBeNull();
  });

  test('a disk that throws away what is written to it, as those of a rescue do', async () => {
    const disk = await medium(two.a, 'medium');
    const rescued = await defineTraveller(two.a, { name: 'patient' });
    const answer = await salvor(rescueArguments(two.a.uri, rescued.name, `path:${disk}`));
    expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
    const plan = await planned(two, rescued.name, ...SHARED);
    expect(plan.code).toBe(2);
    expect(refusalCodes(plan)).toContain('migrate-transient-disk');
    await forget(two, rescued.name);
  });

  test('a CPU that no host has', async () => {
    // Features of two makers at once: one of them is lacking anywhere.
    const cpu = ['svm', 'vmx'].map((name) => `<feature policy='require' name='${name}'/>`).join('');
    const picky = await defineTraveller(two.a, {
      name: 'picky',
      elements: `<cpu mode='custom' match='exact'><model fallback='forbid'>qemu64</model>${cpu}</cpu>`,
    });
    const file = join(picky.dir, 'kvm.xml');
    const xml = await two.a.virsh('dumpxml', '--inactive', '--security-info', picky.name);
    const type = await detectAcceleration();
    await writeFile(file, xml.replace("<domain type='qemu'>", `<domain type='${type}'>`));
    await two.a.virsh('define', file);
    const plan = await planned(two, picky.name, ...SHARED);
    // An emulated CPU runs anywhere.
    expect(refusalCodes(plan), plan.stdout).toEqual(type === 'kvm' ? ['migrate-cpu'] : []);
    await forget(two, picky.name);
  });
});

describe('a secret that the other host lacks', () => {
  const UUID = '5a5a5a5a-1111-4222-8333-444444444444';
  const PASSPHRASE = 'a passphrase of nobody';

  test('is refused, and carried where that is asked for; its value is nowhere but in libvirt', async () => {
    const image = join(two.a.dir, 'vault.qcow2');
    await makeLuksImage(image, PASSPHRASE);
    await defineVolumeSecret(two.a, UUID, image, 'kept');
    await setSecretValue(two.a, UUID, PASSPHRASE);
    const vault = await defineTraveller(two.a, { name: 'vault', devices: luksDiskXml(image, 'vdb', UUID) });
    expect(await startGuest(vault)).toBe(ROOT_BOOTED);
    const disks = [...SHARED, '--disk', 'vdb=shared'];
    const plan = await planned(two, vault.name, ...disks);
    expect(plan.code, plan.stdout).toBe(2);
    expect(refusalCodes(plan)).toEqual(['migrate-secret-missing']);

    const { plan: done } = await moved(two, vault.name, ...disks, '--carry-secrets');
    expect(await standingOf(two.b, vault.name)).toBe('running (migrated)');
    const value = (await two.b.virsh('secret-get-value', '--plain', UUID)).trim();
    expect(value).toBe(PASSPHRASE);
    await two.b.virsh('destroy', vault.name);
    expect(await startGuest(at(two.b, vault)), 'it opens its disk there').toBe(ROOT_BOOTED);
    await forceOff(at(two.b, vault));

    const state = await readdir(stateOfTests(), { recursive: true, withFileTypes: true });
    const files = state.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const written = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('') + JSON.stringify(done);
    for (const secret of [PASSPHRASE, Buffer.from(PASSPHRASE).toString('base64')])
      expect(written).not.toContain(secret);
  });
});
