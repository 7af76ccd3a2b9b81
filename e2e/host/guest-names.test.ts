/**
 * What a guest will call its disks, asked of a guest: a real Linux with udev is booted on machines with disks on every bus, and what it lists
 * on its serial port is compared with what was told before.
 */
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { guestNames } from '../../src-core/disks/guest-names.ts';
import type { GuestNames } from '../../src-core/disks/types.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import type { PlannedDisk, RescuePlan } from '../../src-core/rescue/plan-types.ts';
import { awaitCondition } from '../testbed/await-condition.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { CMDLINE, DISK_MARK, disksSeen, linuxImages } from '../testbed/linux-guest.ts';
import type { LinuxImages, SeenDisk } from '../testbed/linux-guest.ts';
import { rescueArguments, salvor } from '../testbed/salvor.ts';

/** A boot takes TCG a dozen seconds of a processor that it has for itself, which on a busy machine it has not. */
const BOOT_SECONDS = 300;
vi.setConfig({ testTimeout: (BOOT_SECONDS + 60) * 1000 });

let host: Hypervisor;
let linux: LinuxImages;
beforeAll(async () => {
  [host, linux] = await Promise.all([startHypervisor(), linuxImages()]);
});
afterAll(() => host.stop());
// One that failed would go on printing its list, and take its share of the processors.
afterEach(async () => {
  for (const name of (await host.virsh('list', '--name')).split('\n').filter((line) => line !== ''))
    await host.virsh('destroy', name);
});

interface Guest {
  readonly name: string;
  readonly log: string;
  /** As libvirt has it. */
  readonly definition: string;
}

const pci = (bus: number, slot: number, fn = 0): string =>
  `<address type='pci' domain='0' bus='${bus}' slot='${slot}' function='${fn}'/>`;
const drive = (controller: number, unit: number, bus = 0, target = 0): string =>
  `<address type='drive' controller='${controller}' bus='${bus}' target='${target}' unit='${unit}'/>`;
const controller = (type: string, index: number, model: string | null, more = ''): string =>
  `<controller type='${type}' index='${index}'${model === null ? '' : ` model='${model}'`}>${more}</controller>`;
/** Its image says which one it is: `IMAGES` stands for the folder. */
const disk = (target: string, bus: string, more = '', device = 'disk'): string =>
  `<disk type='file' device='${device}'><driver name='qemu' type='raw'/><source file='IMAGES/${target}.img'/><target dev='${target}' bus='${bus}'/>${more}</disk>`;
const serial = (text: string): string => `<serial>${text}</serial>`;
const usb = (bus: number, port: string): string => `<address type='usb' bus='${bus}' port='${port}'/>`;

/** Every bus of q35, with and without serials and WWN, on several controllers, behind root ports out of order and behind a bridge. */
const Q35_DISKS = [
  controller('pci', 1, 'pcie-root-port', pci(0, 5)),
  controller('pci', 2, 'pcie-root-port', pci(0, 3)),
  controller('pci', 3, 'pcie-to-pci-bridge', pci(2, 0)),
  controller('pci', 4, 'pcie-root-port', pci(0, 4)),
  controller('pci', 5, 'pcie-root-port', pci(0, 2)),
  controller('scsi', 0, 'virtio-scsi'),
  controller('scsi', 1, 'lsilogic', pci(3, 1)),
  controller('scsi', 2, 'virtio-scsi'),
  controller('sata', 1, null, pci(3, 2)),
  controller('usb', 0, 'qemu-xhci'),
  disk('vda', 'virtio', `${serial('ROOT0001')}${pci(1, 0)}`),
  disk('vdb', 'virtio', `${serial('b8ad8ae6-4b13-4a4a-a1c5-0d3c1e8f8f4c')}${pci(5, 0)}`),
  disk('vdc', 'virtio', `${serial('A B')}${pci(3, 7)}`),
  disk('vdd', 'virtio', pci(4, 0)),
  disk('sda', 'sata', drive(0, 0)),
  disk('sdb', 'sata', `${serial('DATA_1')}${drive(0, 1)}`),
  disk('sdc', 'sata', drive(0, 2), 'cdrom'),
  disk('sdk', 'sata', drive(1, 3)),
  disk('sdd', 'scsi', `${serial('SS')}<wwn>5000c50015ea71ac</wwn>${drive(0, 0)}`),
  disk('sde', 'scsi', `${serial('SER2')}${drive(0, 1)}`),
  disk('sdf', 'scsi', drive(0, 4, 0, 3)),
  disk('sdg', 'scsi', drive(0, 2), 'cdrom'),
  disk('sdh', 'scsi', drive(1, 5)),
  disk('sdl', 'scsi', `${serial('SER3')}${drive(2, 0)}`),
  disk('sdi', 'usb', `${serial('STICK')}${usb(0, '1')}`),
  disk('sdj', 'usb', usb(0, '2')),
].join('');

