/** Whatever cannot work is refused with its reason and exit code 2, and nothing is touched: seen by virsh, not by Salvor. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { awaitCondition } from '../testbed/await-condition.ts';
import { ROOT_BOOTED } from '../testbed/boot-images.ts';
import { outputOf } from '../testbed/command.ts';
import { defineGuest, forceOff, medium, observe, startGuest } from '../testbed/guests.ts';
import type { Guest, GuestOptions } from '../testbed/guests.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { errorCode, refusalCodes, rescueArguments, salvor } from '../testbed/salvor.ts';
import type { SalvorAnswer } from '../testbed/salvor.ts';

let host: Hypervisor;
let disk: string;
let iso: string;
let floppy: string;
/** A q35 guest that runs throughout. */
let running: Guest;

beforeAll(async () => {
  host = await startHypervisor();
  [disk, iso, floppy] = await Promise.all([medium(host, 'medium'), medium(host, 'iso'), medium(host, 'floppy')]).then(
    (paths) => paths.map((path) => `path:${path}`) as [string, string, string],
  );
  running = await defineGuest(host, { name: 'running', machine: 'q35' });
  expect(await startGuest(running)).toBe(ROOT_BOOTED);
});
afterAll(() => host.stop());

/** Ask for a rescue, expect a refusal with that code (and maybe more), and everything as it was. */
async function expectRefused(guest: Guest, code: string, chosen: string, ...more: string[]): Promise<SalvorAnswer> {
  const before = await observe(guest);
  const answer = await salvor(rescueArguments(host.uri, guest.name, chosen, ...more));
  expect(answer, `${answer.stdout}${answer.stderr}`).toMatchObject({ code: 2 });
  expect(errorCode(answer)).toBe('refused');
  expect(refusalCodes(answer)).toContain(code);
  expect(await observe(guest)).toEqual(before);
  return answer;
}

describe('Fit: device and bus', () => {
  test.each([
    ['disk', 'fdc', 'device-bus-fit'],
    ['disk', 'ide', 'machine-bus-fit'],
    ['cdrom', 'virtio', 'device-bus-fit'],
    ['cdrom', 'fdc', 'device-bus-fit'],
    ['cdrom', 'ide', 'machine-bus-fit'],
    ['floppy', 'virtio', 'device-bus-fit'],
    ['floppy', 'scsi', 'device-bus-fit'],
    ['floppy', 'sata', 'device-bus-fit'],
    ['floppy', 'usb', 'device-bus-fit'],
    ['floppy', 'ide', 'device-bus-fit'],
    ['lun', 'scsi', 'device-lun'],
    ['fs', 'virtio', 'device-unknown'],
    ['disk', 'nvme', 'bus-nvme'],
  ] as const)('a q35 guest: %s on %s is refused (%s)', async (device, bus, code) => {
    const image = device === 'cdrom' ? iso : device === 'floppy' ? floppy : disk;
    await expectRefused(running, code, image, '--device', device, '--bus', bus);
  });

  test('usb, where the guest has it switched off', async () => {
    const guest = await defineGuest(host, {
      name: 'no-usb',
      machine: 'q35',
      devices: "<controller type='usb' model='none'/>",
    });
    await expectRefused(guest, 'usb-disabled', disk, '--device', 'disk', '--bus', 'usb');
  });
});

describe('Limits: a bus that is full', () => {
  const drives = (device: string, bus: string, ...targets: string[]) =>
    targets
      .map((target) => `<disk type='file' device='${device}'><target dev='${target}' bus='${bus}'/></disk>`)
      .join('');
  // q35 and pc count their own: pc has hdc, q35 has sdb and sdc on sata already.
  test.each([
    ['pc', 'cdrom', 'ide', drives('cdrom', 'ide', 'hda', 'hdb', 'hdd')],
    ['pc', 'floppy', 'fdc', drives('floppy', 'fdc', 'fda', 'fdb')],
    ['q35', 'cdrom', 'sata', drives('cdrom', 'sata', 'sda', 'sdd', 'sde', 'sdf')],
  ] as const)('%s: %s on %s', async (machine, device, bus, devices) => {
    const guest = await defineGuest(host, { name: `full-${bus}`, machine, devices });
    await expectRefused(guest, 'bus-full', device === 'cdrom' ? iso : floppy, '--device', device, '--bus', bus);
  });
});

describe('Bootable: legal, but never boots', () => {
  test('a plain ISO on a usb cdrom under SeaBIOS before libvirt 11.5', async () => {
    await expectRefused(running, 'never-boots-usb-cdrom', iso, '--device', 'cdrom', '--bus', 'usb');
  });

  test('a floppy under UEFI', async () => {
    const guest = await defineGuest(host, { name: 'uefi', machine: 'q35', firmware: 'uefi' });
    await expectRefused(guest, 'never-boots-floppy', floppy, '--device', 'floppy');
  });

  test('a boot order without the guest’s own disks, on UEFI from a ROM image, which keeps its variables in no file', async () => {
    const os = "<loader type='rom'>/usr/share/ovmf/OVMF.fd</loader>";
    const guest = await defineGuest(host, { name: 'uefi-none', machine: 'q35', os });
    await expectRefused(guest, 'uefi-no-fall-through', disk, '--fall-through', 'none');
  });
});

