import { describe, expect, it } from 'vitest';
import { ISO, ROOT_DISK, UEFI, content, diskXml, domainXml, inputs, medium } from './inputs.test-support.ts';
import type { InputParts } from './inputs.test-support.ts';
import { planRescue, previewRescue } from './plan.ts';

const q35 = 'pc-q35-7.2';
const iso = [medium({ content: ISO })];
const hybridIso = [medium({ content: { ...ISO, hybrid: true } })];
const usbOff = "<controller type='usb' model='none'/>";
const fullIde = ['hda', 'hdb', 'hdc', 'hdd'].map((name) => diskXml(name, 'ide')).join('');
const fullSata = ['sda', 'sdb', 'sdc', 'sdd', 'sde', 'sdf'].map((name) => diskXml(name, 'sata')).join('');

/** What the profiles choose, by guest and medium: target, bus, device. */
const DEFAULTS: readonly (readonly [string, InputParts, readonly [string, string, string]])[] = [
  ['a disk image goes on usb', {}, ['sda', 'usb', 'disk']],
  [
    'behind the sd names in use',
    { xml: domainXml({ devices: ROOT_DISK + diskXml('sdb', 'sata') }) },
    ['sdc', 'usb', 'disk'],
  ],
  [
    'on the root’s bus where usb is off',
    { xml: domainXml({ devices: ROOT_DISK + usbOff }) },
    ['vdb', 'virtio', 'disk'],
  ],
  [
    'on the root’s bus, sata',
    { xml: domainXml({ machine: q35, devices: diskXml('sda', 'sata') + usbOff }) },
    ['sdb', 'sata', 'disk'],
  ],
  ['on the first bus with room', { xml: domainXml({ devices: fullIde + usbOff }) }, ['vda', 'virtio', 'disk']],
  ['an ISO is a cdrom: ide on pc', { media: iso }, ['hda', 'ide', 'cdrom']],
  ['an ISO is a cdrom: sata on q35', { xml: domainXml({ machine: q35 }), media: iso }, ['sda', 'sata', 'cdrom']],
  [
    'an ISO where ide is full goes on the next bus that boots',
    { xml: domainXml({ devices: fullIde }), media: iso },
    ['sda', 'sata', 'cdrom'],
  ],
  [
    'an ISO where sata is full goes on scsi',
    { xml: domainXml({ machine: q35, devices: fullSata }), media: iso },
    ['sdg', 'scsi', 'cdrom'],
  ],
  ['a hybrid ISO is a cdrom where cdroms boot', { media: hybridIso }, ['hda', 'ide', 'cdrom']],
  [
    'the request wins over properties',
    { media: [medium({ properties: { hw_rescue_bus: 'scsi' } })], request: { bus: 'virtio' } },
    ['vdb', 'virtio', 'disk'],
  ],
  [
    'properties win over defaults',
    { media: [medium({ properties: { hw_rescue_bus: 'scsi', hw_rescue_device: 'cdrom' } })] },
    ['sda', 'scsi', 'cdrom'],
  ],
  ['nova: a disk on virtio', { request: { profile: 'nova' } }, ['vdb', 'virtio', 'disk']],
  [
    'nova: fills holes',
    { xml: domainXml({ devices: ROOT_DISK + diskXml('vdc', 'virtio') }), request: { profile: 'nova' } },
    ['vdb', 'virtio', 'disk'],
  ],
  [
    'recommended: behind the last',
    { xml: domainXml({ devices: ROOT_DISK + diskXml('vdc', 'virtio') }), request: { bus: 'virtio' } },
    ['vdd', 'virtio', 'disk'],
  ],
  [
    'nova: hw_disk_bus',
    { media: [medium({ properties: { hw_disk_bus: 'sata' } })], request: { profile: 'nova' } },
    ['sda', 'sata', 'disk'],
  ],
  ['a floppy sits on fdc', { request: { device: 'floppy' } }, ['fda', 'fdc', 'floppy']],
];

describe('defaults', () => {
  it.each(DEFAULTS)('%s', (_title, parts, [target, bus, device]) => {
    const plan = planRescue(inputs(parts));
    expect(plan.refusals).toEqual([]);
    expect(plan.rescueDevice).toMatchObject({ target, bus, device, order: 1 });
    expect(plan.request.device.why.text).not.toBe('');
    expect(plan.request.bus.why.text).not.toBe('');
  });
});

