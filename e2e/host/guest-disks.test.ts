/**
 * The guest's own disks, protected: a medium that writes to the guest's root disk is booted, and what reached the image is read from the
 * file. Overlays are thrown away, read-only disks refuse, a snapshot brings everything back with virsh alone.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { biosCode, writingBiosCode } from '../testbed/boot-code.ts';
import { RESCUE_BOOTED, ROOT_BOOTED } from '../testbed/boot-images.ts';
import { SECTOR, biosDisk } from '../testbed/disk-images.ts';
import { defineGuest, definitionOf, filesOf, forceOff, serialPosition } from '../testbed/guests.ts';
import type { Guest } from '../testbed/guests.ts';
import { failStarts } from '../testbed/hooks.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { errorCode, refusalCodes, rescueArguments, salvor } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';
import { codes, planOf, qemuImg } from './media-plans.ts';

const WRITTEN = 'WRITE-OK';
const FAILED = 'WRITE-FAILED';

let host: Hypervisor;
let writer: string;
beforeAll(async () => {
  host = await startHypervisor();
  writer = join(host.dir, 'writer.img');
  await writeFile(writer, biosDisk(writingBiosCode(RESCUE_BOOTED, WRITTEN, FAILED), 8 * 1024 * 1024));
});
afterAll(() => host.stop());

/** A guest with one virtio disk of that format: what it boots says so on its serial port. */
async function defineOne(name: string, format: 'raw' | 'qcow2'): Promise<Guest & { readonly image: string }> {
  const dir = join(host.dir, 'guests', name);
  await mkdir(dir, { recursive: true });
  const raw = join(dir, 'root.img');
  await writeFile(raw, biosDisk(biosCode(ROOT_BOOTED), 8 * 1024 * 1024));
  const image = format === 'raw' ? raw : join(dir, 'root.qcow2');
  if (format === 'qcow2') await qemuImg('convert', '-O', 'qcow2', raw, image);
  const guest = { name, host, dir, serialLog: join(dir, 'serial.log'), vars: '', image };
  await writeFile(guest.serialLog, '');
  const xml = join(dir, 'definition.xml');
  await writeFile(
    xml,
    `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type></os><features><acpi/></features>
<devices>
<disk type='file' device='disk'><driver name='qemu' type='${format}'/><source file='${image}'/><target dev='vda' bus='virtio'/></disk>
<serial type='file'><source path='${guest.serialLog}' append='on'/></serial>
</devices></domain>`,
  );
  await host.virsh('define', xml);
  return guest;
}

/** Rescue it with the medium that writes: WRITTEN or FAILED. */
async function rescue(guest: Guest, ...more: readonly string[]): Promise<string> {
  const heard = await serialPosition(guest);
  const answer = await salvor(rescueArguments(host.uri, guest.name, `path:${writer}`, ...more));
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  return awaitCondition(`${guest.name} to say whether it could write`, 60, async () => {
    const said = (await readFile(guest.serialLog)).subarray(heard).toString('latin1');
    return new RegExp(`${RESCUE_BOOTED}\\r\\n(${WRITTEN}|${FAILED})\\r\\n`).exec(said)?.[1] ?? null;
  });
}

async function end(guest: Guest): Promise<void> {
  const answer = await salvor(['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json']);
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
  await forceOff(guest);
}

/** The second sector, where the medium writes. */
const secondSector = async (image: string) => (await readFile(image)).subarray(SECTOR, 2 * SECTOR);
const EMPTY = Buffer.alloc(SECTOR);

const rescued = (guest: Guest, ...more: readonly string[]): Promise<SalvorAnswer> =>
  salvor(rescueArguments(host.uri, guest.name, `path:${writer}`, ...more));

test('a read-only disk cannot be written to; the definition stays', async () => {
  const guest = await defineOne('looked-at', 'raw');
  const definition = await definitionOf(guest);
  expect(await rescue(guest, '--guest-disks', 'read-only')).toBe(FAILED);
  await end(guest);
  expect(await secondSector(guest.image)).toEqual(EMPTY);
  expect(await definitionOf(guest)).toBe(definition);
});