/** Every bus of pc; the second unit of its second ide channel is left for the rescue. */
const PC_DISKS = [
  controller('scsi', 0, 'lsilogic', pci(0, 9)),
  controller('scsi', 1, 'virtio-scsi', pci(0, 6)),
  controller('sata', 0, null, pci(0, 8)),
  controller('usb', 0, 'piix3-uhci', pci(0, 1, 2)),
  controller('usb', 1, 'ich9-ehci1', pci(0, 0xb, 7)),
  controller('usb', 1, 'ich9-uhci1', `<master startport='0'/>${pci(0, 0xb, 0)}`),
  controller('pci', 1, 'pci-bridge', pci(0, 0xd)),
  disk('hda', 'ide'),
  disk('hdb', 'ide', '', 'cdrom'),
  disk('hdc', 'ide', serial('IDE-3')),
  disk('fda', 'fdc', '', 'floppy'),
  disk('fdb', 'fdc', '', 'floppy'),
  disk('vda', 'virtio', `${serial('LATE')}${pci(0, 0x10)}`),
  disk('vdb', 'virtio', pci(0, 5)),
  disk('vdc', 'virtio', pci(1, 3)),
  disk('sda', 'scsi', drive(0, 3)),
  disk('sdb', 'scsi', `${serial('VS')}${drive(1, 0, 0, 1)}`),
  disk('sdc', 'sata', drive(0, 4)),
  disk('sdd', 'usb', `${serial('SLOW')}${usb(0, '1')}`),
  disk('sde', 'usb', usb(1, '2')),
].join('');

/**
 * Of each kind one, so that every kernel name can be told; and no root port empty. The one that libvirt adds for the controller of the rescue
 * comes before the others, which moves their bus numbers.
 */
const FEW_DISKS = [
  controller('pci', 1, 'pcie-root-port', pci(0, 5)),
  controller('pci', 2, 'pcie-root-port', pci(0, 3)),
  controller('usb', 0, 'qemu-xhci', pci(0, 6)),
  "<memballoon model='none'/>",
  disk('vda', 'virtio', pci(1, 0)),
  disk('vdb', 'virtio', `${serial('SECOND')}${pci(2, 0)}`),
  disk('sda', 'sata', serial('ONLY')),
  disk('sdb', 'usb', `${serial('STICK')}${usb(0, '1')}`),
].join('');

async function define(name: string, machine: 'pc' | 'q35', devices: string, os = ''): Promise<Guest> {
  const dir = join(host.dir, name);
  await mkdir(dir);
  for (const [, target = ''] of devices.matchAll(/<target dev='(\w+)'/g)) {
    const image = join(dir, `${target}.img`);
    await writeFile(image, `${DISK_MARK}${target}\n`);
    // What a floppy drive takes.
    await truncate(image, 1440 * 1024);
  }
  const log = join(dir, 'serial.log');
  await writeFile(log, '');
  const xml = join(dir, 'definition.xml');
  await writeFile(
    xml,
    `<domain type='qemu'><name>${name}</name><memory unit='MiB'>384</memory><vcpu>1</vcpu><cpu mode='maximum'/>
<os><type arch='x86_64' machine='${machine}'>hvm</type>${os}</os><features><acpi/></features>
<devices>${devices.replaceAll('IMAGES', dir)}<serial type='file'><source path='${log}' append='on'/></serial></devices></domain>`,
  );
  await host.virsh('define', xml);
  return { name, log, definition: await host.virsh('dumpxml', '--inactive', name) };
}

/** What it lists, once it has all of them. */
async function listed(guest: Guest, targets: readonly string[]): Promise<ReadonlyMap<string, SeenDisk>> {
  const seen = () => readFile(guest.log, 'latin1').then(disksSeen);
  try {
    return await awaitCondition(`${guest.name} to list its disks`, BOOT_SECONDS, async () => {
      const disks = await seen();
      return targets.every((target) => isReady(disks.get(target))) ? disks : null;
    });
  } catch (problem) {
    const log = (await readFile(guest.log, 'latin1')).slice(-2000);
    throw new Error(`it has ${[...(await seen()).keys()].join(', ')} of ${targets.join(', ')}:\n${log}`, {
      cause: problem,
    });
  }
}

/** udev has given it its links; floppies get none. */
function isReady(disk: SeenDisk | undefined): boolean {
  return disk !== undefined && (disk.links.length > 0 || disk.kernel.startsWith('/dev/fd'));
}