const drive = (controller: number, bus: number, target: number, unit: number) => ({
  type: 'drive',
  controller,
  bus,
  target,
  unit,
});
const at = (controller: number, bus: number, target: number, unit: number) =>
  `<address type='drive' controller='${controller}' bus='${bus}' target='${target}' unit='${unit}'/>`;

/** Explicit free addresses on buses where libvirt would derive one from the name. */
const PLACES: readonly (readonly [string, string, { device?: string; bus: string }, object | null])[] = [
  ['ide: the first', ROOT_DISK, { bus: 'ide' }, drive(0, 0, 0, 0)],
  ['ide: behind the last', diskXml('hda', 'ide') + diskXml('hdc', 'ide'), { bus: 'ide' }, drive(0, 1, 0, 1)],
  [
    'ide: a hole when the end is taken',
    diskXml('hda', 'ide') + diskXml('hdd', 'ide'),
    { bus: 'ide' },
    drive(0, 0, 0, 1),
  ],
  [
    'sata: by address, not by name',
    diskXml('sdz', 'sata', 'disk', at(0, 0, 0, 4)) + "<controller type='sata' index='0'/>",
    { bus: 'sata' },
    drive(0, 0, 0, 5),
  ],
  [
    'sata: the second controller',
    fullSata + "<controller type='sata' index='0'/><controller type='sata' index='1'/>",
    { bus: 'sata' },
    drive(1, 0, 0, 0),
  ],
  [
    'scsi: on the virtio-scsi controller, not on lsilogic',
    diskXml('sda', 'scsi', 'disk', at(0, 0, 0, 0)) +
      "<controller type='scsi' index='0' model='lsilogic'/><controller type='scsi' index='1' model='virtio-scsi'/>",
    { bus: 'scsi' },
    drive(1, 0, 0, 0),
  ],
  [
    'scsi: lsilogic alone gets a virtio-scsi beside it',
    diskXml('sda', 'scsi') + "<controller type='scsi' index='0' model='lsilogic'/>",
    { bus: 'scsi' },
    drive(1, 0, 0, 0),
  ],
  [
    'scsi: host devices count',
    ROOT_DISK +
      `<controller type='scsi' index='0' model='virtio-scsi'/><hostdev mode='subsystem' type='scsi'><source/>${at(0, 0, 0, 3)}</hostdev>`,
    { bus: 'scsi' },
    drive(0, 0, 0, 4),
  ],
  ['fdc: the second', diskXml('fda', 'fdc', 'floppy'), { device: 'floppy', bus: 'fdc' }, drive(0, 0, 0, 1)],
  ['usb: left to libvirt', ROOT_DISK, { bus: 'usb' }, null],
  ['virtio: left to libvirt, which puts it behind', ROOT_DISK.replace('0x05', '0x02'), { bus: 'virtio' }, null],
  [
    'virtio: behind the guest’s own, where a hole is before them',
    ROOT_DISK,
    { bus: 'virtio' },
    { type: 'pci', domain: 0, bus: 0, slot: 6, function: 0 },
  ],
];

describe('addresses', () => {
  it.each(PLACES)('%s', (_title, devices, request, address) => {
    const plan = planRescue(inputs({ xml: domainXml({ devices }), request: { device: 'disk', ...request } }));
    expect(plan.refusals).toEqual([]);
    expect(plan.rescueDevice?.address).toEqual(address);
  });
});

const orders = (entries: readonly { order: number; target: string | null; kind: string }[]) =>
  entries.map(({ order, kind, target }) => [order, kind, target]);