describe('the medium', () => {
  test('is not there', async () => {
    await expectRefused(running, 'medium-missing', `path:${join(host.dir, 'media/nowhere.iso')}`);
  });

  test('is in a folder that is not there', async () => {
    await expectRefused(running, 'medium-missing', 'path:/nowhere/at/all/rescue.iso');
  });

  test('is a folder', async () => {
    await mkdir(join(host.dir, 'media/folder.iso'), { recursive: true });
    await expectRefused(running, 'medium-missing', `path:${join(host.dir, 'media/folder.iso')}`);
  });

  test('is in a pool that is not there', async () => {
    await expectRefused(running, 'medium-missing', 'volume:no-such-pool/rescue.iso');
  });

  test('is empty', async () => {
    await expectRefused(running, 'medium-empty', `path:${await medium(host, 'empty')}`);
  });

  test("is one of the guest's own disks", async () => {
    await expectRefused(running, 'medium-is-guest-disk', `path:${join(running.dir, 'data.img')}`);
  });

  test("is one of the guest's own disks, named in a roundabout way", async () => {
    await expectRefused(running, 'medium-is-guest-disk', `path:${running.dir}/../running//data.img`);
  });

  test('is open for writing in another running domain', async () => {
    const other = await defineGuest(host, { name: 'other', machine: 'q35' });
    await startGuest(other);
    const answer = await expectRefused(running, 'medium-in-use', `path:${join(other.dir, 'root.img')}`);
    expect(JSON.stringify(answer.json)).toContain('other');
    await forceOff(other);
  });

  test('is a qcow2 image that points at another file', async () => {
    const overlay = join(host.dir, 'media/overlay.qcow2');
    await outputOf('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', '/etc/hostname', overlay, '1M']);
    await expectRefused(running, 'medium-points-elsewhere', `path:${overlay}`);
  });

  test('is a qcow2 image for a cdrom', async () => {
    const image = join(host.dir, 'media/plain.qcow2');
    await outputOf('qemu-img', ['create', '-q', '-f', 'qcow2', image, '1M']);
    await expectRefused(running, 'medium-format', `path:${image}`, '--device', 'cdrom', '--bus', 'sata');
  });

  test('is the original image of a guest that has none', async () => {
    await expectRefused(running, 'original-missing', 'original');
  });

  test('is a kernel that is not there', async () => {
    await expectRefused(running, 'kernel-missing', 'kernel:/nowhere/vmlinuz');
  });

  test('is a web address with a password', async () => {
    const answer = await expectRefused(running, 'medium-url', 'url:https://root:hunter2@example.org/rescue.iso');
    expect(answer.stdout + answer.stderr).not.toContain('hunter2');
  });

  test('is a web address for a disk', async () => {
    await expectRefused(
      running,
      'url-needs-cdrom',
      'url:https://example.org/rescue.iso',
      '--device',
      'disk',
      '--bus',
      'usb',
    );
  });
});

