/**
 * What a hard reboot exists for, on a real libvirtd with real QEMU: each trouble is brought about, a plain stop and start fails for it in
 * libvirt's own words, `salvor reboot --hard` brings the guest up again, and a second one changes nothing. Secrets: hard-reboot-secrets.test.ts.
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { runCommand } from '../testbed/command.ts';
import { panickingBiosCode } from '../testbed/boot-code.ts';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import { biosDisk } from '../testbed/disk-images.ts';
import { defineGuest, forceOff, mediaFolder, observe, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { startIscsiTarget } from '../testbed/iscsi-target.ts';
import { salvor, startSalvor } from '../testbed/salvor.ts';
import {
  actionsOf,
  defineFrom,
  expectLeftOff,
  expectLeftRunning,
  expectPlainRestartFails,
  expectRebooted,
  expectRepaired,
  hardReboot,
  known,
  makeFolderPool,
  volumeDiskXml,
} from './reboots.ts';

let host: Hypervisor;
beforeAll(async () => {
  host = await startHypervisor({ ownNetwork: true });
  await mediaFolder(host);
});
afterAll(() => host.stop());

/** Defined with these devices more, and running. */
async function runningGuest(name: string, devices: string): Promise<Guest> {
  const guest = await defineGuest(host, { name, machine: 'pc', devices });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  return guest;
}

/** Of this guest alone: others come and go meanwhile. */
const look = async (guest: Guest) => ({ ...(await observe(guest)), known: null, files: null });

const stateOf = async (guest: Guest) => (await host.virsh('domstate', guest.name)).trim();

describe.concurrent('storage', () => {
  test('a pool that is not active', async () => {
    await makeFolderPool(host, 'asleep', 'v.raw');
    const guest = await runningGuest('pool', volumeDiskXml('asleep', 'v.raw'));
    await host.virsh('pool-destroy', 'asleep');
    await expectPlainRestartFails(guest, "storage pool 'asleep' containing volume 'v.raw' is not active");
    await expectRepaired(guest, { pools: ['asleep'] }, { asleep: 'start-pool' });
  });

  test('a volume that was replaced behind the pool’s back', async () => {
    const folder = await makeFolderPool(host, 'replaced', 'v.raw');
    const guest = await runningGuest('volume', volumeDiskXml('replaced', 'v.raw'));
    const volume = join(folder, 'v.raw');
    await rename(volume, `${folder}.v.raw`);
    await host.virsh('pool-refresh', 'replaced');
    await rename(`${folder}.v.raw`, volume);
    await expectPlainRestartFails(guest, "no storage vol with matching name 'v.raw'");
    await expectRepaired(guest, { pools: ['replaced'] }, { replaced: 'refresh-pool' });
  });

  test('a volume that is in its pool no more: QEMU has the only copy open, and is not stopped', async () => {
    const folder = await makeFolderPool(host, 'emptied', 'v.raw');
    const guest = await runningGuest('only-copy', volumeDiskXml('emptied', 'v.raw'));
    await rm(join(folder, 'v.raw'));
    expect(await expectLeftRunning(guest, 'not-stopped')).toContain('v.raw');
    expect(await host.virsh('pool-list', '--all'), 'refreshed, and on').toMatch(/emptied +active/);
  });

  test('an iSCSI target that went away: the guest that runs is not stopped, and once it is back the guest comes up', async () => {
    const target = await startIscsiTarget(host);
    await defineFrom(host, 'pool-define', target.poolXml('san'));
    await host.virsh('pool-start', 'san');
    const guest = await runningGuest('iscsi', volumeDiskXml('san', 'unit:0:0:1'));
    await target.goAway();
    // Whoever looks after it now turns the pool off.
    expect((await host.tryVirsh('pool-refresh', 'san')).stderr).toContain('Failed to connect');
    const said = await expectLeftRunning(guest, 'not-stopped');
    expect(said).toContain('san');
    expect(said, 'libvirt’s own reason').toContain('Failed to connect');
    await forceOff(guest);
    expect(await expectLeftOff(guest, 'dependency-missing')).toContain('san');
    await target.comeBack();
    await expectPlainRestartFails(guest, "storage pool 'san' containing volume 'unit:0:0:1' is not active");
    await expectRepaired(guest, { pools: ['san'] }, { san: 'start-pool' });
  });
});

