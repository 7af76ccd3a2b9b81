/** What hard reboots and migrations ask of the adapter, on libvirt's built-in test driver. Real QEMU: e2e/host. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLibvirt } from './libvirt-hypervisor.ts';
import type { MigrationCall } from '../../src-core/migration/parameters.ts';
import type { Hypervisor } from './port.ts';

let host: Hypervisor;
let uuid: string;

beforeEach(async () => {
  host = await openLibvirt('test:///default', { readOnly: false, onLost: () => undefined });
  ({ uuid } = await host.findDomain('test'));
});
afterEach(() => host.close());

const problemOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => (error as { data?: unknown }).data ?? error,
  );

test('pause and resume, with the state and why; reset and reboot are asked for', async () => {
  expect(await host.controlState(uuid)).toBe('ok');
  await host.pauseDomain(uuid);
  expect(await host.domainReason(uuid)).toEqual({ state: 'paused', reason: 'user' });
  await host.resumeDomain(uuid);
  expect(await host.domainReason(uuid)).toEqual({ state: 'running', reason: 'unpaused' });
  expect(await problemOf(host.resumeDomain(uuid))).toMatchObject({ code: 'libvirt' });
  await host.resetDomain(uuid);
  await host.rebootDomain(uuid, 'acpi');
});

test('a domain that is off: why, no monitor, no job; its definition can be taken away', async () => {
  await host.setAutostart(uuid, true);
  expect(await host.domainStatus(uuid)).toMatchObject({ autostart: true });
  await host.destroyDomain(uuid);
  expect(await host.domainReason(uuid)).toEqual({ state: 'shutoff', reason: 'destroyed' });
  expect(await host.jobStats(uuid, 'current')).toBeNull();
  expect(await host.jobStats(uuid, 'completed')).toBeNull();
  await host.cancelJob(uuid);
  await host.forgetDomain(uuid);
  expect(await problemOf(host.domainState(uuid))).toMatchObject({ code: 'domain-not-found' });
});

test('networks are listed with their bridges, stopped and started', async () => {
  expect(await host.listNetworks()).toMatchObject([
    { name: 'default', active: true, persistent: true, bridge: 'virbr0' },
  ]);
  await host.stopNetwork('default');
  expect(await host.listNetworks()).toMatchObject([{ name: 'default', active: false }]);
  await host.startNetwork('default');
  expect(await host.listNetworks()).toMatchObject([{ name: 'default', active: true }]);
  expect(await problemOf(host.startNetwork('default'))).toMatchObject({
    code: 'libvirt',
    params: { call: 'virNetworkCreate' },
    detail: expect.stringContaining('already running') as string,
  });
  expect(await problemOf(host.startNetwork('absent'))).toMatchObject({
    code: 'libvirt',
    detail: expect.stringContaining("'absent'") as string,
  });
});

test('devices and memory of the host; what this driver has not is not made up', async () => {
  expect(await host.capabilities()).toContain('<capabilities>');
  expect(await host.freeMemory()).toBeGreaterThan(0);
  expect(await host.nodeDevice('computer')).toMatchObject({ xml: expect.stringContaining('<device>') as string });
  expect(await host.nodeDevice('absent')).toBeNull();
  expect(await host.secrets()).toBeNull();
  expect(await host.secretXml('5a5a5a5a-0000-4000-8000-000000000000')).toBeNull();
  expect(await host.dirtyRate(uuid, 1)).toBeNull();
  const query = { emulator: null, arch: null, machine: null, virtType: null };
  expect(await host.compareCpu(query, '<cpu><arch>x86_64</arch><model>qemu64</model></cpu>')).toBeNull();
});

const CALL: MigrationCall = {
  flags: ['LIVE', 'PERSIST_DEST'],
  destinationXml: null,
  persistentXml: null,
  migrateUri: null,
  disks: [],
  disksUri: null,
  bandwidth: null,
  parallel: null,
};

test('a migration that the driver cannot do says so, and a host that is none of libvirt’s is refused', async () => {
  expect(await problemOf(host.migrateTo(uuid, host, CALL))).toMatchObject({
    code: 'libvirt',
    detail: expect.stringContaining('not supported') as string,
  });
  expect(await problemOf(host.migrateToUri(uuid, 'test:///default', CALL))).toMatchObject({ code: 'libvirt' });
  expect(await problemOf(host.migrateTo(uuid, {} as Hypervisor, CALL))).toMatchObject({ code: 'not-supported' });
});
