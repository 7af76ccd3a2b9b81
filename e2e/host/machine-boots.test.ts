/**
 * Rescues on machines other than PCs, carried as far as their firmware: the planned definition is started under TCG, and the guest tells
 * which of its disks it came up from. Every guest has a root disk that boots, too.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planRescue } from '../../src-core/rescue/plan.ts';
import { awaitCondition } from '../testbed/await-condition.ts';
import { elToritoImageIso, elToritoIso, fat12 } from '../testbed/disk-images.ts';
import { aarch64EfiProgram, prepDisk, s390Kernel } from '../testbed/foreign-boot-code.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { MACHINE_GUESTS } from './machine-guests.ts';
import { defineMachine, openTrials, trialInputs } from './machine-trials.ts';
import type { TrialHost } from './machine-trials.ts';

const ROOT = 'ROOT-BOOTED';
const RESCUE = 'RESCUE-BOOTED';
/** What a stopped s390x has in its program status word; 0 is what its firmware leaves where nothing booted. */
const PSW: Readonly<Record<string, string>> = { '700': ROOT, beef0: RESCUE, '0': 'nothing' };
const BOOT_SECONDS = 120;

/** Images by machine: the root disk, and the medium by device. */
function images(machine: string, device: string): { readonly root: Buffer; readonly medium: Buffer } {
  switch (machine) {
    case 'aarch64': {
      const esp = (line: string) => fat12('BOOT', 'BOOTAA64', aarch64EfiProgram(line));
      return { root: esp(ROOT), medium: device === 'cdrom' ? elToritoIso(RESCUE, esp(RESCUE)) : esp(RESCUE) };
    }
    case 's390x':
      return { root: elToritoImageIso(s390Kernel(0x700)), medium: elToritoImageIso(s390Kernel(0xbeef0)) };
    default:
      return { root: prepDisk(ROOT), medium: prepDisk(RESCUE) };
  }
}

let host: Hypervisor;
beforeAll(async () => {
  host = await startHypervisor();
});
afterAll(() => host.stop());

/** One line that tells what booted, or null so far. */
async function booted(trials: TrialHost, machine: string, name: string): Promise<string | null> {
  if (machine !== 's390x') {
    const said = await readFile(join(trials.dir, 'serial.log'), 'latin1').catch(() => '');
    return /(\w+-BOOTED)\r?\n/.exec(said)?.[1] ?? null;
  }
  const log = await readFile(join(host.dir, 'var/log/libvirt/qemu', `${name}.log`), 'utf8').catch(() => '');
  const psw = /psw-addr='0x0*([0-9a-f]+)'/.exec(log)?.[1];
  return psw === undefined ? null : (PSW[psw] ?? psw);
}

interface Boot {
  readonly machine: string;
  readonly device: string;
  readonly bus: string;
  /** Booted behind the planner's back: what it refuses, or a medium that does not boot. */
  readonly unbootable?: boolean;
  readonly blank?: boolean;
}

async function bootPlanned({ machine, device, bus, unbootable = false, blank = false }: Boot) {
  const dir = join(host.dir, `boot-${machine}-${device}-${bus}${blank ? '-blank' : ''}`);
  const trials = await openTrials(host.uri, dir);
  const { root, medium } = images(machine, device);
  await writeFile(join(dir, 'root.img'), root);
  await writeFile(join(dir, 'medium.img'), blank ? Buffer.alloc(medium.length) : medium);
  const known = MACHINE_GUESTS.find(({ name }) => name === machine);
  if (known === undefined) throw new Error(`no guest ${machine}`);
  const serial = `<serial type='file'><source path='${dir}/serial.log'/></serial>`;
  const guest = await defineMachine(trials, {
    ...known,
    name: `boot-${machine}-${device}-${bus}${blank ? '-blank' : ''}`,
    devices: (folder) => known.devices(folder) + (machine === 's390x' ? '' : serial),
  });
  const asked = trialInputs(trials, guest, device, bus, 'medium.img');
  const plan = planRescue({ ...asked, request: { ...asked.request, allowUnbootable: unbootable } });
  expect(plan.refusals).toEqual([]);
  const domain = await trials.connection.createDomainXML(plan.rescueXml ?? '');
  try {
    const what = await awaitCondition(`${machine} to boot something`, BOOT_SECONDS, () =>
      booted(trials, machine, guest.name),
    );
    return { what, plan };
  } finally {
    // An s390x guest that has stopped itself is on its way out already.
    await domain.destroy().catch(() => undefined);
    await trials.connection.close();
  }
}

describe('the medium boots', () => {
  test.each([
    { machine: 'aarch64', device: 'disk', bus: 'usb' },
    { machine: 'aarch64', device: 'cdrom', bus: 'scsi' },
    { machine: 'aarch64', device: 'disk', bus: 'virtio' },
    { machine: 'aarch64', device: 'cdrom', bus: 'usb' },
    { machine: 's390x', device: 'disk', bus: 'virtio' },
    { machine: 's390x', device: 'cdrom', bus: 'scsi' },
    { machine: 'pseries', device: 'disk', bus: 'usb' },
    { machine: 'pseries', device: 'disk', bus: 'virtio' },
    { machine: 'pseries', device: 'disk', bus: 'scsi' },
    { machine: 'pseries', device: 'cdrom', bus: 'scsi' },
    { machine: 'pseries', device: 'cdrom', bus: 'usb' },
  ])('$machine: $device on $bus', async (row) => {
    expect((await bootPlanned(row)).what).toBe(RESCUE);
  });
});

describe('what the plan says of the rest is so', () => {
  test.each(['pseries', 'aarch64'])('%s: a disk on sata is passed over, and the root disk boots', async (machine) => {
    const { what } = await bootPlanned({ machine, device: 'disk', bus: 'sata', unbootable: true });
    expect(what).toBe(ROOT);
  });

  test('s390x finds nothing on an ISO that is a scsi disk', async () => {
    const { what } = await bootPlanned({ machine: 's390x', device: 'disk', bus: 'scsi', unbootable: true });
    expect(['nothing', ROOT]).toContain(what);
  });

  test('SLOF falls through to the root disk', async () => {
    const { what, plan } = await bootPlanned({ machine: 'pseries', device: 'disk', bus: 'virtio', blank: true });
    expect(plan.ifNotBootable?.code).toBe('not-bootable-falls');
    expect(what).toBe(ROOT);
  });

  test('s390x tries the first device only, or goes on to the next, by the age of libvirt and QEMU', async () => {
    const { what, plan } = await bootPlanned({ machine: 's390x', device: 'disk', bus: 'virtio', blank: true });
    // The older pair, and the newer.
    const pairs = ['not-bootable-first-only nothing', `not-bootable-falls ${ROOT}`];
    expect(pairs).toContain(`${String(plan.ifNotBootable?.code)} ${what}`);
  });
});
