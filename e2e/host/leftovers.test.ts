/**
 * What sessions leave behind that end while nobody looks: at power-off, with the host, or on a full disk. Told and offered where it is
 * proven to be ours, and nothing else ever is.
 */
import { copyFile, mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { fillingBiosCode } from '../testbed/boot-code.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { outputOf } from '../testbed/command.ts';
import { biosDisk } from '../testbed/disk-images.ts';
import { defineGuest, definitionOf, filesOf, medium, nextBoot, serialPosition, startGuest } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { errorCode, rescueArguments, salvor } from '../testbed/salvor.ts';

const MIB = 1024 * 1024;

let host: Hypervisor;
let small: string;
beforeAll(async () => {
  // Before the host begins: it has mounts of its own, with those that were there.
  small = await realpath(await mkdtemp(join(tmpdir(), 'salvor-small-')));
  await outputOf('mount', ['-t', 'tmpfs', '-o', 'size=6m,mode=0755', 'salvor-small', small]);
  host = await startHypervisor();
});
afterAll(async () => {
  await host.stop();
  await outputOf('umount', ['-l', small]);
  await rm(small, { recursive: true, force: true });
});

interface Told {
  readonly sessions: readonly { readonly domain: { readonly name: string } }[];
  readonly endedUnseen: readonly { readonly session: string; readonly told: string }[];
  readonly leftovers: readonly { readonly name: string; readonly kind: string; readonly removable: boolean }[];
  readonly removed: readonly { readonly id: string; readonly problem: string | null }[];
}

/** What `salvor sessions` tells; `state`: the journal of another workstation. */
async function sessions(more: readonly string[] = [], state?: string): Promise<Told> {
  const env = state === undefined ? {} : { SALVOR_STATE: state };
  const answer = await salvor(['sessions', '--uri', host.uri, '--json', ...more], { env });
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  return answer.json as Told;
}

async function rescue(guest: Guest, image: string, ...more: readonly string[]): Promise<string> {
  const heard = await serialPosition(guest);
  const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${image}`, ...more));
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  expect(await nextBoot(guest, heard)).toBe(RESCUE_BOOTED);
  return (answer.json as { session: { id: string } }).session.id;
}

const offered = ({ leftovers }: Told) => leftovers.filter(({ removable }) => removable).map(({ name }) => name);
const notOffered = ({ leftovers }: Told) => leftovers.filter(({ removable }) => !removable).map(({ name }) => name);

test('a session ends at power-off: its UEFI variables are left over, at any workstation, and removed on request', async () => {
  const guest = await defineGuest(host, { name: 'unseen', machine: 'q35', firmware: 'uefi' });
  const files = await filesOf(guest);
  const uuid = (await host.virsh('domuuid', guest.name)).trim();
  const scratch = `${guest.vars}.salvor-${uuid}`;
  // Names like ours, of domains that are not here: nobody knows whose they are.
  const strangers = [`${guest.vars}.salvor-00000000-1111-4222-8333-444444444444`, `${guest.vars}.salvor-backup`];
  for (const path of strangers) await writeFile(path, 'somebody’s');
  const image = await medium(host, 'uefiMedium');
  const session = await rescue(guest, image, '--fall-through', 'none');
  const open = await sessions();
  expect(open.sessions.map(({ domain }) => domain.name)).toEqual([guest.name]);
  expect([offered(open), open.endedUnseen], 'nothing of an open session').toEqual([[], []]);

  await host.virsh('destroy', guest.name);
  const elsewhere = await sessions([], join(host.dir, 'another-journal'));
  expect(offered(elsewhere), 'its name says whose it is').toEqual([scratch]);
  expect(elsewhere.endedUnseen).toEqual([]);
  const told = await sessions(['--clean']);
  expect(told.endedUnseen).toMatchObject([{ session, told: expect.stringContaining('it is off') as unknown }]);
  expect(offered(told)).toEqual([scratch]);
  expect(notOffered(told)).toEqual([strangers[0]]);
  expect(told.removed.map(({ problem }) => problem)).toEqual([null]);
  expect(await sessions()).toMatchObject({ sessions: [], endedUnseen: [], removed: [] });
  const { stdout: entry } = await salvor(['history', 'show', session, '--json']);
  expect(entry).toContain('"session-ended"');
  for (const path of strangers) await rm(path);
  expect(await filesOf(guest)).toEqual(files);
});

test('the host goes down in a rescue: the overlay is left over, another’s is told and stays', async () => {
  const guest = await defineGuest(host, { name: 'crashed', machine: 'q35' });
  const definition = await definitionOf(guest);
  const folder = join(host.dir, 'crashed-media');
  await mkdir(folder);
  const image = join(folder, 'medium.img');
  await copyFile(await medium(host, 'medium'), image);
  const overlay = `${image}.TRANSIENT-${guest.name}`;
  const session = await rescue(guest, image, '--device', 'disk');
  expect(await readdir(folder)).toContain('medium.img.TRANSIENT-crashed');
  // As a power cut: no daemon is there to see QEMU end, and what runs is forgotten.
  await host.killDaemon();
  await host.signalGuest(guest.name, 'SIGKILL');
  for (const file of [`${guest.name}.xml`, `${guest.name}.pid`])
    await rm(join(host.dir, 'run/libvirt/qemu', file), { force: true });
  await host.startDaemon();
  const stranger = join(folder, 'other.img.TRANSIENT-crashed');
  await writeFile(stranger, 'an overlay of a rescue from elsewhere');
  const refused = await salvor(rescueArguments(host.uri, guest.name, `path:${image}`, '--device', 'disk'));
  expect(errorCode(refused), 'libvirt would refuse it, too, after the guest was stopped').toBe('refused');
  expect(refused.stdout).toContain('salvor sessions');

  const told = await sessions(['--clean']);
  expect(told.endedUnseen).toMatchObject([{ session }]);
  expect(offered(told)).toEqual([overlay]);
  expect(notOffered(told)).toEqual([stranger]);
  expect((await readdir(folder)).sort()).toEqual(['medium.img', 'other.img.TRANSIENT-crashed']);
  expect(await definitionOf(guest)).toBe(definition);
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  await host.virsh('destroy', guest.name);
});

test('the overlay’s disk becomes full in mid-session: the guest pauses, which is told; ending it works, and nothing is lost', async () => {
  const guest = await defineGuest(host, { name: 'filled', machine: 'q35' });
  expect(await startGuest(guest)).toBe(ROOT_BOOTED);
  const definition = await definitionOf(guest);
  const image = join(small, 'medium.img');
  // A few kilobytes on the disk, the rest of it a hole: what fills it up is the overlay.
  await writeFile(image, biosDisk(fillingBiosCode(RESCUE_BOOTED), MIB / 16));
  await outputOf('truncate', ['-s', String(64 * MIB), image]);
  const before = await readFile(image);
  await rescue(guest, image, '--device', 'disk', '--bus', 'virtio');
  await awaitCondition(
    'the guest to run out of disk',
    60,
    async () => (await host.virsh('domstate', guest.name)).trim() === 'paused',
  );
  const args = ['end', '--uri', host.uri, guest.name, '--json'];
  const graceful = await salvor([...args, '--stop', 'graceful', '--stop-timeout', '5']);
  expect(errorCode(graceful), 'nobody is there to listen').toBe('guest-paused');
  const heard = await serialPosition(guest);
  expect(await salvor([...args, '--stop', 'force'])).toMatchObject({ code: 0 });
  expect(await nextBoot(guest, heard)).toBe(ROOT_BOOTED);
  expect(await definitionOf(guest)).toBe(definition);
  expect(await readdir(small)).toEqual(['medium.img']);
  expect((await readFile(image)).equals(before), 'the medium was not written').toBe(true);
  await host.virsh('destroy', guest.name);
});

test('snapshots with both our marks are told, and removed only when they are asked for', async () => {
  const xml = join(host.dir, 'bare.xml');
  const image = join(host.dir, 'bare.qcow2');
  await outputOf('qemu-img', ['create', '-q', '-f', 'qcow2', image, '1M']);
  const vda = `<disk type='file'><driver name='qemu' type='qcow2'/><source file='${image}'/><target dev='vda'/></disk>`;
  const os = "<os><type arch='x86_64'>hvm</type></os>";
  const domain = `<domain type='qemu'><name>bare</name><memory unit='MiB'>64</memory>${os}<devices>${vda}</devices></domain>`;
  await writeFile(xml, domain);
  await host.virsh('define', xml);
  const described = 'Salvor: before the rescue 11111111-2222-4333-8444-555555555555';
  await host.virsh('snapshot-create-as', 'bare', 'salvor-11111111', described);
  await host.virsh('snapshot-create-as', 'bare', 'salvor-mine', 'before the update');
  await host.virsh('snapshot-create-as', 'bare', 'backup', described);
  const names = async () => (await host.virsh('snapshot-list', 'bare', '--name')).trim().split(/\s+/).sort();
  const all = await names();
  const told = await sessions(['--clean']);
  expect(offered(told).filter((name) => all.includes(name))).toEqual(['salvor-11111111']);
  expect(await names()).toEqual(all);
  await sessions(['--snapshots']);
  expect(await names()).toEqual(['backup', 'salvor-mine']);
});