describe('boot order', () => {
  it('turns <os><boot dev> into an order per device behind the medium', () => {
    const devices = `${ROOT_DISK}${diskXml('hdc', 'ide', 'cdrom')}<interface type='network'><mac address='52:54:00:00:00:01'/><source network='default'/></interface>`;
    const plan = planRescue(
      inputs({
        xml: domainXml({ os: "<boot dev='network'/><boot dev='cdrom'/><boot dev='hd'/>", devices }),
        request: { bus: 'usb' },
      }),
    );
    expect(orders(plan.bootBefore)).toEqual([
      [1, 'interface', '52:54:00:00:00:01'],
      [2, 'cdrom', 'hdc'],
      [3, 'disk', 'vda'],
    ]);
    expect(orders(plan.bootAfter)).toEqual([
      [1, 'disk', 'sda'],
      [2, 'interface', '52:54:00:00:00:01'],
      [3, 'cdrom', 'hdc'],
      [4, 'disk', 'vda'],
    ]);
    expect(plan.rescueXml).not.toContain('<boot dev');
    expect(plan.removed.map(({ element }) => element)).toEqual(['boot', 'boot', 'boot']);
  });

  it('closes gaps of orders per device', () => {
    const devices =
      diskXml('vda', 'virtio', 'disk', "<boot order='5'/>") +
      diskXml('vdb', 'virtio', 'disk', "<boot order='2' loadparm='x'/>");
    const plan = planRescue(inputs({ xml: domainXml({ os: '', devices }) }));
    expect(orders(plan.bootAfter)).toEqual([
      [1, 'disk', 'sda'],
      [2, 'disk', 'vdb'],
      [3, 'disk', 'vda'],
    ]);
    expect(plan.rescueXml).toContain('loadparm="x"');
  });

  it('leaves no other order with fall-through none', () => {
    const plan = planRescue(inputs({ request: { fallThrough: 'none' } }));
    expect(orders(plan.bootAfter)).toEqual([[1, 'disk', 'sda']]);
    expect(plan.rescueXml?.match(/<boot /g)).toHaveLength(1);
  });

  it('sets a direct kernel aside', () => {
    const os = '<kernel>/boot/k</kernel><initrd>/boot/i</initrd><cmdline>root=/dev/vda</cmdline>';
    const plan = planRescue(inputs({ xml: domainXml({ os }) }));
    expect(plan.bootBefore[0]).toMatchObject({ kind: 'kernel', source: '/boot/k' });
    expect(plan.rescueXml).not.toMatch(/<kernel>|<initrd>|<cmdline>/);
  });

  it('boots a rescue kernel and leaves the order alone', () => {
    const spec = { kind: 'kernel', kernel: '/boot/k', initrd: '/boot/i', cmdline: 'rescue' } as const;
    const plan = planRescue(inputs({ media: [medium({ spec, source: { type: 'file', file: '/boot/k' } })] }));
    expect(plan.refusals).toEqual([]);
    expect(plan.rescueDevice).toBeNull();
    expect(plan.rescueXml).toMatch(
      /<kernel>\/boot\/k<\/kernel>\s*<initrd>\/boot\/i<\/initrd>\s*<cmdline>rescue<\/cmdline>/,
    );
    expect(plan.rescueXml).toContain('<boot dev="hd"/>');
    expect(orders(plan.bootAfter)).toEqual([
      [1, 'kernel', null],
      [2, 'disk', 'vda'],
    ]);
  });
});

describe('what happens when the medium does not boot', () => {
  it.each([
    ['BIOS, disk', {}, 'not-bootable-hangs'],
    ['BIOS, cdrom', { media: iso }, 'not-bootable-falls'],
    ['BIOS, cdrom, nothing behind', { media: iso, request: { fallThrough: 'none' } }, 'not-bootable-stops'],
    ['UEFI, disk', { xml: domainXml({ os: UEFI }) }, 'not-bootable-falls'],
  ] as const)('%s', (_title, parts, code) => {
    expect(planRescue(inputs(parts)).ifNotBootable?.code).toBe(code);
  });
});

describe('writes never reach the medium', () => {
  it.each([
    ['usb', '<transient shareBacking="yes"/>'],
    ['scsi', '<transient shareBacking="yes"/>'],
    ['virtio', '<transient/>'],
    ['sata', '<transient/>'],
    ['ide', '<transient/>'],
  ])('a file on %s', (bus, element) => {
    expect(planRescue(inputs({ request: { device: 'disk', bus } })).rescueXml).toContain(element);
  });

  it('gives a block device read-only', () => {
    const block = medium({ spec: { kind: 'path', path: '/dev/z' }, source: { type: 'block', dev: '/dev/z' } });
    const plan = planRescue(inputs({ media: [block] }));
    expect(plan.rescueXml).toMatch(/<source dev="\/dev\/z"\/>\s*<target dev="sda" bus="usb"\/>\s*<readonly\/>/);
  });

  it('writes directly only when asked', () => {
    const plan = planRescue(inputs({ request: { writes: 'direct' } }));
    expect(plan.rescueXml).not.toMatch(/<transient|<readonly/);
  });
});

