import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXml } from '../domain-xml/document.ts';
import { parseDomain } from '../domain-xml/domain.ts';
import { contextOf } from '../rescue/context.ts';
import { domainArbitrary } from '../rescue/domain-arbitrary.test-support.ts';
import { devicesThatFit, fitRefusals } from '../rescue/fit.ts';
import { diskXml, domainXml, inputs } from '../rescue/inputs.test-support.ts';
import { planRescue } from '../rescue/plan.ts';
import { RESCUE_BUSES, RESCUE_DEVICES } from '../rescue/types.ts';
import { seedOfRun } from '../rescue/plan-runs.test-support.ts';
import { layoutOf } from './places.ts';
import { layoutsOf, storageLayout } from './storage-layout.ts';
import type { StorageLayout } from './storage-layout.ts';

/** A layout in lines, as one would read it aloud. */
function lines({ controllers }: StorageLayout): string[] {
  return controllers.flatMap((one) => [
    [one.key, one.model, one.builtIn ? 'built in' : null].filter((part) => part !== null).join(', '),
    ...one.slots.map(
      ({ label, target, taken, fits }) =>
        `  ${label}: ${target ?? taken ?? `free for ${fits.map(({ device }) => device).join(', ') || 'nothing'}`}`,
    ),
    `  more: ${one.moreFree ?? 'any'}${one.moreFree === 0 || one.moreFits.length === 0 ? '' : ` for ${one.moreFits.map(({ device }) => device).join(', ')}`}`,
  ]);
}

function layoutLines(machine: string, devices: string, arch = 'x86_64'): string[] {
  return lines(storageLayout(parseDomain(domainXml({ machine, arch, devices }))));
}

const drive = (unit: number, bus = 0, controller = 0, target = 0) =>
  `<address type='drive' controller='${controller}' bus='${bus}' target='${target}' unit='${unit}'/>`;
const pci = (slot: number, bus = 0) => `<address type='pci' domain='0' bus='${bus}' slot='${slot}' function='0'/>`;

describe('the layout of a machine', () => {
  it('gives disks without addresses the places libvirt derives from their names', () => {
    const devices = diskXml('hda', 'ide') + diskXml('hdc', 'ide', 'cdrom') + diskXml('fdb', 'fdc', 'floppy');
    expect(layoutLines('pc-i440fx-7.2', devices)).toEqual([
      'virtio',
      '  more: 30 for disk',
      'ide 0, built in',
      '  primary master: hda',
      '  primary slave: free for disk, cdrom',
      '  secondary master: hdc',
      '  secondary slave: free for disk, cdrom',
      '  more: 0',
      'fdc 0, built in',
      '  drive A: free for floppy',
      '  drive B: fdb',
      '  more: 0',
    ]);
  });

  it('shows all ports of SATA, and what SCSI controllers take', () => {
    const devices = [
      diskXml('sda', 'sata', 'cdrom', drive(3)),
      diskXml('sdb', 'scsi', 'disk', drive(1)),
      diskXml('sdc', 'scsi', 'disk', drive(2, 0, 1)),
      diskXml('sdd', 'scsi', 'disk', drive(0, 0, 0, 4)),
      "<controller type='scsi' index='0' model='virtio-scsi'/><controller type='scsi' index='1' model='lsilogic'/>",
      `<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source>${drive(5)}</hostdev>`,
    ].join('');
    expect(layoutLines('pc-q35-7.2', devices)).toEqual([
      'virtio',
      '  more: any for disk',
      'scsi 0, virtio-scsi',
      '  unit 1: sdb',
      '  unit 5: scsi 0:0:0',
      '  target 4 unit 0: sdd',
      '  more: any for disk, cdrom',
      'scsi 1, lsilogic',
      '  unit 2: sdc',
      '  more: 6',
      'sata 0, built in',
      ...['  port 0', '  port 1', '  port 2'].map((port) => `${port}: free for disk, cdrom`),
      '  port 3: sda',
      ...['  port 4', '  port 5'].map((port) => `${port}: free for disk, cdrom`),
      '  more: 0',
    ]);
  });

  it('knows the ports of USB controllers, who is on them, and where libvirt would put a disk', () => {
    const devices = [
      "<controller type='usb' index='0' model='qemu-xhci' ports='15'/>",
      "<input type='tablet' bus='usb'><address type='usb' bus='0' port='1'/></input>",
      "<redirdev bus='usb' type='spicevmc'><address type='usb' bus='0' port='3'/></redirdev>",
      diskXml('sda', 'usb'),
    ].join('');
    expect(layoutLines('pc-q35-7.2', devices).slice(2, 8)).toEqual([
      'sata 0, built in',
      ...[0, 1, 2, 3, 4].map((port) => `  port ${port}: free for disk, cdrom`),
    ]);
    expect(layoutLines('pc-q35-7.2', devices).slice(10)).toEqual([
      'usb 0, qemu-xhci',
      '  port 1: tablet',
      '  port 2: sda',
      '  port 3: redirdev',
      '  port 4: free for disk, cdrom',
      '  more: 11 for disk, cdrom',
    ]);
  });

  it('counts the ports behind a hub, and leaves companions of an EHCI controller aside', () => {
    const devices = [
      ...['ich9-ehci1', 'ich9-uhci1', 'ich9-uhci2'].map(
        (model) => `<controller type='usb' index='0' model='${model}'/>`,
      ),
      "<hub type='usb'><address type='usb' bus='0' port='1'/></hub>",
      diskXml('sda', 'usb', 'disk', "<address type='usb' bus='0' port='1.4'/>"),
    ].join('');
    const told = layoutLines('pc-i440fx-7.2', devices);
    expect(told.slice(told.indexOf('usb 0, ich9-ehci1'), told.indexOf('fdc 0, built in'))).toEqual([
      'usb 0, ich9-ehci1',
      '  port 1: hub',
      '  port 1.4: sda',
      ...[2, 3, 4, 5, 6].map((port) => `  port ${port}: free for disk, cdrom`),
      '  more: 7 for disk, cdrom',
    ]);
  });

  it('has nothing for usb where it is switched off', () => {
    expect(layoutLines('pc-q35-7.2', "<controller type='usb' index='0' model='none'/>")).not.toContain('usb 0');
  });

  it('sorts virtio disks by their PCI places, and counts the slots that are left', () => {
    const devices = diskXml('vda', 'virtio', 'disk', pci(9)) + diskXml('vdb', 'virtio', 'disk', pci(4));
    expect(layoutLines('pc-i440fx-7.2', devices).slice(0, 4)).toEqual([
      'virtio',
      '  0000:00:04.0: vdb',
      '  0000:00:09.0: vda',
      '  more: 28 for disk',
    ]);
  });

  it('knows ccw, virtio-mmio and the buses of others', () => {
    const ccw = diskXml('vda', 'virtio', 'disk', "<address type='ccw' cssid='0xfe' ssid='0' devno='0x0001'/>");
    expect(layoutLines('s390-ccw-virtio-7.2', ccw, 's390x')).toEqual([
      'virtio',
      '  fe.0.0001: vda',
      '  more: any for disk',
    ]);
    const mmio = diskXml('vda', 'virtio', 'disk', "<address type='virtio-mmio'/>");
    expect(layoutLines('microvm', mmio)).toEqual(['virtio', '  virtio-mmio: vda', '  more: 7 for disk']);
    expect(layoutLines('pc-q35-7.2', diskXml('xvda', 'xen')).slice(-3)).toEqual([
      'xen',
      '  at its start: xvda',
      '  more: 0',
    ]);
  });

  it('has a slot for each of two disks that say they are in one place', () => {
    const twice = diskXml('sda', 'sata', 'disk', drive(0)) + diskXml('sdb', 'sata', 'disk', drive(0));
    expect(layoutLines('pc-q35-7.2', twice).slice(3, 5)).toEqual(['  port 0: sda', '  port 0: sdb']);
  });

  it('is soon told of a controller that says it has four thousand million ports', () => {
    const many = "<controller type='usb' index='0' model='qemu-xhci' ports='4000000000'/>";
    expect(layoutLines('pc-q35-7.2', many).at(-1)).toBe('  more: 3999999999 for disk, cdrom');
  });

  it('keeps every slot of before where it is in rescue', () => {
    const devices = diskXml('vda', 'virtio', 'disk', pci(4)) + diskXml('sda', 'sata', 'cdrom');
    const xml = domainXml({ machine: 'pc-q35-7.2', devices });
    const plan = planRescue(inputs({ xml, request: { device: 'cdrom', bus: 'sata' } }));
    const { before, after } = layoutsOf(xml, plan.rescueXml);
    const slots = (layout: StorageLayout | null) =>
      layout?.controllers.flatMap(({ key, slots: all }) => all.map((slot) => [key, slot.key, slot.target])) ?? [];
    const was = slots(before);
    const is = slots(after);
    expect(is.map(([, key]) => key)).toEqual(was.map(([, key]) => key));
    const changed = is.filter(([, , target], at) => target !== was[at]?.[2]);
    expect(changed).toEqual([['sata 0', 'sata 0 0:0:1', 'sdb']]);
  });
});