describe('behind throw-away overlays', () => {
  test('what is written to several disks of several buses is gone when it is powered off, in the middle of a lasting session', async () => {
    const guest = await defineGuest(host, { name: 'behind', machine: 'pc' });
    const definition = await definitionOf(guest);
    const files = await filesOf(guest);
    const { plan } = await planOf(guest, [`path:${writer}`], '--guest-disks', 'overlay');
    expect(await rescue(guest, '--guest-disks', 'overlay', '--session', 'until-ended')).toBe(WRITTEN);
    const now = await filesOf(guest);
    for (const { path } of plan.files.filter((file) => file.path.startsWith(guest.dir)))
      expect(now.join('\n')).toContain(path.slice(guest.dir.length + 1));
    expect(
      plan.files.map(({ path, free, atMost }) => [path.slice(path.lastIndexOf('/') + 1), (free ?? 0) > 0, atMost]),
    ).toEqual([
      ['writer.img.TRANSIENT-behind', true, 8 * 1024 * 1024],
      ['root.img.TRANSIENT-behind', true, 16 * 1024 * 1024],
      ['data.img.TRANSIENT-behind', true, 8 * 1024 * 1024],
      ['swap.img.TRANSIENT-behind', true, 4 * 1024 * 1024],
    ]);
    await forceOff(guest);
    expect(await secondSector(join(guest.dir, 'root.img'))).toEqual(EMPTY);
    expect(await filesOf(guest)).toEqual(files);
    await end(guest);
    expect(await definitionOf(guest)).toBe(definition);
  });

  test('an overlay that an earlier session left is found before anything is touched, where no pool knows the folder', async () => {
    const guest = await defineOne('in-the-way', 'raw');
    await writeFile(`${guest.image}.TRANSIENT-${guest.name}`, 'left');
    const answer = await rescued(guest, '--guest-disks', 'overlay');
    expect(refusalCodes(answer)).toEqual(['overlay-left-behind']);
    expect((await host.virsh('domstate', guest.name)).trim()).toBe('shut off');
  });
});

describe('after a snapshot', () => {
  test('which stays, and brings disk and definition back with virsh alone', async () => {
    const guest = await defineOne('kept', 'qcow2');
    const definition = await definitionOf(guest);
    const sector = async () => {
      const raw = join(guest.dir, 'look.img');
      await qemuImg('convert', '-O', 'raw', guest.image, raw);
      return secondSector(raw);
    };
    expect(await rescue(guest, '--guest-disks', 'snapshot', '--session', 'until-ended')).toBe(WRITTEN);
    await end(guest);
    expect(await sector(), 'unprotected, it reaches the disk').not.toEqual(EMPTY);
    const [name] = (await host.virsh('snapshot-list', '--name', guest.name)).trim().split('\n');
    expect(name).toMatch(/^salvor-[0-9a-f]{8}$/);
    await host.virsh('snapshot-revert', guest.name, name ?? '');
    expect(await sector()).toEqual(EMPTY);
    // libvirt sorts controllers when it reads a definition again.
    const lines = (xml: string) => xml.split('\n').toSorted();
    expect(lines(await definitionOf(guest))).toEqual(lines(definition));
    expect(await qemuImg('check', guest.image)).toContain('No errors');
  });

  test('a rescue that fails to start takes it away again', async () => {
    const guest = await defineOne('taken-back', 'qcow2');
    const succeed = await failStarts(guest, 'rescue');
    const answer = await rescued(guest, '--guest-disks', 'snapshot');
    await succeed();
    expect(errorCode(answer)).toBe('start-failed');
    expect((await host.virsh('snapshot-list', '--name', guest.name)).trim()).toBe('');
    expect(await qemuImg('snapshot', '-l', guest.image)).toBe('');
  });

  test('a guest that cannot have one is refused, with what it can have instead', async () => {
    const guest = await defineGuest(host, { name: 'mixed', machine: 'q35', firmware: 'uefi' });
    const { plan } = await planOf(guest, [`path:${writer}`], '--guest-disks', 'snapshot');
    expect(codes(plan.refusals)).toEqual(['guest-snapshot', ...Array<string>(3).fill('guest-disk-snapshot')]);
    expect(plan.refusals[0]?.params['instead']).toBe('“writable” or “overlay”');
  });
});

test('disks in the hands of others, and devices that are in the running guest alone', async () => {
  const guest = await defineOne('shared', 'raw');
  const other = await defineOne('other', 'raw');
  const warned = async () => (await planOf(guest, [`path:${other.image}`], '--device', 'disk')).plan;
  expect(codes((await warned()).warnings), 'off').toContain('medium-is-other-guest-disk');
  await host.virsh('attach-disk', other.name, guest.image, 'vdb', '--config');
  await host.virsh('start', other.name);
  const { refusals } = await warned();
  expect(codes(refusals).toSorted()).toEqual(['disk-in-use', 'medium-in-use']);
  expect(refusals.map(({ params }) => params['users'])).toEqual([other.name, other.name]);
  await forceOff(other);
  await host.virsh('start', guest.name);
  expect(codes((await planOf(guest, [`path:${writer}`])).plan.warnings), 'as it was defined').not.toContain(
    'pending-changes',
  );
  await host.virsh('attach-disk', guest.name, writer, 'vdz', '--live', '--mode', 'readonly');
  const pending = (await planOf(guest, [`path:${writer}`], '--device', 'cdrom')).plan.warnings.find(
    ({ code }) => code === 'pending-changes',
  );
  expect(pending?.params['changes']).toBe(`vdz (${writer}) is in the running guest alone`);
  await forceOff(guest);
});
