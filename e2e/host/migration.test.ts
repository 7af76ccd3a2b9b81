/**
 * Migrations by bin/salvor between two real hosts: what runs there and what stays there are the destination's, the machine is at the source no
 * more, and a rescue goes along with its way back. virsh and the serial port are the witnesses.
 */
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrateCall } from '../../src-core/migration/parameters.ts';
import { planMigration } from '../../src-core/migration/plan.ts';
import type { MigrationRequest } from '../../src-core/migration/types.ts';
import { collectMigration } from '../../src-main/app/migration/facts.ts';
import { openHypervisor } from '../../src-main/libvirt/load.ts';
import { awaitCondition } from '../testbed/await-condition.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { defineGuest, forceOff, medium, nextBoot, serialPosition, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { bootEntries } from '../testbed/ovmf-vars.ts';
import { rescueArguments, salvor, stateOfTests } from '../testbed/salvor.ts';
import { at, defineTraveller } from '../testbed/travellers.ts';
import { startTwoHosts } from '../testbed/two-hosts.ts';
import type { TwoHosts } from '../testbed/two-hosts.ts';
import { isPersistent, moved, persistentXml, runningXml, standingOf, startNetwork } from './moves.ts';

const SESSION = 'urn:salvor:rescue:1';

let two: TwoHosts;
beforeAll(async () => {
  two = await startTwoHosts();
  await startNetwork(two.a, 'lan', 'virbr7');
  await startNetwork(two.b, 'lan-there', 'virbr8');
  // What the hosts share is called otherwise at b.
  await symlink(join(two.a.dir, 'guests'), join(two.b.dir, 'shared'));
});
afterAll(() => two.stop());

const paths = () => [join(two.a.dir, 'guests'), join(two.b.dir, 'shared')] as const;
const mapPath = () => ['--map-path', paths().join('=')] as const;
const SHARED = ['--disk', 'vda=shared'] as const;

/** What of a definition belongs to one host, read without any code of Salvor's. */
function settingsIn(xml: string) {
  const one = (pattern: RegExp) => pattern.exec(xml)?.[1] ?? null;
  return {
    disk: one(/<source file='([^']*root\.img)'/),
    log: one(/<source path='([^']*serial\.log)'/),
    network: one(/<source network='([^']*)'/),
    listen: one(/<graphics [^>]*listen='([^']*)'/),
    pinned: one(/<vcpupin [^>]*cpuset='([^']*)'/),
  };
}

const here = (name: string) => ({
  ...{ disk: `${paths()[0]}/${name}/root.img`, log: `${paths()[0]}/${name}/serial.log` },
  ...{ network: 'lan', listen: '127.0.0.1', pinned: '0' },
});
const there = (name: string) => ({
  ...{ disk: `${paths()[1]}/${name}/root.img`, log: `${paths()[1]}/${name}/serial.log` },
  ...{ network: 'lan-there', listen: '0.0.0.0', pinned: null },
});

async function hostBoundGuest(name: string): Promise<Guest> {
  const guest = await defineTraveller(two.a, {
    name,
    elements: "<cputune><vcpupin vcpu='0' cpuset='0'/></cputune>",
    devices: "<interface type='network'><source network='lan'/><model type='virtio'/></interface>",
  });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  expect(settingsIn(await runningXml(guest))).toEqual(here(name));
  return guest;
}

/** Shut it down as an administrator would, and start it again. */
async function coldStart(guest: Guest): Promise<string> {
  await guest.host.virsh('shutdown', guest.name);
  await awaitCondition(
    'the shutdown',
    30,
    async () => (await standingOf(guest.host, guest.name))?.startsWith('shut off') ?? false,
  );
  return startGuest(guest);
}

async function uuidOf({ host, name }: Guest): Promise<string> {
  return (await host.virsh('domuuid', name)).trim();
}

