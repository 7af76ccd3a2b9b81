/** Cases recorded from Nova: in the `nova` profile the rescue device gets Nova's name, bus and type. Legacy rows describe what is not offered. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UEFI, diskXml, domainXml, inputs, medium } from './inputs.test-support.ts';
import { planRescue } from './plan.ts';

interface Target {
  readonly dev: string;
  readonly bus: string;
  readonly type: string;
}

interface NovaCase {
  readonly id: string;
  readonly mode: 'stable' | 'legacy';
  readonly virt_type: string;
  readonly machine: string | null;
  readonly arch: string;
  readonly image_properties: Readonly<Record<string, string>>;
  readonly neutral: { readonly existing_targets: readonly Target[]; readonly rescue_result: Target | null } | null;
  readonly expected?: {
    readonly error?: string;
    readonly mapping?: Readonly<Record<string, Target>>;
    readonly devices_in_xml_order?: readonly { readonly dev?: string }[];
  };
  readonly nova_quirk?: { readonly careful_tool_expects: string | Target };
}

const { cases } = JSON.parse(readFileSync(new URL('golden/nova-stable-rescue.json', import.meta.url), 'utf8')) as {
  cases: NovaCase[];
};
const stable = cases.filter(({ mode }) => mode === 'stable');

/** Rows that say only how Nova fails; what the guest looks like there, and what we answer. */
const FAILING: Readonly<Record<string, { targets: readonly Target[]; refusal: string }>> = {
  J32: { targets: ['hda', 'hdb', 'hdc', 'hdd'].map((dev) => ({ dev, bus: 'ide', type: 'disk' })), refusal: 'bus-full' },
  J40: { targets: [{ dev: 'vda', bus: 'virtio', type: 'disk' }], refusal: 'bus-unknown' },
  J44: { targets: [{ dev: 'vda', bus: 'virtio', type: 'disk' }], refusal: 'device-lun' },
  J62: { targets: [{ dev: 'vda', bus: 'virtio', type: 'disk' }], refusal: 'virt-type' },
};
/** Rows where a careful tool refuses what Nova lets through. */
const REFUSED: Readonly<Record<string, string>> = { J18: 'device-bus-fit' };
/** Where a case names no machine, it is the architecture's own. */
const MACHINE_OF_ARCH: Readonly<Record<string, string>> = {
  ppc64le: 'pseries',
  s390x: 's390-ccw-virtio',
  aarch64: 'virt',
};

function targetsOf(row: NovaCase): readonly Target[] {
  const mapping = Object.entries(row.expected?.mapping ?? {}).filter(
    ([key]) => key !== 'root' && key !== 'disk.rescue',
  );
  return FAILING[row.id]?.targets ?? row.neutral?.existing_targets ?? mapping.map(([, target]) => target);
}

function expectedTarget(row: NovaCase): Target | null {
  const careful = row.nova_quirk?.careful_tool_expects;
  if (typeof careful === 'object') return careful;
  return row.neutral?.rescue_result ?? row.expected?.mapping?.['disk.rescue'] ?? null;
}

function planOf(row: NovaCase) {
  const devices = targetsOf(row).map(({ dev, bus, type }) => diskXml(dev, bus, type));
  const scsi = devices.some((xml) => xml.includes("bus='scsi'"))
    ? "<controller type='scsi' index='0' model='virtio-scsi'/>"
    : '';
  // J03: the host's default machine is q35; `machine` in the case says it.
  const xml = domainXml({
    type: row.virt_type,
    machine: row.machine ?? MACHINE_OF_ARCH[row.arch] ?? 'pc',
    arch: row.arch,
    // Nova gives every aarch64 guest UEFI: nothing else boots a device there.
    ...(row.arch === 'aarch64' ? { os: UEFI } : {}),
    devices: devices.join('') + scsi,
  });
  return planRescue(
    inputs({ xml, media: [medium({ properties: row.image_properties })], request: { profile: 'nova' } }),
  );
}

describe('Nova’s stable rescue', () => {
  it('has all of its cases here', () => {
    expect(stable).toHaveLength(31);
  });

  it.each(stable.map((row) => [row.id, row] as const))('%s', (id, row) => {
    const plan = planOf(row);
    const codes = plan.refusals.map(({ code }) => code);
    const refused = FAILING[id]?.refusal ?? REFUSED[id];
    if (refused !== undefined) {
      expect(codes).toContain(refused);
      expect(plan.rescueXml).toBeNull();
      return;
    }
    expect(codes).toEqual([]);
    expect(plan.bootAfter[0]).toMatchObject({ order: 1, target: plan.rescueDevice?.target });
    const expected = expectedTarget(row);
    expect(expected).not.toBeNull();
    expect({ dev: plan.rescueDevice?.target, bus: plan.rescueDevice?.bus, type: plan.rescueDevice?.device }).toEqual({
      dev: expected?.dev,
      bus: expected?.bus,
      type: expected?.type,
    });
    if (plan.rescueXml !== null) expect(plan.devices.at(-1)?.target).toBe(expected?.dev);
  });
});

/** Without either property Nova rescues the old way: the medium becomes the first disk, the guest's own ones move or go. */
describe('Nova’s legacy rescue is not offered', () => {
  const legacy = cases.filter(({ mode }) => mode === 'legacy');

  it('has its cases here', () => {
    expect(legacy.length).toBeGreaterThanOrEqual(3);
  });

  it.each(legacy.map((row) => [row.id, row] as const))(
    '%s: every disk keeps its place, and that is told',
    (_id, row) => {
      const devices = diskXml('vda', 'virtio') + diskXml('vdb', 'virtio');
      const xml = domainXml({
        type: row.virt_type,
        machine: row.machine ?? MACHINE_OF_ARCH[row.arch] ?? 'pc',
        arch: row.arch,
        devices,
        ...(row.arch === 'aarch64' ? { os: UEFI } : {}),
      });
      const plan = planRescue(inputs({ xml, media: [medium({ properties: {} })], request: { profile: 'nova' } }));
      expect(plan.refusals).toEqual([]);
      expect(plan.warnings.map(({ code }) => code)).toContain('nova-legacy');
      expect(plan.devices.map(({ target, original }) => [target, original])).toEqual([
        ['vda', true],
        ['vdb', true],
        ['vdc', false],
      ]);
    },
  );

  it.each(['lxc', 'xen'])('%s, of which Nova knows no other rescue', (type) => {
    const plan = planRescue(inputs({ xml: domainXml({ type }), request: { profile: 'nova' } }));
    expect(plan.refusals.map(({ code }) => code)).toEqual(['virt-type', 'nova-legacy-only']);
    const recommended = planRescue(inputs({ xml: domainXml({ type }) }));
    expect(recommended.refusals.map(({ code }) => code)).toEqual(['virt-type']);
  });
});
