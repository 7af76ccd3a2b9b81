/**
 * Every machine that this QEMU has: each device on each bus is planned and tried. What is offered, libvirt defines, keeps the guest's own
 * devices where they are, and puts first into the boot order; QEMU starts with it. What is refused, they refuse too, but for what firmware never boots.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RESCUE_BUSES, RESCUE_DEVICES } from '../../src-core/rescue/types.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { MACHINE_GUESTS } from './machine-guests.ts';
import { defineMachine, forgetMachine, openTrials, tryDevice } from './machine-trials.ts';
import type { TrialHost } from './machine-trials.ts';

/** `device bus` that is refused because firmware never boots it (FACTS B3 and machine-boots.test.ts); libvirt and QEMU may take it. */
const NEVER_BOOTS: Readonly<Record<string, readonly string[]>> = {
  // Before libvirt 11.5.
  pc: ['cdrom usb'],
  'pc, 32 bit': ['cdrom usb'],
  q35: ['cdrom usb'],
  'pc, UEFI': ['floppy fdc'],
  'q35, UEFI': ['floppy fdc'],
  aarch64: ['disk sata', 'cdrom sata'],
  'aarch64 on virtio-mmio': ['disk sata', 'cdrom sata'],
  armv7l: ['disk sata', 'cdrom sata'],
  pseries: ['disk sata', 'cdrom sata'],
  'pseries, little': ['disk sata', 'cdrom sata'],
  // Where QEMU has usb for it at all, from 10 on.
  s390x: ['disk usb', 'cdrom usb'],
};

/** How many devices on buses each machine is offered; a cdrom on usb of SeaBIOS besides. */
const OFFERED: Readonly<Record<string, number>> = {
  pc: 9,
  'pc, 32 bit': 9,
  'pc, UEFI': 9,
  q35: 7,
  'q35, UEFI': 7,
  microvm: 3,
  isapc: 1,
  aarch64: 5,
  'aarch64 on virtio-mmio': 5,
  armv7l: 5,
  riscv64: 7,
  s390x: 3,
  pseries: 5,
  'pseries, little': 5,
  g3beige: 9,
};

let host: Hypervisor;
let trials: TrialHost;
beforeAll(async () => {
  host = await startHypervisor();
  trials = await openTrials(host.uri, join(host.dir, 'machines'));
});
afterAll(async () => {
  await trials.connection.close();
  await host.stop();
});

describe('what is planned is what libvirt and QEMU take', () => {
  test.each(MACHINE_GUESTS.map((guest) => [guest.name, guest] as const))('%s', async (name, guest) => {
    const defined = await defineMachine(trials, guest);
    const bootsUsbCdrom = ['pc', 'pc, 32 bit', 'q35'].includes(name) && defined.host.libvirtVersion >= 11_005_000;
    const wrong: string[] = [];
    let offered = 0;
    for (const device of RESCUE_DEVICES)
      for (const bus of RESCUE_BUSES) {
        const { planned, code, problem } = await tryDevice(trials, defined, device, bus);
        if (planned) offered += 1;
        if (code?.startsWith('never-boots-') === true)
          expect(NEVER_BOOTS[name], `${code}: ${device} on ${bus}`).toContain(`${device} ${bus}`);
        else if (problem !== null) wrong.push(`${device} on ${bus}: ${problem}`);
      }
    await forgetMachine(trials, defined);
    expect(wrong).toEqual([]);
    expect(offered).toBe((OFFERED[name] ?? 0) + (bootsUsbCdrom ? 1 : 0));
  });
});
