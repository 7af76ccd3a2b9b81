/** Disks on the nvme bus: the guest's own, and why none is ever a rescue device. Tried with libvirt 12.8, QEMU 10.0 and 11.1, SeaBIOS and OVMF. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDomainCapabilities } from '../host/domain-capabilities.ts';
import { ISO, ROOT_DISK, UEFI, diskXml, domainXml, inputs, medium } from './inputs.test-support.ts';
import type { InputParts } from './inputs.test-support.ts';
import { planRescue, previewRescue } from './plan.ts';

const GOLDEN = new URL('../host/golden/libvirt-12.8-qemu-11.1-q35-kvm.xml', import.meta.url);
const MACHINE = 'pc-q35-11.1';

describe('the nvme bus (libvirt 11.5)', () => {
  /** As libvirt 12.8 writes it. */
  const nvme = (target: string, unit: number) =>
    diskXml(
      target,
      'nvme',
      'disk',
      `<serial>S1</serial><address type='drive' controller='0' bus='0' target='0' unit='${String(unit)}'/>`,
    );
  const devices = nvme('nvme0n1', 0) + nvme('nvme0n2', 1);
  const host = {
    domainCapabilities: parseDomainCapabilities(readFileSync(GOLDEN, 'utf8')),
    libvirtVersion: 12_008_000,
  };

  it('has its place in the boot order, and stands in nobody’s way', () => {
    const plan = planRescue(inputs({ xml: domainXml({ machine: MACHINE, devices }), host, request: { bus: 'scsi' } }));
    expect(plan.refusals).toEqual([]);
    expect(plan.bootAfter.map(({ target }) => target)).toEqual(['sda', 'nvme0n1']);
    expect(plan.rescueDevice).toMatchObject({ target: 'sda', address: { controller: 0, unit: 0 } });
    expect(plan.devices.filter(({ original }) => original).map(({ target, unchanged }) => [target, unchanged])).toEqual(
      [
        ['nvme0n1', true],
        ['nvme0n2', true],
      ],
    );
  });

  it.each([
    ['disk', 12_008_000],
    ['cdrom', 12_008_000],
    // Which has no such bus at all.
    ['disk', 9_000_000],
  ])(
    'is no bus for a rescue %s: firmware would not find its place in the order (libvirt %i)',
    (device, libvirtVersion) => {
      const { plan, choices } = previewRescue(
        inputs({
          xml: domainXml({ machine: MACHINE, devices }),
          host: { ...host, libvirtVersion },
          request: { device, bus: 'nvme' },
        }),
      );
      expect(plan.refusals.map(({ code }) => code)).toEqual(['bus-nvme']);
      expect(plan.refusals[0]?.message).toContain('usb');
      expect<string[]>(choices.map(({ bus }) => bus)).not.toContain('nvme');
    },
  );

  it('is not what SeaBIOS falls through to, which passes over its line of the order', () => {
    const after = (own: string) => {
      const xml = domainXml({ machine: MACHINE, devices: own, os: '' });
      return planRescue(inputs({ xml, host, media: [medium({ content: ISO })] })).ifNotBootable;
    };
    const ordered = diskXml('nvme0n1', 'nvme', 'disk', "<serial>S1</serial><boot order='1'/>");
    expect(after(ordered)?.code).toBe('not-bootable-stops');
    expect(after(ordered + diskXml('vda', 'virtio', 'disk', "<boot order='2'/>"))).toMatchObject({
      code: 'not-bootable-falls',
      params: { next: 'vda' },
    });
  });

  describe('in the boot order of UEFI, which it makes unreadable', () => {
    const planOf = (own: string, request: InputParts['request'] = {}) =>
      planRescue(inputs({ xml: domainXml({ machine: MACHINE, os: UEFI, devices: own }), host, request }));

    it.each(['usb', 'virtio', 'scsi', 'sata'])('is left out of it, for a rescue on %s', (bus) => {
      const plan = planOf(devices, { bus });
      expect(plan.refusals).toEqual([]);
      expect(plan.request.fallThrough).toMatchObject({ value: 'none', why: { code: 'why-fall-through-nvme' } });
      expect(plan.bootAfter).toHaveLength(1);
      // Else the firmware would delete the guest's boot entries.
      expect(plan.scratchNvram).not.toBeNull();
    });

    it('is refused where it was asked to stay, unless that is overruled', () => {
      const plan = planOf(devices, { fallThrough: 'original' });
      expect(plan.refusals.map(({ code, subject }) => [code, subject])).toEqual([
        ['never-boots-beside-nvme', 'nvme0n1'],
      ]);
      const overruled = planOf(devices, { fallThrough: 'original', allowUnbootable: true });
      expect(overruled.refusals).toEqual([]);
      expect(overruled.bootAfter.map(({ target }) => target)).toEqual(['sda', 'nvme0n1']);
      expect(overruled.warnings.map(({ code }) => code)).toContain('unbootable-accepted');
    });

    it('does not matter where it has no place in the order', () => {
      expect(planOf(ROOT_DISK + devices).request.fallThrough.value).toBe('original');
    });

    it('does not matter to a kernel, which comes before every order', () => {
      const spec = { kind: 'kernel', kernel: '/boot/vmlinuz', initrd: null, cmdline: null } as const;
      const xml = domainXml({ machine: MACHINE, os: UEFI, devices });
      const plan = planRescue(inputs({ xml, host, media: [medium({ spec, source: null, content: null })] }));
      expect(plan.refusals).toEqual([]);
      expect(plan.request.fallThrough.value).toBe('original');
    });
  });
});
