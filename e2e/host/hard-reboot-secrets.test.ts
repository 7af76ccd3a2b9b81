/**
 * Hard reboots of guests with encrypted disks whose secrets were lost with libvirtd: what is missing is asked for, a wrong value leaves the
 * guest off, the right one brings it up, and no value is ever found in anything that Salvor writes or libvirt shows.
 */
import { copyFile, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import { defineGuest, definitionOf, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { startIscsiTarget } from '../testbed/iscsi-target.ts';
import { defineVolumeSecret, luksDiskXml, makeLuksImage, setSecretValue } from '../testbed/luks.ts';
import { salvor, stateOfTests } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';
import {
  defineFrom,
  expectLeftOff,
  expectLeftRunning,
  expectPlainRestartFails,
  expectRepaired,
  hardReboot,
  makeFolderPool,
  volumeDiskXml,
} from './reboots.ts';

const LOST = '5a5a5a5a-0000-4000-8000-00000000000a';
const CHAP = '5a5a5a5a-0000-4000-8000-00000000000c';
const BOTH = '5a5a5a5a-0000-4000-8000-00000000000b';
/** Nothing else on this computer has these in it. */
const PASSPHRASE = 'zitronenfalter-7319';
const WRONG = 'kohlweissling-4401';

let host: Hypervisor;
let image: string;
let key: string;
let wrongKey: string;
beforeAll(async () => {
  host = await startHypervisor({ ownNetwork: true });
  [image, key, wrongKey] = [join(host.dir, 'luks.qcow2'), join(host.dir, 'key'), join(host.dir, 'wrong-key')];
  await makeLuksImage(image, PASSPHRASE);
  await writeFile(key, PASSPHRASE);
  await writeFile(wrongKey, WRONG);
});
afterAll(() => host.stop());

const VALUES = [PASSPHRASE, WRONG].flatMap((value) => [value, Buffer.from(value).toString('base64')]);

/** All that Salvor said in this file. */
const said: string[] = [];

async function heard(answer: Promise<SalvorAnswer>): Promise<SalvorAnswer> {
  const { stdout, stderr } = await answer;
  said.push(stdout, stderr);
  return answer;
}

const withKey = (uuid: string, file: string) => ['--secret', `${uuid}=@${file}`] as const;

/** A running guest whose disk vdd is encrypted; libvirt’s secret for it lives in the daemon’s memory alone. */
async function encryptedGuest(name: string, uuid: string, path: string, diskXml: string): Promise<Guest> {
  await defineVolumeSecret(host, uuid, path, 'ephemeral');
  await setSecretValue(host, uuid, PASSPHRASE);
  const guest = await defineGuest(host, { name, machine: 'pc', devices: diskXml });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  return guest;
}

test('ephemeral secrets that were lost with the daemon; one of them of a volume in a pool that is not active, too', async () => {
  const lost = await encryptedGuest('lost', LOST, image, luksDiskXml(image, 'vdd', LOST));
  const folder = await makeFolderPool(host, 'vault', 'v.qcow2');
  const volume = join(folder, 'v.qcow2');
  await copyFile(image, volume);
  await host.virsh('pool-refresh', 'vault');
  const encryption = `<encryption format='luks'><secret type='passphrase' uuid='${BOTH}'/></encryption>`;
  const both = await encryptedGuest('both', BOTH, volume, volumeDiskXml('vault', 'v.qcow2', 'qcow2', encryption));

  await host.restartDaemon();
  for (const guest of [lost, both])
    expect((await host.virsh('domstate', guest.name)).trim(), 'guests outlive the daemon').toBe('running');
  expect(await host.virsh('secret-list'), 'secrets do not').not.toMatch(/5a5a5a5a/);
  await host.virsh('pool-destroy', 'vault');
  await expectPlainRestartFails(lost, `Secret not found: no secret with matching uuid '${LOST}'`);
  await expectPlainRestartFails(both, "storage pool 'vault' containing volume 'v.qcow2' is not active");

  const unasked = await heard(hardReboot(lost));
  expect(unasked.code, 'nobody gave the value: nothing is begun').not.toBe(0);
  expect(unasked.stdout).toContain(LOST);
  const plan = await heard(salvor(['reboot', lost.name, '--uri', host.uri, '--hard', '--plan', ...withKey(LOST, key)]));
  expect(plan.stdout).toContain(`${LOST} (of vdd;`);

  const wrong = await expectLeftOff(lost, 'secret-wrong', ...withKey(LOST, wrongKey));
  said.push(wrong);
  expect(wrong).toContain('vdd');
  // The secret is defined by now; a value for it is still needed, and is taken.
  await expectRepaired(lost, { secrets: [LOST] }, { [LOST]: 'set-secret' }, ...withKey(LOST, key));

  const repairs = { vault: 'start-pool', [BOTH]: 'define-secret' };
  await expectRepaired(both, { pools: ['vault'], secrets: [BOTH] }, repairs, ...withKey(BOTH, key));
  for (const guest of [lost, both])
    said.push(await definitionOf(guest), await host.virsh('dumpxml', '--security-info', guest.name));
});

test('standard input gives a value, too', async () => {
  await host.virsh('secret-undefine', LOST);
  const words = ['reboot', 'lost', '--uri', host.uri, '--hard', '--stop', 'force', '--yes', '--json'];
  const answer = await heard(salvor([...words, '--secret', `${LOST}=-`], { input: PASSPHRASE }));
  expect(answer, answer.stdout).toMatchObject({ code: 0, json: { state: 'running' } });
});

test('the password of an iSCSI target (CHAP) that was lost with the daemon, of a pool and of a disk', async () => {
  const target = await startIscsiTarget(host, { user: 'reader', password: PASSPHRASE, secret: CHAP });
  await defineFrom(
    host,
    'secret-define',
    `<secret ephemeral='yes' private='yes'><uuid>${CHAP}</uuid><usage type='iscsi'><target>${target.iqn}</target></usage></secret>`,
  );
  await setSecretValue(host, CHAP, PASSPHRASE);
  await defineFrom(host, 'pool-define', target.poolXml('san'));
  await host.virsh('pool-start', 'san');
  const running = async (name: string, devices: string) => {
    const guest = await defineGuest(host, { name, machine: 'pc', devices });
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    return guest;
  };
  const pool = await running('chap-pool', volumeDiskXml('san', 'unit:0:0:1'));
  const disk = await running('chap-disk', target.diskXml('vdd'));

  await host.restartDaemon();
  await expectPlainRestartFails(disk, `Secret not found: no secret with matching uuid '${CHAP}'`);
  const unasked = await heard(hardReboot(disk));
  expect(unasked.stdout, 'nobody gave the value: nothing is begun').toContain('secret-needed');
  expect(unasked.stdout).toContain(`iscsi ${target.iqn}`);
  const ofDisk = await expectLeftOff(disk, 'secret-wrong', ...withKey(CHAP, wrongKey));
  expect(ofDisk).toContain('does not open vdd');
  await expectPlainRestartFails(pool, "storage pool 'san' containing volume 'unit:0:0:1' is not active");
  const needs = { pools: ['san'], secrets: [CHAP] };
  await expectRepaired(pool, needs, { san: 'start-pool', [CHAP]: 'set-secret' }, ...withKey(CHAP, key));

  await host.virsh('pool-destroy', 'san');
  await host.virsh('secret-undefine', CHAP);
  // The pool comes before the stop: the guest runs on.
  const ofPool = await expectLeftRunning(pool, 'secret-wrong', ...withKey(CHAP, wrongKey));
  expect(ofPool).toContain('does not open pool san');
  await expectRepaired(pool, needs, { san: 'start-pool', [CHAP]: 'set-secret' }, ...withKey(CHAP, key));
  await expectRepaired(disk, { secrets: [CHAP] }, {});
  said.push(ofDisk, ofPool);
});

test('no value is in what was said, in the journal, in a log or in a definition', async () => {
  await rm(key);
  await rm(wrongKey);
  const inFiles = [...(await filesWith(stateOfTests())), ...(await filesWith(host.dir))];
  expect(inFiles).toEqual([]);
  for (const text of said) for (const value of VALUES) expect(text).not.toContain(value);
  expect(said.join('')).toContain(LOST);
});

/** The files below a folder that hold one of the values, as they are or in base64. */
async function filesWith(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(0);
  const found: string[] = [];
  for (const file of files) {
    // A socket’s or a process’s own file may go meanwhile.
    const bytes = await readFile(file).catch(() => Buffer.alloc(0));
    if (VALUES.some((value) => bytes.includes(value))) found.push(file);
  }
  return found;
}