describe.concurrent('networks', () => {
  const interfaceXml = (network: string) =>
    `<interface type='network'><source network='${network}'/><model type='virtio'/></interface>`;
  /** One without a connection to anywhere: it needs no dnsmasq. */
  const makeNetwork = async (network: string, bridge: string) => {
    await defineFrom(host, 'net-define', `<network><name>${network}</name><bridge name='${bridge}'/></network>`);
    await host.virsh('net-start', network);
  };

  test('a network that is not active', async () => {
    await makeNetwork('quiet', 'virbr71');
    const guest = await runningGuest('network', interfaceXml('quiet'));
    await host.virsh('net-destroy', 'quiet');
    await expectPlainRestartFails(guest, "network 'quiet' is not active");
    await expectRepaired(guest, { networks: ['quiet'] }, { quiet: 'start-network' });
  });

  test('a network that libvirt holds to be active, whose bridge was deleted', async () => {
    await makeNetwork('bridgeless', 'virbr72');
    const guest = await runningGuest('bridge', interfaceXml('bridgeless'));
    expect((await host.inside('ip', 'link', 'delete', 'virbr72')).code).toBe(0);
    await expectPlainRestartFails(guest, "Cannot get interface MTU on 'virbr72': No such device");
    expect((await host.tryVirsh('net-start', 'bridgeless')).stderr).toContain('network is already active');
    await expectRepaired(guest, { networks: ['bridgeless'] }, { bridgeless: 'restart-network' });
  });

  test('one without a definition is not stopped for its bridge: nothing would be left of it', async () => {
    await defineFrom(host, 'net-create', "<network><name>fleeting</name><bridge name='virbr73'/></network>");
    const guest = await runningGuest('fleeting', interfaceXml('fleeting'));
    expect((await host.inside('ip', 'link', 'delete', 'virbr73')).code).toBe(0);
    await expectPlainRestartFails(guest, "Cannot get interface MTU on 'virbr73': No such device");
    const answer = await hardReboot(guest);
    expect(answer, answer.stdout).toMatchObject({ code: 2 });
    expect(answer.stdout).toContain('the network has no definition');
    expect(await host.virsh('net-list', '--all')).toMatch(/fleeting +active/);
  });
});

describe.concurrent('the domain itself', () => {
  test('a guest whose QEMU answers nobody, and which libvirt holds to be running', async () => {
    const guest = await runningGuest('stale', '');
    await host.signalGuest(guest.name, 'SIGSTOP');
    const shutdown = ['-q', '-c', host.uri, 'shutdown', guest.name];
    expect((await runCommand('virsh', shutdown, { timeoutSeconds: 3 })).signal, 'it hangs').toBe('SIGKILL');
    expect((await host.tryVirsh('start', guest.name)).stderr).toContain('Domain is already active');
    expect(await stateOf(guest)).toBe('running');
    await expectRepaired(guest, {}, {});
  });

  test('a guest that crashed, and that libvirt keeps as it was then', async () => {
    const keep = '<on_crash>preserve</on_crash>';
    const devices = "<panic model='isa'/>";
    const guest = await defineGuest(host, { name: 'crashed', machine: 'pc', elements: keep, devices });
    const root = join(guest.dir, 'root.img');
    const healthy = await readFile(root);
    await writeFile(root, biosDisk(panickingBiosCode('BROKEN-BOOTED')));
    expect(await startGuest(guest)).toBe('BROKEN-BOOTED');
    await awaitCondition('it to crash', 20, async () => (await stateOf(guest)) === 'crashed');
    expect((await host.tryVirsh('shutdown', guest.name)).code, 'it can be asked for nothing').toBe(1);
    expect((await host.tryVirsh('start', guest.name)).stderr).toContain('Domain is already active');
    // Mended from a rescue, say.
    await writeFile(root, healthy);
    const plan = await salvor(['reboot', guest.name, '--uri', host.uri, '--hard', '--plan', '--json']);
    expect(plan.stdout, 'what it costs is said').toContain('reboot-crashed');
    // The shutdown that is the default is asked of nobody.
    const answer = await salvor(['reboot', guest.name, '--uri', host.uri, '--hard', '--yes', '--json']);
    expect(answer, answer.stdout).toMatchObject({ code: 0, json: { state: 'running' } });
    await expectRepaired(guest, {}, {});
  });

  test('Ctrl-C while the guest is asked to shut down: it runs on, and its pool is what it should be', async () => {
    await makeFolderPool(host, 'spared', 'v.raw');
    // Its boot code does not know the power button.
    const guest = await runningGuest('spared', volumeDiskXml('spared', 'v.raw'));
    await host.virsh('pool-destroy', 'spared');
    const before = await look(guest);
    const run = startSalvor(['reboot', guest.name, '--uri', host.uri, '--hard', '--stop', 'graceful', '--yes']);
    await awaitCondition('the guest to be asked', 60, () => run.output().stderr.includes('asked to shut down'));
    // bin/salvor hands its process over to the program.
    run.process.kill('SIGINT');
    const { code, stderr } = await run.finished;
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('runs as before') as string });
    expect(await look(guest)).toEqual(before);
    expect(await host.virsh('pool-list', '--all')).toMatch(/spared +active/);
  });

  test('--plan touches nothing, whatever there is to be done', async () => {
    await makeFolderPool(host, 'looked-at', 'v.raw');
    const guest = await runningGuest('looked-at', volumeDiskXml('looked-at', 'v.raw'));
    await host.virsh('pool-destroy', 'looked-at');
    const all = async () => ({ ...(await look(guest)), known: await known(guest, { pools: ['looked-at'] }) });
    const before = await all();
    const words = ['reboot', guest.name, '--uri', host.uri, '--hard', '--plan'];
    const [text, json] = [await salvor(words), await salvor([...words, '--json'])];
    expect(text, text.stderr).toMatchObject({ code: 0 });
    expect(text.stdout).toMatch(/^ {2}pool +looked-at +vdd /m);
    expect(actionsOf(json.json as Parameters<typeof actionsOf>[0])).toEqual({ 'looked-at': 'start-pool' });
    expect(await all()).toEqual(before);
    // From running, too.
    expect(actionsOf(await expectRebooted(guest, ROOT_BOOTED))).toEqual({ 'looked-at': 'start-pool' });
  });
});
