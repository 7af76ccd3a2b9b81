/**
 * The ways of a migration on two real hosts: direct and peer to peer, in the clear and over TLS, disks shared and copied, and each option, seen
 * at work in QEMU itself. A migration that is cancelled or fails leaves the machine where it was, and nothing of it where it was going.
 */
import { access, copyFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import { outputOf, startCommand } from '../testbed/command.ts';
import { forceOff, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { errorCode, salvor, startSalvor } from '../testbed/salvor.ts';
import { at, defineTraveller, startTraveller } from '../testbed/travellers.ts';
import type { TravellerOptions } from '../testbed/travellers.ts';
import { startTwoHosts, strangeName } from '../testbed/two-hosts.ts';
import type { TwoHosts } from '../testbed/two-hosts.ts';
import { forget, moveArguments, moved, persistentXml, standingOf, startPool } from './moves.ts';

const SHARED = ['--disk', 'vda=shared'] as const;
const MIB = 2 ** 20;

let two: TwoHosts;
let images: string;
beforeAll(async () => {
  two = await startTwoHosts({ tls: true });
  images = join(two.b.dir, 'images');
  await startPool(two.b, 'images', images);
});
afterAll(() => two.stop());

async function running(options: TravellerOptions): Promise<Guest> {
  const guest = await defineTraveller(two.a, options);
  await startTraveller(guest, options);
  return guest;
}

const rootOf = (guest: Guest) => join(guest.dir, 'root.img');
const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function expectArrived(guest: Guest): Promise<void> {
  expect(await standingOf(two.a, guest.name)).toBeNull();
  expect(await standingOf(two.b, guest.name)).toBe('running (migrated)');
}

/** It runs at the source as it did, without a job, and there is nothing of it at the destination. */
async function expectStayed(guest: Guest): Promise<void> {
  expect(await standingOf(two.a, guest.name)).toMatch(/^running \(/);
  expect(await two.a.virsh('domjobinfo', guest.name)).toMatch(/Job type:\s+None/);
  expect(await standingOf(two.b, guest.name)).toBeNull();
}

describe('direct', () => {
  test('over TLS, its disk copied: it starts there from the copy alone', async () => {
    const guest = await running({ name: 'copied' });
    const copy = join(images, 'copied.img');
    const { plan } = await moved(two, guest.name, '--tls', '--map-path', `${rootOf(guest)}=${copy}`);
    expect(plan.flags).toEqual(expect.arrayContaining(['TLS', 'NON_SHARED_DISK']));
    expect(plan.disks).toEqual([expect.objectContaining({ target: 'vda', way: 'copy', bytes: 4 * MIB })]);
    await expectArrived(guest);
    expect(await readFile(copy)).toEqual(await readFile(rootOf(guest)));
    await rm(rootOf(guest));
    await two.b.virsh('destroy', guest.name);
    expect(await startGuest(at(two.b, guest))).toBe(ROOT_BOOTED);
    await forceOff(at(two.b, guest));
  });

  test('over TLS to a name that is in no certificate: refused by QEMU, and the machine runs on', async () => {
    const guest = await running({ name: 'strange' });
    const uri = ['--migrate-uri', `tcp://${strangeName(two.b.hostname)}`];
    const answer = await salvor(moveArguments(two, guest.name, ...SHARED, '--tls', ...uri));
    expect(answer.code).toBe(1);
    expect(errorCode(answer)).toBe('migration-failed');
    // Whose end says so first is a matter of milliseconds.
    expect(answer.stdout).toMatch(/Certificate does not match the hostname|TLS channel/);
    await expectStayed(guest);
    // The same in the clear: it was TLS that refused.
    await moved(two, guest.name, ...SHARED, ...uri);
    await expectArrived(guest);
    await forceOff(at(two.b, guest));
  });
});

describe('peer to peer', () => {
  test('daemons and QEMU over TLS; one disk copied, one shared', async () => {
    const data = join(two.a.dir, 'data.img');
    await writeFile(data, '');
    await truncate(data, 2 * MIB);
    const guest = await running({
      name: 'peers',
      devices: `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${data}'/><target dev='vdb' bus='virtio'/></disk>`,
    });
    const copy = join(images, 'peers.img');
    const uri = `qemu+tls://${two.b.hostname}/system?pkipath=${two.a.certificates?.client ?? ''}`;
    const how = ['--p2p', '--destination-uri', uri, '--tls', '--map-path', `${rootOf(guest)}=${copy}`];
    const { plan } = await moved(two, guest.name, ...how, '--disk', 'vdb=shared');
    expect(plan.flags).toEqual(expect.arrayContaining(['PEER2PEER', 'TLS', 'NON_SHARED_DISK', 'UNSAFE']));
    expect(plan.parameters.migrate_disks).toEqual(['vda']);
    await expectArrived(guest);
    const xml = await persistentXml(at(two.b, guest));
    expect(xml).toContain(`file='${copy}'`);
    expect(xml).toContain(`file='${data}'`);
    await forceOff(at(two.b, guest));
  });

  test('daemons over TCP, in the clear', async () => {
    const guest = await running({ name: 'plain-peers' });
    await moved(two, guest.name, ...SHARED, '--p2p', '--destination-uri', `qemu+tcp://${two.b.hostname}/system`);
    await expectArrived(guest);
    await forceOff(at(two.b, guest));
  });
});

describe('copies over a base', () => {
  test('its top image alone is copied, over the base that is there', async () => {
    const there = join(images, 'layers');
    await mkdir(there);
    const guest = await defineTraveller(two.a, {
      name: 'layers',
      disk: (path) =>
        `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${path}.top'/><target dev='vda' bus='virtio'/></disk>`,
    });
    const overlay = (path: string) =>
      outputOf('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', path, `${path}.top`]);
    await overlay(rootOf(guest));
    await copyFile(rootOf(guest), join(there, 'root.img'));
    await overlay(join(there, 'root.img'));
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    const how = ['--map-path', `${guest.dir}/root.img=${there}/root.img`, '--disk', 'vda=copy-top'];
    const { plan } = await moved(two, guest.name, ...how, '--map-path', `${rootOf(guest)}.top=${there}/root.img.top`);
    expect(plan.flags).toContain('NON_SHARED_INC');
    await expectArrived(guest);
    const chain = JSON.parse(
      await outputOf('qemu-img', ['info', '-U', '--output=json', '--backing-chain', join(there, 'root.img.top')]),
    ) as { filename: string }[];
    expect(chain.map(({ filename }) => filename)).toEqual([join(there, 'root.img.top'), join(there, 'root.img')]);
    await two.b.virsh('destroy', guest.name);
    expect(await startGuest(at(two.b, guest))).toBe(ROOT_BOOTED);
    await forceOff(at(two.b, guest));
  });
});

describe('Salvor killed in mid-run', () => {
  test('peer to peer it goes on without; salvor resume tells so, and sees it to its end', async () => {
    const guest = await running({ name: 'orphan', memory: 128, writes: { mib: 80, pagesPerTick: 0 } });
    const how = ['--p2p', '--bandwidth', '16', '--disk', 'vda=shared'];
    const run = startSalvor(moveArguments(two, guest.name, ...how));
    await awaitCondition('memory to go over', 60, async () => {
      const stats = (await two.a.tryVirsh('domjobinfo', guest.name, '--rawstats')).stdout;
      return Number(/memory_processed: (\d+)/.exec(stats)?.[1] ?? 0) > 0;
    });
    run.process.kill('SIGKILL');
    await run.finished;
    const { unfinished } = (await salvor(['resume', '--uri', two.a.uri, '--json'])).json as {
      unfinished: { operationId: string; domain: { name: string }; stands: string; offers: { way: string }[] }[];
    };
    const found = unfinished.filter(({ domain }) => domain.name === guest.name);
    expect(found).toHaveLength(1);
    expect(found[0]?.offers.map(({ way }) => way)).toContain('finish');
    const finish = ['resume', '--uri', two.a.uri, found[0]?.operationId ?? '', '--finish', '--yes', '--json'];
    const answer = await salvor(finish);
    expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
    await expectArrived(guest);
    await forceOff(at(two.b, guest));
  });
});

describe('options', () => {
  /** Writes some 36 MiB a second to memory: more than goes over at the bandwidths of these tests. */
  const BUSY = { memory: 128, writes: { mib: 64, pagesPerTick: 512 } };

  const hmp = async (host: Hypervisor, name: string, command: string) =>
    (await host.tryVirsh('qemu-monitor-command', name, '--hmp', command)).stdout;

  test('bandwidth, auto-converge, connections and downtime are set in QEMU; Ctrl-C leaves all as it was', async () => {
    const guest = await running({ name: 'busy', ...BUSY });
    const before = await persistentXml(guest);
    const copy = join(images, 'busy.img');
    const options = ['--bandwidth', '20', '--auto-converge', '--parallel', '3', '--max-downtime', '123'];
    const args = ['migrate', guest.name, '--uri', two.a.uri, '--to', two.b.uri, '--yes', ...options];
    const run = startSalvor([...args, '--map-path', `${rootOf(guest)}=${copy}`]);
    await awaitCondition('the second pass', 60, async () => {
      const stats = (await two.a.tryVirsh('domjobinfo', guest.name, '--rawstats')).stdout;
      return Number(/memory_iteration: (\d+)/.exec(stats)?.[1] ?? 0) >= 2;
    });
    expect(await standingOf(two.b, guest.name)).toBe('paused (migrating)');
    expect(await exists(copy)).toBe(true);
    const capabilities = await hmp(two.a, guest.name, 'info migrate_capabilities');
    expect(capabilities).toMatch(/^auto-converge: on/m);
    expect(capabilities).toMatch(/^multifd: on/m);
    const parameters = await hmp(two.a, guest.name, 'info migrate_parameters');
    expect(parameters).toMatch(/^max-bandwidth: 20971520 /m);
    expect(parameters).toMatch(/^multifd-channels: 3/m);
    expect(parameters).toMatch(/^downtime-limit: 123 /m);

    run.process.kill('SIGINT');
    const { code, stderr } = await run.finished;
    expect(code, stderr).toBe(1);
    expect(stderr).toContain('salvor: cancelling; busy stays at the source');
    expect(stderr).toMatch(/^salvor: Cancelled\.$/m);
    expect(stderr).toMatch(/^ {8}memory /m);
    await expectStayed(guest);
    expect(await persistentXml(guest)).toBe(before);
    expect(await exists(copy), 'the copy that was begun is removed').toBe(false);
    await forget(two, guest.name);
  });

  test('a machine that never converges is switched to post-copy by itself, and is whole at the destination', async () => {
    const guest = await running({ name: 'never', ...BUSY });
    const events = startCommand('virsh', ['-c', two.b.uri, 'event', '--event', 'lifecycle', '--loop']);
    const { operation } = await moved(two, guest.name, ...SHARED, '--post-copy', '--bandwidth', '24');
    await expectArrived(guest);
    events.process.kill('SIGINT');
    expect((await events.finished).stdout).toMatch(/'never': Resumed Post-copy/);
    const shown = await salvor(['history', 'show', operation, '--json']);
    expect(shown.stdout).toContain('Switched to post-copy.');
    // It goes on writing to its memory: it is not a husk.
    expect(await hmp(two.b, guest.name, 'info status')).toMatch(/running/);
    await forceOff(at(two.b, guest));
  });
});