describe('settings that belong to a host', () => {
  test('the destination’s run there, stay there, and are what it starts with', async () => {
    const guest = await hostBoundGuest('settled');
    const rules = ['--map-network', 'lan=lan-there', '--listen', '0.0.0.0', '--drop-pinning'];
    const { plan, state, operation } = await moved(two, guest.name, ...mapPath(), ...rules, ...SHARED);
    expect(state).toBe('running');
    const arrived = at(two.b, guest);
    expect(await standingOf(two.a, guest.name)).toBeNull();
    expect(await standingOf(two.b, guest.name)).toBe('running (migrated)');
    expect(settingsIn(await runningXml(arrived))).toEqual(there(guest.name));
    // Byte for byte what was planned; the password alone is not in what was told.
    const hidden = (xml: string) => xml.trim().replace("passwd='s3cret'", "passwd='***'");
    expect(hidden(await persistentXml(arrived))).toBe(plan.persistent?.after.trim());
    expect(hidden(await runningXml(arrived))).toBe(plan.running?.after.trim());

    expect(await coldStart(arrived)).toBe(ROOT_BOOTED);
    expect(settingsIn(await runningXml(arrived))).toEqual(there(guest.name));
    expect(await arrived.host.virsh('dumpxml', '--security-info', guest.name)).toContain("passwd='s3cret'");

    const { rows } = (await salvor(['history', '--domain', guest.name, '--json'])).json as {
      rows: { id: string; kind: string; outcome: string }[];
    };
    expect(rows).toEqual([expect.objectContaining({ id: operation, kind: 'migrate', outcome: 'done' })]);
    await forceOff(arrived);
  });

  test('without the persistent XML it is left with the source’s: by virsh', async () => {
    const guest = await hostBoundGuest('unsettled');
    const xml = join(guest.dir, 'there.xml');
    const changed = (await runningXml(guest))
      .replaceAll(...paths())
      .replace("network='lan'", "network='lan-there'")
      .replaceAll('127.0.0.1', '0.0.0.0')
      .replace(/<cputune>.*?<\/cputune>/s, '');
    await writeFile(xml, changed);
    const before = await persistentXml(guest);
    const how = ['--live', '--persistent', '--undefinesource', '--unsafe', '--xml', xml];
    await two.a.virsh('migrate', ...how, guest.name, two.b.uri);
    await expectSourceSettings(at(two.b, guest), before);
  });

  test('without the persistent XML it is left with the source’s: by our own call with that alone left out', async () => {
    const guest = await hostBoundGuest('unsettled-call');
    const before = await persistentXml(guest);
    const request: MigrationRequest = {
      live: true,
      rules: {
        ...{ paths: [{ from: paths()[0], to: paths()[1] }], pools: [], bridges: [] },
        ...{ networks: [{ from: 'lan', to: 'lan-there' }], pinning: 'drop', listen: '0.0.0.0' },
      },
      ...{ disks: { vda: 'shared' }, way: 'direct', destinationUri: null, migrateUri: null, secrets: 'leave' },
      options: { tls: false, bandwidth: null, postCopy: false, autoConverge: false, parallel: null, maxDowntime: null },
      undefineSource: true,
    };
    const open = (uri: string) => openHypervisor(uri, { readOnly: false, onLost: () => undefined });
    const [source, destination] = [await open(two.a.uri), await open(two.b.uri)];
    try {
      const uuid = await uuidOf(guest);
      const plan = planMigration(await collectMigration(source, destination, { uuid, request, measure: false }));
      expect(plan.refusals).toEqual([]);
      const call = migrateCall(plan);
      expect(call.persistentXml, 'what makes the difference is in the call').toContain('lan-there');
      await source.migrateTo(uuid, destination, { ...call, persistentXml: null });
    } finally {
      await source.close();
      await destination.close();
    }
    await expectSourceSettings(at(two.b, guest), before);
  });

  /** The fault: it runs with the destination's settings, and is not able to start there again, for what it keeps are the source's. */
  async function expectSourceSettings(arrived: Guest, before: string): Promise<void> {
    expect(settingsIn(await runningXml(arrived))).toEqual(there(arrived.name));
    expect(await persistentXml(arrived)).toBe(before);
    expect(settingsIn(before)).toEqual(here(arrived.name));
    await expect(coldStart(arrived)).rejects.toThrow(/Network not found: no network with matching name 'lan'/);
  }
});

