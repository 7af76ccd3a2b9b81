/** What the proofs of hard reboots share: the trouble as virsh sees it, the reboot by bin/salvor, and that a second one changes nothing. */
import { mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RebootPlan } from '../../src-core/reboot/types.ts';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import { definitionOf, forceOff, nextBoot, serialPosition } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { errorCode, salvor } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';

/** Names of what a guest depends on, by kind. */
export interface Dependencies {
  readonly pools?: readonly string[];
  readonly networks?: readonly string[];
  readonly secrets?: readonly string[];
}

/** What a successful hard reboot prints. */
export interface RebootAnswer {
  readonly state: string;
  readonly plan: RebootPlan;
}

/** The definition, and all of its dependencies with their states, byte for byte as virsh tells them. */
export async function known(guest: Guest, { pools = [], networks = [], secrets = [] }: Dependencies): Promise<string> {
  const { host } = guest;
  const ask = async (...args: string[]) => {
    const { stdout, stderr } = await host.tryVirsh(...args);
    return `${args.join(' ')}: ${stdout}${stderr}`;
  };
  const lineOf = async (list: string, name: string) => {
    // How far apart the columns are depends on the names of others.
    const rows = (await host.virsh(list, '--all')).split('\n').map((line) => line.trim().split(/\s+/));
    return `${list}: ${rows.find((row) => row[0] === name)?.join(' ') ?? 'not there'}`;
  };
  const told = [`definition: ${await definitionOf(guest)}`];
  // What is free in a pool changes by itself; its definition does not.
  for (const pool of pools) told.push(await ask('pool-dumpxml', '--inactive', pool), await lineOf('pool-list', pool));
  for (const network of networks) told.push(await ask('net-dumpxml', network), await lineOf('net-list', network));
  for (const secret of secrets) told.push(await ask('secret-dumpxml', secret), await ask('secret-get-value', secret));
  return told.join('\n');
}

/** Forced off and started by virsh: it does not come up, for the reason that libvirt gives. */
export async function expectPlainRestartFails(guest: Guest, reason: string): Promise<void> {
  await forceOff(guest);
  const started = await guest.host.tryVirsh('start', guest.name);
  expect(started.code, 'a plain stop and start').toBe(1);
  expect(started.stderr).toContain(reason);
}

export function hardReboot(guest: Guest, ...more: readonly string[]): Promise<SalvorAnswer> {
  const options = ['--hard', '--stop', 'force', '--yes', '--json'];
  return salvor(['reboot', guest.name, '--uri', guest.host.uri, ...options, ...more]);
}

/** Reboot it hard and hear `line` on its serial port; its plan. */
export async function expectRebooted(guest: Guest, line: string, ...more: readonly string[]): Promise<RebootPlan> {
  const heard = await serialPosition(guest);
  const answer = await hardReboot(guest, ...more);
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0, json: { state: 'running' } });
  expect(await nextBoot(guest, heard)).toBe(line);
  return (answer.json as RebootAnswer).plan;
}

/** What a plan does about the dependencies, but for those that are as they should be. */
export function actionsOf({ dependencies }: RebootPlan): Readonly<Record<string, string>> {
  const done = dependencies.filter(({ action }) => action !== 'none' && action !== 'check');
  return Object.fromEntries(done.map(({ name, action }) => [name, action]));
}

/** A hard reboot repairs it by these actions and no others; a second one finds nothing to do, and changes nothing. */
export async function expectRepaired(
  guest: Guest,
  dependencies: Dependencies,
  actions: Readonly<Record<string, string>>,
  ...more: readonly string[]
): Promise<void> {
  const definition = await definitionOf(guest);
  expect(actionsOf(await expectRebooted(guest, ROOT_BOOTED, ...more))).toEqual(actions);
  const before = await known(guest, dependencies);
  expect(before).toContain(definition);
  expect(actionsOf(await expectRebooted(guest, ROOT_BOOTED)), 'nothing is left to be done').toEqual({});
  expect(await known(guest, dependencies)).toBe(before);
}

/** A hard reboot that fails with that code leaves the domain off and its definition as it was; its words. */
export async function expectLeftOff(guest: Guest, code: string, ...more: readonly string[]): Promise<string> {
  const definition = await definitionOf(guest);
  const answer = await hardReboot(guest, ...more);
  expect(answer, answer.stdout).toMatchObject({ code: 1 });
  expect(errorCode(answer), answer.stdout).toBe(code);
  expect((await guest.host.virsh('domstate', guest.name)).trim()).toBe('shut off');
  expect(await definitionOf(guest)).toBe(definition);
  return answer.stdout;
}

/** A hard reboot that fails with that code before the stop leaves the same QEMU running, and its definition as it was; its words. */
export async function expectLeftRunning(guest: Guest, code: string, ...more: readonly string[]): Promise<string> {
  const definition = await definitionOf(guest);
  const id = (await guest.host.virsh('domid', guest.name)).trim();
  const answer = await hardReboot(guest, ...more);
  expect(answer, answer.stdout).toMatchObject({ code: 1 });
  expect(errorCode(answer), answer.stdout).toBe(code);
  expect(answer.stdout).toContain('runs as before');
  expect((await guest.host.virsh('domid', guest.name)).trim(), 'the same run').toBe(id);
  expect(await definitionOf(guest)).toBe(definition);
  return answer.stdout;
}

/** A pool of a folder, active, with one raw volume of 8 MiB; the folder. */
export async function makeFolderPool(host: Hypervisor, pool: string, volume: string): Promise<string> {
  const folder = join(host.dir, 'pools', pool);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, volume), '');
  await truncate(join(folder, volume), 8 * 1024 * 1024);
  await defineFrom(
    host,
    'pool-define',
    `<pool type='dir'><name>${pool}</name><target><path>${folder}</path></target></pool>`,
  );
  await host.virsh('pool-start', pool);
  return folder;
}

/** Let virsh define something from XML. */
export async function defineFrom(host: Hypervisor, command: string, xml: string): Promise<void> {
  const file = join(host.dir, `${command}-${crypto.randomUUID()}.xml`);
  await writeFile(file, xml);
  await host.virsh(command, file);
  await rm(file);
}

/** A <disk> that is a volume of a pool. `more`: further elements of it. */
export function volumeDiskXml(pool: string, volume: string, format = 'raw', source = ''): string {
  return `<disk type='volume' device='disk'><driver name='qemu' type='${format}'/><source pool='${pool}' volume='${volume}'>${source}</source><target dev='vdd' bus='virtio'/></disk>`;
}