describe('several media', () => {
  it('puts riders before the rescue device, which stays the last of its bus', () => {
    const drivers = medium({
      spec: { kind: 'path', path: '/media/drivers.iso' },
      source: { type: 'file', file: '/media/drivers.iso' },
      content: ISO,
    });
    const plan = planRescue(inputs({ media: [medium(), drivers], request: { device: 'disk', bus: 'ide' } }));
    expect(
      plan.devices.filter(({ original }) => !original).map(({ target, bus, device }) => [target, bus, device]),
    ).toEqual([
      ['hda', 'ide', 'cdrom'],
      ['hdb', 'ide', 'disk'],
    ]);
    expect(plan.bootAfter[0]).toMatchObject({ target: 'hdb', kind: 'disk' });
  });
});

describe('the plan', () => {
  it('is the same for the same inputs, with or without the choices', () => {
    expect(JSON.stringify(planRescue(inputs()))).toBe(JSON.stringify(previewRescue(inputs()).plan));
  });

  it('keeps its fingerprint from preview to start, when only the stamp is added', () => {
    const stamp = { id: 'x', startedAt: '2026-01-01T00:00:00Z', startedBy: 'ada@desk' };
    const preview = planRescue(inputs());
    const started = planRescue({ ...inputs(), stamp });
    expect(started.fingerprint).toEqual(preview.fingerprint);
    expect(started.rescueXml).toContain('by="ada@desk"');
  });

  it.each([
    ['the definition', { xml: domainXml({ top: '<on_crash>destroy</on_crash>' }) }],
    ['power', { domain: { state: 'shutoff' } }],
    ['the medium', { media: [medium({ size: 1 })] }],
    ['the request', { request: { bus: 'virtio' } }],
  ] as const)('changes its fingerprint with %s', (_title, parts) => {
    expect(planRescue(inputs(parts)).fingerprint.inputs).not.toBe(planRescue(inputs()).fingerprint.inputs);
  });

  it('stops a running guest, and only a running one', () => {
    expect(planRescue(inputs()).steps.map(({ id }) => id)).toEqual(['check', 'stop', 'start', 'verify']);
    expect(planRescue(inputs({ domain: { state: 'shutoff' } })).steps.map(({ id }) => id)).toEqual([
      'check',
      'start',
      'verify',
    ]);
  });

  it('ends at the first reboot when asked', () => {
    const plan = planRescue(
      inputs({ xml: domainXml({ top: '<on_reboot>restart</on_reboot>' }), request: { endAtFirstReboot: true } }),
    );
    expect(plan.rescueXml).toContain('<on_reboot>destroy</on_reboot>');
  });

  it('never lets text of a definition become a second shell word', () => {
    const xml = domainXml().replace('<name>guest</name>', "<name>a'; rm -rf $HOME #</name>");
    const plan = planRescue(inputs({ xml, host: { uri: 'qemu:///system?socket=/x y' } }));
    expect(plan.virsh[2]).toBe(`virsh -c 'qemu:///system?socket=/x y' shutdown --domain 'a'\\''; rm -rf $HOME #'`);
  });

  it('offers what can be chosen and says why the rest cannot', () => {
    const { choices } = previewRescue(
      inputs({ xml: domainXml({ machine: q35 }), media: [medium({ content: content() })] }),
    );
    expect(choices.filter(({ possible }) => possible).map(({ device, bus }) => `${device} ${bus}`)).toEqual([
      'disk usb',
      'disk virtio',
      'disk scsi',
      'disk sata',
      'cdrom usb',
      'cdrom scsi',
      'cdrom sata',
      'floppy fdc',
    ]);
    for (const { possible, refusals } of choices) expect(possible).toBe(refusals.length === 0);
  });
});
