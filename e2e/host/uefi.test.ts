/**
 * UEFI guests whose loader is found only through their own NVRAM entry. OVMF deletes the entries of devices that have no place in
 * the boot order, so a rescue that gives a place to the medium alone leaves a guest that never boots again.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { proveRescue } from './proof.ts';

let host: Hypervisor;
beforeAll(async () => {
  host = await startHypervisor();
});
afterAll(() => host.stop());

describe.concurrent("the medium boots, the guest's own boot entry survives, and it boots after the rescue", () => {
  test.each([
    { machine: 'q35', device: 'disk', bus: 'usb', from: 'running' },
    { machine: 'q35', device: 'cdrom', bus: 'sata', from: 'running' },
    { machine: 'q35', device: 'disk', bus: 'scsi', from: 'running' },
    { machine: 'q35', device: 'disk', bus: 'usb', from: 'stopped' },
    { machine: 'pc', device: 'disk', bus: 'usb', from: 'running' },
  ] as const)('$machine: $device on $bus, from $from', async (row) => {
    await proveRescue(host, { ...row, firmware: 'uefi', type: 'qemu' });
  });
});

// A disk on lsilogic never boots under OVMF: the firmware would boot the broken system instead, without a word. So the medium goes
// on a virtio-scsi controller of its own, and the guest's own controller stays as it is.
test('a guest with an lsilogic controller: the medium on scsi boots all the same', async () => {
  const devices = "<controller type='scsi' index='0' model='lsilogic'/>";
  const scsi = {
    machine: 'q35',
    firmware: 'uefi',
    device: 'disk',
    bus: 'scsi',
    from: 'running',
    type: 'qemu',
    devices,
  } as const;
  await proveRescue(host, scsi);
});
