/**
 * The nova profile beyond its recorded cases: whose word counts, guests that boot from a volume, and each fault of Nova's that planning
 * can avoid (Nova's bugs by their numbers).
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readImageProperties } from '../media/properties.ts';
import { ROOT_DISK, UEFI, content, diskXml, domainXml, inputs, medium } from './inputs.test-support.ts';
import type { InputParts } from './inputs.test-support.ts';
import { planRescue } from './plan.ts';
import type { RescuePlan } from './plan-types.ts';
import type { RescueRequest } from './types.ts';

const codes = (findings: readonly { readonly code: string }[]): string[] => findings.map(({ code }) => code);

interface NovaParts extends Omit<InputParts, 'request'> {
  readonly properties?: Readonly<Record<string, string>>;
  readonly request?: Partial<RescueRequest>;
}

function novaPlan({ properties = {}, request, ...parts }: NovaParts): RescuePlan {
  return planRescue(inputs({ media: [medium({ properties })], ...parts, request: { profile: 'nova', ...request } }));
}

const chosen = ({ request: { device, bus } }: RescuePlan) => [device.value, device.from, bus.value, bus.from];

describe('whose word counts', () => {
  const q35 = domainXml({ machine: 'pc-q35-7.2' });

  it.each<[string, NovaParts, readonly string[]]>([
    ['nothing said', {}, ['disk', 'profile', 'virtio', 'profile']],
    ['hw_disk_bus', { properties: { hw_disk_bus: 'scsi' } }, ['disk', 'profile', 'scsi', 'property']],
    [
      'hw_rescue_bus before hw_disk_bus',
      { properties: { hw_disk_bus: 'scsi', hw_rescue_bus: 'usb' } },
      ['disk', 'profile', 'usb', 'property'],
    ],
    [
      'a cdrom goes where the guest’s machine has its cdroms, not where the medium’s would be',
      { xml: q35, properties: { hw_rescue_device: 'cdrom', hw_machine_type: 'pc' } },
      ['cdrom', 'property', 'sata', 'profile'],
    ],
    [
      'hw_cdrom_bus',
      { xml: q35, properties: { hw_rescue_device: 'cdrom', hw_cdrom_bus: 'scsi' } },
      ['cdrom', 'property', 'scsi', 'property'],
    ],
    [
      'hw_disk_bus says nothing of a cdrom',
      { xml: q35, properties: { hw_rescue_device: 'cdrom', hw_disk_bus: 'scsi' } },
      ['cdrom', 'property', 'sata', 'profile'],
    ],
    [
      'hw_floppy_bus',
      { properties: { hw_rescue_device: 'floppy', hw_floppy_bus: 'fdc' } },
      ['floppy', 'property', 'fdc', 'property'],
    ],
    [
      'the request before everything',
      { properties: { hw_rescue_device: 'cdrom', hw_rescue_bus: 'ide' }, request: { device: 'disk', bus: 'usb' } },
      ['disk', 'request', 'usb', 'request'],
    ],
  ])('%s', (_name, parts, expected) => {
    const plan = novaPlan(parts);
    expect(chosen(plan)).toEqual(expected);
    expect(plan.refusals).toEqual([]);
  });

  it.each(['image-show', 'image-show-flat'])('as openstack image show -f json printed them (%s)', (name) => {
    const json: unknown = JSON.parse(readFileSync(new URL(`../media/golden/${name}.json`, import.meta.url), 'utf8'));
    const plan = novaPlan({ properties: readImageProperties(json) });
    expect(chosen(plan)).toEqual(['disk', 'property', 'usb', 'property']);
    expect(codes(plan.warnings)).toContain('medium-machine-type');
  });

  it('os_* and whatever else a medium carries changes nothing in the plan but the fingerprint', () => {
    const more = { os_distro: 'arch', os_type: 'windows', os_secure_boot: 'required', hw_video_model: 'none' };
    const [bare, full] = [
      novaPlan({ properties: { hw_rescue_bus: 'usb' } }),
      novaPlan({ properties: { hw_rescue_bus: 'usb', ...more } }),
    ];
    expect(full.fingerprint).not.toEqual(bare.fingerprint);
    expect(full.rescueXml).toBe(bare.rescueXml);
    expect(full.warnings).toEqual(bare.warnings);
  });

  it.each([
    [{ hw_rescue_device: 'lun' }, 'device-lun'],
    [{ hw_rescue_device: 'fs' }, 'device-unknown'],
    [{ hw_rescue_device: 'CDROM' }, 'device-unknown'],
    [{ hw_rescue_bus: 'xen' }, 'bus-unknown'],
    [{ hw_rescue_device: 'cdrom', hw_rescue_bus: 'virtio' }, 'device-bus-fit'],
    [{ hw_rescue_device: 'floppy', hw_rescue_bus: 'usb' }, 'device-bus-fit'],
  ])('%j is refused by name, before anything is touched', (properties, code) => {
    const plan = novaPlan({ properties });
    expect(codes(plan.refusals)).toContain(code);
    expect([plan.rescueXml, plan.steps]).toEqual([null, []]);
  });
});

describe('a guest that boots from a volume', () => {
  const BOTH = { hw_rescue_device: 'disk', hw_rescue_bus: 'usb' };
  const roots = {
    block: "<disk type='block' device='disk'><source dev='/dev/vg/root'/><target dev='vda' bus='virtio'/></disk>",
    volume: "<disk type='volume' device='disk'><source pool='p' volume='v'/><target dev='vda' bus='virtio'/></disk>",
    network:
      "<disk type='network' device='disk'><source protocol='rbd' name='p/v'/><target dev='vda' bus='virtio'/></disk>",
  };

  it.each(Object.entries(roots))('%s: needs both properties, or a choice of both', (_type, devices) => {
    const xml = domainXml({ devices });
    const refused = ['nova-volume-root'];
    expect(codes(novaPlan({ xml }).refusals)).toEqual(refused);
    expect(codes(novaPlan({ xml, properties: { hw_rescue_bus: 'usb' } }).refusals)).toEqual(refused);
    expect(codes(novaPlan({ xml, properties: { hw_rescue_device: 'disk' } }).refusals)).toEqual(refused);
    expect(codes(novaPlan({ xml, properties: BOTH }).refusals)).toEqual([]);
    expect(codes(novaPlan({ xml, request: { device: 'disk', bus: 'usb' } }).refusals)).toEqual([]);
    const mixed = { xml, properties: { hw_rescue_bus: 'usb' }, request: { device: 'disk' } };
    expect(codes(novaPlan(mixed).refusals)).toEqual([]);
  });

  it('is rescued like any other in the recommended profile', () => {
    for (const devices of Object.values(roots))
      expect(codes(planRescue(inputs({ xml: domainXml({ devices }) })).refusals)).toEqual([]);
  });

  it('needs the host’s trait, whatever the properties', () => {
    const xml = domainXml({ devices: roots.block });
    const plan = novaPlan({ xml, properties: BOTH, host: { driver: 'CH' } });
    expect(codes(plan.refusals)).toContain('host-trait');
    expect(plan.refusals.find(({ code }) => code === 'host-trait')?.message).toContain('CH');
  });

  it('a guest on an image needs neither', () => {
    expect(codes(novaPlan({ properties: { hw_rescue_bus: 'usb' } }).refusals)).toEqual([]);
  });
});

describe('what goes wrong in Nova, and not here', () => {
  it('1418590: what cannot work is refused with no step planned, so the guest is never stopped for it', () => {
    const plan = novaPlan({ properties: { hw_rescue_bus: 'xen' } });
    expect(plan.refusals).not.toEqual([]);
    expect([plan.steps, plan.virsh, plan.rescueXml]).toEqual([[], [], null]);
  });

  it('graphics passwords stay in the definition that is started', () => {
    const xml = domainXml({ devices: `${ROOT_DISK}<graphics type='vnc' port='-1' passwd='s3cret'/>` });
    expect(novaPlan({ xml }).rescueXml).toMatch(/passwd=['"]s3cret['"]/);
  });

  it('addresses stay, those of pci slots too', () => {
    const plan = novaPlan({});
    expect(plan.devices[0]).toMatchObject({ target: 'vda', unchanged: true, address: { type: 'pci', slot: 5 } });
    expect(plan.rescueXml).toMatch(/bus=['"]0x00['"] slot=['"]0x05['"]/);
  });

  it('a hole among the guest’s names is filled as Nova does in its profile, and by its address nothing else moves', () => {
    const devices = diskXml('vda', 'virtio') + diskXml('vdc', 'virtio');
    const xml = domainXml({ devices });
    expect(novaPlan({ xml }).rescueDevice?.target).toBe('vdb');
    expect(planRescue(inputs({ xml, request: { bus: 'virtio' } })).rescueDevice?.target).toBe('vdd');
  });

  it('a kernel of the guest’s own is set aside: it would be booted instead of the medium', () => {
    const xml = domainXml({
      os: '<kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd</initrd><cmdline>ro</cmdline><dtb>/b</dtb>',
    });
    const plan = novaPlan({ xml });
    expect(plan.rescueXml).not.toMatch(/<kernel>|<initrd>|<cmdline>|<dtb>/);
    expect(plan.removed.map(({ element }) => element).sort()).toEqual(['cmdline', 'dtb', 'initrd', 'kernel']);
    expect(codes(plan.warnings)).toContain('direct-kernel');
  });

  it('after a reboot of the host the guest is not silently back with its rescue open: that is told', () => {
    expect(codes(novaPlan({ domain: { autostart: true } }).warnings)).toContain('autostart');
    expect(novaPlan({}).rescueXml).toContain('urn:salvor:rescue:1');
  });

  it('the machine type is kept, whatever the medium names', () => {
    const plan = novaPlan({ properties: { hw_rescue_bus: 'usb', hw_machine_type: 'q35' } });
    expect(plan.rescueXml).toMatch(/machine=['"]pc-i440fx-7.2['"]/);
    expect(codes(plan.warnings)).toContain('medium-machine-type');
    const same = novaPlan({ properties: { hw_rescue_bus: 'usb', hw_machine_type: 'pc-i440fx-7.2' } });
    expect(codes(same.warnings)).not.toContain('medium-machine-type');
  });

  it('1075701: a medium with the identifiers of the root disk is told', () => {
    const same = { media: [medium({ content: content({ diskId: 'abcd1234' }) })], domain: { rootDiskId: 'abcd1234' } };
    expect(codes(novaPlan(same).warnings)).toContain('clone-of-root');
    expect(codes(novaPlan({ media: [medium({ spec: { kind: 'original' } })] }).warnings)).toContain('original-of-root');
    const base = medium({ kin: { target: 'vda', as: 'base' } });
    expect(codes(novaPlan({ media: [base] }).warnings)).toContain('original-of-root');
    const other = medium({
      spec: { kind: 'path', path: '/media/tools.img' },
      source: { type: 'file', file: '/media/tools.img' },
    });
    const rider = { ...other, content: content({ diskId: 'abcd1234' }) };
    expect(codes(novaPlan({ ...same, media: [medium(), rider] }).warnings)).toContain('clone-of-root');
  });

  it('a volume that several guests have is told: a repair would destroy it', () => {
    const xml = domainXml({ devices: ROOT_DISK + diskXml('vdb', 'virtio', 'disk', '<shareable/>') });
    expect(codes(novaPlan({ xml }).warnings)).toContain('shareable-disk');
  });

  it('eef4b5435e: a guest with a TPM is rescued with it, and told of its recovery keys', () => {
    const tpm = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>";
    const plan = novaPlan({ xml: domainXml({ os: UEFI, devices: ROOT_DISK + tpm }) });
    expect(plan.refusals).toEqual([]);
    expect(plan.rescueXml).toContain('<tpm model=');
    expect(plan.rescueXml).toContain('<uuid>3e6f1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01</uuid>');
    expect(codes(plan.warnings)).toContain('tpm');
  });

  it('1158942: nothing is begun while a job is under way', () => {
    expect(codes(novaPlan({ domain: { job: 'bounded' } }).refusals)).toContain('job');
    expect(codes(novaPlan({ domain: { blockJobs: ['vdb'] } }).refusals)).toContain('block-job');
  });

  it('1633447, 2118888, 2131730: nothing is ever undefined', () => {
    const plan = novaPlan({ xml: domainXml({ os: UEFI }) });
    expect(JSON.stringify([plan.steps, plan.virsh])).not.toMatch(/undefine/);
  });

  it('1792077, 1686116, 1867075: the unit is free among all scsi devices, cdroms and those without an address', () => {
    const controller = "<controller type='scsi' index='0' model='virtio-scsi'/>";
    const at = (unit: number) => `<address type='drive' controller='0' bus='0' target='0' unit='${unit}'/>`;
    const devices = [
      diskXml('sda', 'scsi', 'disk', at(0)),
      diskXml('sdb', 'scsi', 'cdrom', at(1)),
      diskXml('sdc', 'scsi'),
      controller,
    ].join('');
    const plan = novaPlan({ xml: domainXml({ devices }), properties: { hw_rescue_bus: 'scsi' } });
    expect(plan.refusals).toEqual([]);
    const address = plan.rescueDevice?.address;
    expect(address).toMatchObject({ type: 'drive', controller: 0 });
    // sdc has no address: libvirt will give it the unit of its name, 2.
    expect(address?.type === 'drive' ? address.unit : 0).toBeGreaterThan(2);
  });

  it('K07: a scsi controller that is added has a model that rescue kernels have a driver for', () => {
    const plan = novaPlan({ properties: { hw_rescue_bus: 'scsi' } });
    expect(plan.rescueXml).toMatch(/<controller type="scsi" index="0" model="virtio-scsi"/);
    expect(codes(plan.warnings)).toContain('controller-added');
  });

  it('several media ride along, each with a name of its own', () => {
    const at = (path: string) => medium({ spec: { kind: 'path', path }, source: { type: 'file', file: path } });
    const plan = novaPlan({ media: [at('/m/a.img'), at('/m/b.img'), at('/m/c.img')] });
    expect(plan.refusals).toEqual([]);
    expect(new Set(plan.devices.map(({ target }) => target)).size).toBe(4);
    expect(plan.rescueDevice?.source).toBe('/m/a.img');
  });
});
