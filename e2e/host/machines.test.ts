/**
 * Every machine that this QEMU has: each device on each bus is planned and tried. What is offered, libvirt defines, keeps the guest's own
 * devices where they are, and puts first into the boot order; QEMU starts with it. What is refused, they refuse too, but for what is named here.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RESCUE_BUSES, RESCUE_DEVICES } from '../../src-core/rescue/types.ts';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { MACHINE_GUESTS } from './machine-guests.ts';
import { defineMachine, forgetMachine, openTrials, tryDevice } from './machine-trials.ts';
import type { TrialHost } from './machine-trials.ts';

/** `device bus` that libvirt and QEMU take and the planner refuses nevertheless, with its code; each has its reason. */
const DELIBERATE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // Legal, and the firmware never boots it (FACTS B3; SLOF and ARM's UEFI have no driver for AHCI: machine-boots.test.ts).
  pc: { 'cdrom usb': 'never-boots-usb-cdrom' },
  'pc, 32 bit': { 'cdrom usb': 'never-boots-usb-cdrom' },
  'pc, UEFI': { 'floppy fdc': 'never-boots-floppy' },
  q35: { 'cdrom usb': 'never-boots-usb-cdrom' },
  'q35, UEFI': { 'floppy fdc': 'never-boots-floppy' },
  aarch64: { 'disk sata': 'never-boots-bus', 'cdrom sata': 'never-boots-bus' },
  'aarch64 on virtio-mmio': { 'disk sata': 'never-boots-bus', 'cdrom sata': 'never-boots-bus' },
  armv7l: { 'disk sata': 'never-boots-bus', 'cdrom sata': 'never-boots-bus' },
  pseries: { 'disk sata': 'never-boots-bus', 'cdrom sata': 'never-boots-bus' },
  'pseries, little': { 'disk sata': 'never-boots-bus', 'cdrom sata': 'never-boots-bus' },
  // Works over virtio-mmio, which the definition of a guest with one virtio disk does not show.
  'vexpress-a9': { 'disk scsi': 'machine-bus-fit', 'cdrom scsi': 'machine-bus-fit' },
};

/** How many devices on buses each machine is offered. */
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
  'vexpress-a9': 1,
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
    const wrong: string[] = [];
    let offered = 0;
    for (const device of RESCUE_DEVICES)
      for (const bus of RESCUE_BUSES) {
        const { planned, code, problem } = await tryDevice(trials, defined, device, bus);
        if (planned) offered += 1;
        const deliberate = DELIBERATE[name]?.[`${device} ${bus}`];
        if (deliberate !== undefined) expect(code, `${device} on ${bus}`).toBe(deliberate);
        else if (problem !== null) wrong.push(`${device} on ${bus}: ${problem}`);
      }
    await forgetMachine(trials, defined);
    expect(wrong).toEqual([]);
    expect(offered).toBe(OFFERED[name]);
  });
});
