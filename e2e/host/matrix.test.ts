/** Every legal device and bus of pc and q35 under SeaBIOS, rescued for real, from running and from stopped. */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { detectAcceleration } from '../testbed/acceleration.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { proveRescue } from './proof.ts';

const LEGAL = {
  pc: {
    disk: ['usb', 'virtio', 'scsi', 'sata', 'ide'],
    cdrom: ['scsi', 'sata', 'ide'],
    floppy: ['fdc'],
  },
  q35: {
    disk: ['usb', 'virtio', 'scsi', 'sata'],
    cdrom: ['scsi', 'sata'],
    floppy: ['fdc'],
  },
} as const;

const cases = (['pc', 'q35'] as const).flatMap((machine) =>
  (['disk', 'cdrom', 'floppy'] as const).flatMap((device) =>
    LEGAL[machine][device].map((bus) => ({ machine, device, bus, firmware: 'bios' as const })),
  ),
);

let host: Hypervisor;
beforeAll(async () => {
  host = await startHypervisor();
});
afterAll(() => host.stop());

// Under TCG, which has this boot code up in half a second: what device and bus come to does not depend on the accelerator, and under
// nested KVM SeaBIOS takes ten times as long.
describe.concurrent.each(['running', 'stopped'] as const)('from %s', (from) => {
  test.each(cases)('$machine: $device on $bus', async (row) => {
    await proveRescue(host, { ...row, from, type: 'qemu' });
  });
});

// Where the machine has it: the other type of domain, on what Salvor chooses by itself.
describe.concurrent('from running, under KVM', () => {
  test.each([
    { machine: 'pc', device: 'disk', bus: 'usb' },
    { machine: 'q35', device: 'cdrom', bus: 'sata' },
  ] as const)('$machine: $device on $bus', async (row) => {
    await proveRescue(host, { ...row, firmware: 'bios', from: 'running', type: await detectAcceleration() });
  });
});