/** A name that was told is the guest's; what it has by path is told of every disk but floppies. */
function compare(told: GuestNames, seen: SeenDisk | undefined, target: string): void {
  const { kernel, byId, byPath } = told;
  const links = seen?.links ?? [];
  const has = `${target} is ${seen?.kernel ?? 'not there'}, ${links.join(' ')}`;
  if (kernel !== null) expect(seen?.kernel, has).toBe(kernel);
  if (byId !== null) expect(links, has).toContain(byId);
  if (kernel?.startsWith('/dev/fd') !== true) expect(links, has).toContain(byPath);
}

const namesOf = (definition: string) => guestNames(parseDomain(definition));

/** Targets of disks without by-id in the guest, or with one that is not worth a rule: a serial with spaces, or what QEMU makes up. */
const withoutId = (names: ReadonlyMap<string, GuestNames>) =>
  [...names].filter(([, { byId }]) => byId === null).map(([target]) => target);

async function planned(guest: Guest, medium: string, ...more: string[]): Promise<RescuePlan> {
  const answer = await salvor(['plan', '--uri', host.uri, guest.name, '--medium', medium, '--json', ...more]);
  expect(answer, answer.stderr).toMatchObject({ code: 0 });
  return answer.json as RescuePlan;
}

async function rescue(guest: Guest, medium: string, ...more: string[]): Promise<void> {
  const answer = await salvor(rescueArguments(host.uri, guest.name, medium, ...more));
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 0 });
}

/** The rescue ISO has no mark of ours. */
const markOf = ({ target, original }: PlannedDisk) => (original ? target : '');

async function compareRescue(guest: Guest, plan: RescuePlan): Promise<void> {
  const seen = await listed(guest, plan.devices.map(markOf));
  for (const device of plan.devices) {
    const inGuest = seen.get(markOf(device));
    compare(device.guestNames, inGuest, device.target);
  }
  // libvirt has given the rescue its places by now: all of its names can be told, of the running definition.
  const inspected = await salvor(['inspect', '--uri', host.uri, guest.name, '--json']);
  const { disks } = inspected.json as { disks: { target: string; guestNames: GuestNames }[] };
  expect(disks.map(({ target }) => target).sort()).toEqual(plan.devices.map(({ target }) => target).sort());
  for (const device of plan.devices) {
    const running = disks.find(({ target }) => target === device.target);
    if (running !== undefined) compare(running.guestNames, seen.get(markOf(device)), device.target);
  }
}

test('every bus of q35, started as it always is', async () => {
  const os = `<kernel>${linux.kernel}</kernel><initrd>${linux.initrd}</initrd><cmdline>${CMDLINE}</cmdline>`;
  const guest = await define('all-q35', 'q35', Q35_DISKS, os);
  const names = namesOf(guest.definition);
  await host.virsh('start', guest.name);
  const seen = await listed(guest, [...names.keys()]);
  for (const [target, told] of names) compare(told, seen.get(target), target);
  expect(withoutId(names)).toEqual(['vdc', 'vdd', 'sdk', 'sdj']);
});

test('every bus of pc, in rescue from a cdrom', async () => {
  const guest = await define('all-pc', 'pc', PC_DISKS);
  const plan = await planned(guest, `path:${linux.iso}`, '--bus', 'ide');
  await rescue(guest, `path:${linux.iso}`, '--bus', 'ide');
  await compareRescue(guest, plan);
});

test('names that nothing races with are told, and which by-path names move', async () => {
  const guest = await define('few-q35', 'q35', FEW_DISKS);
  const choice = ['--device', 'cdrom', '--bus', 'scsi'];
  const plan = await planned(guest, `path:${linux.iso}`, ...choice);
  expect(plan.devices.map(({ guestNames: { kernel }, kernelBefore }) => [kernelBefore, kernel])).toEqual([
    ['/dev/vdb', '/dev/vdb'],
    ['/dev/vda', '/dev/vda'],
    ['/dev/sda', '/dev/sda'],
    ['/dev/sdb', '/dev/sdb'],
    [null, '/dev/sr0'],
  ]);
  const before = namesOf(guest.definition);
  expect(plan.devices.map(({ target, guestNames }) => [before.get(target)?.byPath, guestNames.byPath])).toEqual([
    ['/dev/disk/by-path/pci-0000:02:00.0', '/dev/disk/by-path/pci-0000:03:00.0'],
    ['/dev/disk/by-path/pci-0000:01:00.0', '/dev/disk/by-path/pci-0000:02:00.0'],
    ['/dev/disk/by-path/pci-0000:00:1f.2-ata-1', '/dev/disk/by-path/pci-0000:00:1f.2-ata-1'],
    [before.get('sdb')?.byPath, before.get('sdb')?.byPath],
    [undefined, '/dev/disk/by-path/pci-0000:01:00.0-scsi-0:0:0:0'],
  ]);
  await rescue(guest, `path:${linux.iso}`, ...choice);
  await compareRescue(guest, plan);
});