describe('a machine in rescue', () => {
  async function rescued(name: string, ...more: string[]): Promise<{ guest: Guest; original: string }> {
    const guest = await defineTraveller(two.a, { name });
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    const original = await persistentXml(guest);
    const heard = await serialPosition(guest);
    const iso = await medium(two.a, 'iso');
    const answer = await salvor(rescueArguments(two.a.uri, name, `path:${iso}`, '--device', 'cdrom', ...more));
    expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
    expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
    return { guest, original };
  }

  const sessionOf = async ({ host, name }: Guest, which: '--live' | '--config') =>
    (await host.tryVirsh('metadata', name, SESSION, which)).stdout.trim();

  /** Its definition is another one there, and so is the hash of it that the mark carries. */
  const withoutHash = (session: string) => session.replace(/definition="[0-9a-f]{64}"/, '');

  test('one-shot: it is in rescue there, and its next normal start is its own', async () => {
    const { guest, original } = await rescued('shot');
    const session = withoutHash(await sessionOf(guest, '--live'));
    await moved(two, guest.name, ...mapPath(), ...SHARED);
    const arrived = at(two.b, guest);
    expect(await standingOf(two.a, guest.name)).toBeNull();
    expect(withoutHash(await sessionOf(arrived, '--live'))).toBe(session);
    const { sessions } = (await salvor(['sessions', '--uri', two.b.uri, '--json'])).json as {
      sessions: { domain: { name: string }; session: { kind: string } }[];
    };
    expect(sessions.map(({ domain, session: { kind } }) => [domain.name, kind])).toEqual([['shot', 'one-shot']]);
    expect(await sessionOf(arrived, '--config')).toBe('');
    expect(await persistentXml(arrived)).toBe(original.replaceAll(...paths()));
    await two.b.virsh('destroy', guest.name);
    expect(await startGuest(arrived)).toBe(ROOT_BOOTED);
    expect(await sessionOf(arrived, '--live')).toBe('');
    await forceOff(arrived);
  });

  test('until ended: it stays in rescue there, and a workstation that never saw the source ends it', async () => {
    const { guest, original } = await rescued('lasting', '--session', 'until-ended');
    await moved(two, guest.name, ...mapPath(), ...SHARED);
    const arrived = at(two.b, guest);
    expect(await standingOf(two.a, guest.name)).toBeNull();
    await two.b.virsh('destroy', guest.name);
    expect(await startGuest(arrived), 'still in rescue after a power cycle there').toBe(RESCUE_BOOTED);

    const state = await mkdtemp(join(tmpdir(), 'salvor-elsewhere-'));
    try {
      const heard = await serialPosition(arrived);
      const args = ['end', '--uri', two.b.uri, guest.name, '--stop', 'force', '--json'];
      const answer = await salvor(args, { env: { SALVOR_STATE: state } });
      expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
      expect(await nextBoot(arrived, heard)).toBe(ROOT_BOOTED);
    } finally {
      await rm(state, { recursive: true, force: true });
    }
    // Its own definition, by the names of the host where it is now.
    expect(await persistentXml(arrived)).toBe(original.replaceAll(...paths()));
    await forceOff(arrived);
  });
});

describe('what is left, and what comes along', () => {
  test('a machine that is off: its definition alone', async () => {
    const guest = await defineTraveller(two.a, { name: 'asleep' });
    const original = await persistentXml(guest);
    const { state } = await moved(two, guest.name, ...mapPath(), ...SHARED);
    expect(state).toBe('shutoff');
    expect(await standingOf(two.a, guest.name)).toBeNull();
    const arrived = at(two.b, guest);
    expect(await persistentXml(arrived)).toBe(original.replaceAll(...paths()));
    expect(await startGuest(arrived)).toBe(ROOT_BOOTED);
    await forceOff(arrived);
  });

  test('UEFI variables and the state of a TPM go along; the file of the variables stays, and that is told', async () => {
    const tpm = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>";
    const guest = await defineGuest(two.a, { name: 'tower', machine: 'q35', firmware: 'uefi', devices: tpm });
    await two.a.virsh('start', guest.name);
    const uuid = await uuidOf(guest);
    const vars = join(two.b.dir, 'tower_VARS.fd');
    const disks = ['vda', 'vdc', 'sdb'].flatMap((target) => ['--disk', `${target}=shared`]);
    const { remarks } = await moved(two, guest.name, ...mapPath(), '--map-path', `${guest.vars}=${vars}`, ...disks);
    expect(await standingOf(two.b, guest.name)).toBe('running (migrated)');
    expect(await bootEntries(vars)).toMatchObject({ Boot0005: 'debian' });
    expect(remarks.join(' ')).toContain(guest.vars);
    const states = (host: Hypervisor) => readdir(join(host.dir, 'var/lib/libvirt/swtpm'));
    expect(await states(two.b)).toEqual([uuid]);
    expect(await states(two.a)).toEqual([]);
    await two.b.virsh('destroy', guest.name);
  });

  test('--keep-source leaves the definition, off; a transient machine has one on neither side', async () => {
    const kept = await defineTraveller(two.a, { name: 'kept' });
    await startGuest(kept);
    await moved(two, kept.name, '--keep-source', ...SHARED);
    expect(await standingOf(two.a, kept.name)).toBe('shut off (migrated)');
    expect(await isPersistent(at(two.b, kept))).toBe(true);
    await forceOff(at(two.b, kept));

    const passing = await defineTraveller(two.a, { name: 'passing' });
    await startGuest(passing);
    await two.a.virsh('undefine', passing.name);
    await moved(two, passing.name, ...SHARED);
    expect(await standingOf(two.a, passing.name)).toBeNull();
    expect(await isPersistent(at(two.b, passing))).toBe(false);
    await forceOff(at(two.b, passing)).catch(() => undefined);
  });

  test('no password of any of them is in the journal', async () => {
    const folder = join(stateOfTests(), 'journal');
    const files = await readdir(folder);
    const all = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
    expect(all.join('')).toContain('"kind":"migrate"');
    expect(all.join('')).not.toContain('s3cret');
  });
});