describe('the state of the guest', () => {
  async function runningGuest(options: GuestOptions): Promise<Guest> {
    const guest = await defineGuest(host, options);
    expect(await startGuest(guest)).toBe(ROOT_BOOTED);
    return guest;
  }

  test('a managed-save image', async () => {
    const guest = await runningGuest({ name: 'saved', machine: 'q35' });
    await host.virsh('managedsave', guest.name);
    await expectRefused(guest, 'managed-save', disk);
    expect(await host.virsh('dominfo', guest.name)).toMatch(/Managed save:\s+yes/);
  });

  test('a block job', async () => {
    const guest = await runningGuest({ name: 'copying', machine: 'q35' });
    await host.virsh('blockcopy', guest.name, 'vdc', '--dest', join(guest.dir, 'copy.img'), '--transient-job');
    await expectRefused(guest, 'block-job', disk);
    expect(await host.virsh('dumpxml', guest.name)).toMatch(/<mirror [^>]*job='copy'/);
    await forceOff(guest);
  });

  test('a job', async () => {
    const guest = await runningGuest({ name: 'backing-up', machine: 'q35' });
    const backup = join(guest.dir, 'backup.xml');
    const socket = join(guest.dir, 'nbd.sock');
    await writeFile(
      backup,
      `<domainbackup mode='pull'><server transport='unix' socket='${socket}'/><disks>
        <disk name='vda' backup='no'/><disk name='sdb' backup='no'/>
        <disk name='vdc' backup='yes' type='file'><scratch file='${join(guest.dir, 'scratch.qcow2')}'/></disk></disks></domainbackup>`,
    );
    await host.virsh('backup-begin', guest.name, backup);
    await expectRefused(guest, 'job', disk);
    expect(await host.virsh('domjobinfo', guest.name)).toMatch(/Job type:\s+Unbounded/);
    await forceOff(guest);
  });

  test('a rescue that is open already', async () => {
    const guest = await runningGuest({ name: 'rescued', machine: 'q35' });
    const first = await salvor(rescueArguments(host.uri, guest.name, disk));
    expect(first, first.stderr).toMatchObject({ code: 0 });
    await expectRefused(guest, 'in-rescue', disk);
    expect(await salvor(['end', '--uri', host.uri, guest.name, '--stop', 'force', '--json'])).toMatchObject({
      code: 0,
    });
    await forceOff(guest);
  });

  test('a transient domain', async () => {
    const guest = await defineGuest(host, { name: 'transient', machine: 'q35' });
    const xml = join(guest.dir, 'definition.xml');
    await host.virsh('undefine', guest.name);
    await host.virsh('create', xml);
    const before = await host.virsh('domid', guest.name);
    const answer = await salvor(rescueArguments(host.uri, guest.name, disk));
    expect(answer).toMatchObject({ code: 2 });
    expect(refusalCodes(answer)).toContain('transient-domain');
    expect(await host.virsh('domid', guest.name)).toBe(before);
    await host.virsh('destroy', guest.name);
  });

  test('an encrypted disk whose secret is not there, or has no value', async () => {
    const secret = '6f1bb0ad-4cb9-4ee9-8b68-2d1f1a3ab7ff';
    const devices = `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/nowhere/luks.img'>
      <encryption format='luks'><secret type='passphrase' uuid='${secret}'/></encryption></source><target dev='vdd' bus='virtio'/></disk>`;
    const guest = await defineGuest(host, { name: 'encrypted', machine: 'q35', devices });
    await expectRefused(guest, 'secret-missing', disk);
    const xml = join(guest.dir, 'secret.xml');
    await writeFile(xml, `<secret ephemeral='no' private='no'><uuid>${secret}</uuid></secret>`);
    await host.virsh('secret-define', xml);
    await expectRefused(guest, 'secret-no-value', disk);
  });
});

describe('the request', () => {
  test('a session until ended, and at the first reboot', async () => {
    await expectRefused(running, 'first-reboot-kind', disk, '--session', 'until-ended', '--end-at-first-reboot');
  });

  test('a bus nobody offers, in words that name those that would do', async () => {
    const answer = await expectRefused(running, 'machine-bus-fit', disk, '--device', 'disk', '--bus', 'ide');
    expect(answer.stdout).toContain('usb, virtio, scsi, sata');
  });

  test('Nova’s profile for a guest on a volume whose medium has no properties', async () => {
    const guest = await defineGuest(host, { name: 'volume-rooted', machine: 'q35' });
    const definition = (await host.virsh('dumpxml', '--inactive', '--security-info', guest.name))
      .replace("<disk type='file' device='disk'>", "<disk type='block' device='disk'>")
      .replace(`<source file='${join(guest.dir, 'root.img')}'`, "<source dev='/dev/nowhere'");
    const xml = join(guest.dir, 'definition.xml');
    await writeFile(xml, definition);
    await host.virsh('define', xml);
    await expectRefused(guest, 'nova-volume-root', disk, '--profile', 'nova');
  });
});

describe('a read-only connection', () => {
  let readOnly: string;
  beforeEach(() => {
    readOnly = `qemu+unix:///system?socket=${join(host.dir, 'run/libvirt/libvirt-sock-ro')}`;
  });

  test('may look', async () => {
    const answer = await salvor(['list', '--uri', readOnly, '--json']);
    expect(answer, answer.stderr).toMatchObject({ code: 0 });
    expect(JSON.stringify(answer.json)).toContain('"running"');
  });

  test('may not rescue, and may not end a rescue', async () => {
    const before = await observe(running);
    const rescue = await salvor(rescueArguments(readOnly, running.name, disk));
    expect([1, 2]).toContain(rescue.code);
    expect(rescue.stdout + rescue.stderr).toMatch(/read-only/);
    const end = await salvor(['end', '--uri', readOnly, running.name, '--json']);
    expect(end.code).toBe(1);
    expect(await observe(running)).toEqual(before);
  });
});

describe('between preview and start', () => {
  test('a guest that is only asked about is left alone', async () => {
    const before = await observe(running);
    const plan = ['plan', '--uri', host.uri, running.name, '--medium', disk, '--json'];
    const [first, second] = [await salvor(plan), await salvor(plan)];
    expect(first).toMatchObject({ code: 0 });
    // How much is free on the host's disks is another figure at every moment.
    const plans = [first, second].map(({ stdout }) => stdout.replace(/"free": \d+/g, '"free": 0'));
    expect(plans[1], 'the same plan, byte for byte').toBe(plans[0]);
    expect(await observe(running)).toEqual(before);
    await awaitCondition(
      'no pool of ours',
      5,
      async () => !(await host.virsh('pool-list', '--all', '--name')).includes('salvor'),
    );
  });
});