describe('every layout', () => {
  it('has each disk in one slot, and free ones that the planner would use', () => {
    const seed = seedOfRun();
    let free = 0;
    fc.assert(
      fc.property(domainArbitrary({ noise: true }), ({ xml }) => {
        const domain = parseDomain(xml);
        const layout = storageLayout(domain);
        expect(storageLayout(parseDomain(xml))).toEqual(layout);
        const slots = layout.controllers.flatMap((controller) => controller.slots);
        const keys = [...layout.controllers, ...slots].map(({ key }) => key);
        expect(new Set(slots.map(({ key }) => key)).size).toBe(slots.length);
        expect(keys.every((key) => key !== '')).toBe(true);
        const targets = slots.map(({ target }) => target).filter((target) => target !== null);
        expect(targets.sort()).toEqual(domain.disks.map(({ target }) => target).sort());
        const context = contextOf(inputs({ xml }), parseXml(xml), domain);
        const fits = [...slots, ...layout.controllers.map(({ moreFits }) => ({ fits: moreFits }))].flatMap(
          (one) => one.fits,
        );
        free += fits.length;
        for (const { device, bus } of fits)
          expect(fitRefusals(context, context.layout, device, bus, true), `${device} on ${bus}`).toEqual([]);
        // And the other way round: what the planner takes for itself is what the tables say.
        if (domain.machineFamily === 'other') return;
        for (const bus of RESCUE_BUSES) {
          const taken = RESCUE_DEVICES.filter(
            (device) => fitRefusals(context, context.layout, device, bus, true).length === 0,
          );
          expect(devicesThatFit(domain, layoutOf(domain), bus)).toEqual(taken);
        }
      }),
      { numRuns: 400, seed },
    );
    expect(free, `SALVOR_SEED=${seed}`).toBeGreaterThan(400);
  });
});

describe('the guests of the demo host', () => {
  const DEMO = new URL('../../assets/demo/domains/', import.meta.url);
  it('are laid out as their golden file says', async () => {
    const told = readdirSync(DEMO)
      .sort()
      .flatMap((name) => [name, ...lines(storageLayout(parseDomain(readFileSync(new URL(name, DEMO), 'utf8')))), '']);
    await expect(told.join('\n')).toMatchFileSnapshot(new URL('golden/demo-layouts.txt', import.meta.url).pathname);
  });
});
