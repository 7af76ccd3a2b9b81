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

// Running guests under KVM where the machine has it, stopped ones under TCG: both kinds of domain are proven. Floppies always
// under TCG: SeaBIOS waits 5 s for the controller and then goes on to the next device, and nested KVM on a busy machine is slower.
describe.concurrent('from running', () => {
  test.each(cases)('$machine: $device on $bus', async (row) => {
    const type = row.device === 'floppy' ? 'qemu' : await detectAcceleration();
    await proveRescue(host, { ...row, from: 'running', type });
  });
});

describe.concurrent('from stopped', () => {
  test.each(cases)('$machine: $device on $bus', async (row) => {
    await proveRescue(host, { ...row, from: 'stopped', type: 'qemu' });
  });
});
