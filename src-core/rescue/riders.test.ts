/** Media that ride along need a place, and nothing to boot from. */
import { expect, it } from 'vitest';
import { ISO, diskXml, domainXml, inputs, medium } from './inputs.test-support.ts';
import { planRescue } from './plan.ts';
import type { MediumFacts } from './types.ts';

const at = (path: string, parts: Partial<MediumFacts> = {}): MediumFacts =>
  medium({ spec: { kind: 'path', path }, source: { type: 'file', file: path }, ...parts });
const codes = (findings: readonly { readonly code: string }[]): string[] => findings.map(({ code }) => code);

it('a disk rides along with an ISO that only boots from a cdrom', () => {
  const plan = planRescue(inputs({ media: [at('/m/rescue.iso', { content: ISO }), at('/m/tools.img')] }));
  expect(plan.refusals).toEqual([]);
  expect(plan.rescueDevice).toMatchObject({ device: 'cdrom', source: '/m/rescue.iso' });
  expect(plan.devices.filter(({ original }) => !original)).toMatchObject([
    { source: '/m/tools.img', device: 'disk' },
    { source: '/m/rescue.iso', device: 'cdrom' },
  ]);
});

it('such an ISO is no disk that boots by BIOS, and is one by UEFI', () => {
  const media = [at('/m/rescue.iso', { content: ISO })];
  expect(codes(planRescue(inputs({ media, request: { device: 'disk' } })).refusals)).toEqual(['never-boots-iso-disk']);
  const hybrid = [at('/m/rescue.iso', { content: { ...ISO, hybrid: true } })];
  expect(planRescue(inputs({ media: hybrid, request: { device: 'disk' } })).refusals).toEqual([]);
  const nevertheless = planRescue(inputs({ media, request: { device: 'disk', allowUnbootable: true } }));
  expect([codes(nevertheless.refusals), codes(nevertheless.warnings)]).toEqual([
    [],
    expect.arrayContaining(['unbootable-accepted']),
  ]);
});

it('a disk rides along with a kernel on a machine that has no firmware to boot it', () => {
  const xml = domainXml({ arch: 'aarch64', machine: 'virt-7.2', devices: diskXml('vda', 'virtio') });
  const kernel = at('/boot/vmlinuz', {
    spec: { kind: 'kernel', kernel: '/boot/vmlinuz', initrd: null, cmdline: null },
    source: null,
    content: null,
  });
  const plan = planRescue(inputs({ xml, media: [kernel, at('/m/tools.img')] }));
  expect(plan.refusals).toEqual([]);
  expect(plan.bootAfter[0]).toMatchObject({ kind: 'kernel' });
  expect(plan.devices.at(-1)).toMatchObject({ source: '/m/tools.img', original: false });
});
