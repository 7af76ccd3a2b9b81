/** The guest's own disks in a plan: protected as asked for, each row as libvirt takes it or refuses it (tried on 9.0). */
import { describe, expect, it } from 'vitest';
import { parseDomain } from '../domain-xml/domain.ts';
import { diskXml, domainXml, inputs, medium } from './inputs.test-support.ts';
import type { InputParts } from './inputs.test-support.ts';
import { planRescue } from './plan.ts';
import type { RescuePlan } from './plan-types.ts';
import type { GuestDisks } from './types.ts';
import { verifyRescue } from './verify.ts';

const disk = (type: string, source: string, target: string, bus: string, format = 'raw', more = '', device = 'disk') =>
  `<disk type='${type}' device='${device}'><driver name='qemu' type='${format}'/><source ${source}/><target dev='${target}' bus='${bus}'/>${more}</disk>`;
const file = (target: string, bus: string, format = 'raw', more = '', device = 'disk') =>
  disk('file', `file='/images/${target}'`, target, bus, format, more, device);
const LUN = disk('block', "dev='/dev/sdx'", 'sda', 'scsi', 'raw', '', 'lun');
const RBD = disk('network', "protocol='rbd' name='p/i'", 'vda', 'virtio', 'qcow2');

const planned = (devices: string, guestDisks: GuestDisks, parts: InputParts = {}): RescuePlan =>
  planRescue(inputs({ ...parts, xml: parts.xml ?? domainXml({ devices }), request: { ...parts.request, guestDisks } }));
const marks = ({ rescueXml }: RescuePlan) =>
  parseDomain(rescueXml ?? '').disks.map(({ target, readonly, transient }) => [target, readonly, transient]);
const protections = ({ devices }: RescuePlan) => devices.map(({ target, protection }) => [target, protection]);
const subjects = ({ refusals }: RescuePlan) => refusals.map(({ code, subject }) => [code, subject]);

describe('read-only', () => {
  it('on every bus that has it, and a floppy; what is not written to stays as it is', () => {
    const devices = [
      file('vda', 'virtio'),
      file('sda', 'usb'),
      disk('block', "dev='/dev/vg/b'", 'vdb', 'virtio'),
      file('fda', 'fdc', 'raw', '', 'floppy'),
      file('vdc', 'virtio', 'raw', '<readonly/>'),
      file('vdd', 'virtio', 'raw', '<transient/>'),
      file('hda', 'ide', 'raw', '', 'cdrom'),
    ].join('');
    const plan = planned(devices, 'read-only');
    expect(marks(plan).slice(0, 7)).toEqual([
      ['vda', true, false],
      ['sda', true, false],
      ['vdb', true, false],
      ['fda', true, false],
      ['vdc', true, false],
      ['vdd', false, true],
      ['hda', true, false],
    ]);
    expect(
      protections(plan)
        .filter(([, how]) => how === 'read-only')
        .map(([target]) => target),
    ).toEqual(['vda', 'sda', 'vdb', 'fda']);
    expect(plan.devices.filter(({ unchanged }) => unchanged).map(({ target }) => target)).toEqual([
      'vdc',
      'vdd',
      'hda',
    ]);
    expect(plan.added.map(({ what }) => what.text)).toContain(
      '<readonly/> on vda: the guest’s own disk is not written to',
    );
    expect(plan.added.filter(({ element }) => element === 'readonly')).toHaveLength(4);
  });

  it.each([
    ['sata', file('sda', 'sata')],
    ['ide', file('hda', 'ide')],
    ['a lun', LUN],
    ['nvme', file('nvme0n1', 'nvme')],
  ])('not on %s', (_what, devices) => {
    expect(subjects(planned(devices, 'read-only'))).toEqual([['guest-disk-read-only', expect.any(String)]]);
  });
});

describe('behind overlays', () => {
  it('each by its own file, listed with what it can grow to and what is free', () => {
    const room = [{ image: '/images/vda', capacity: 1 << 30, free: 2 ** 40, leftOverlay: false }];
    const plan = planned(file('vda', 'virtio') + file('sda', 'sata', 'qcow2'), 'overlay', { room });
    expect(plan.files.slice(1).map(({ path, atMost, free }) => [path, atMost, free])).toEqual([
      ['/images/vda.TRANSIENT-guest', 1 << 30, 2 ** 40],
      ['/images/sda.TRANSIENT-guest', null, null],
    ]);
    expect(marks(plan).slice(0, 2)).toEqual([
      ['vda', false, true],
      ['sda', false, true],
    ]);
    // Read through as ever: addresses and order are as they were.
    expect(plan.bootAfter.map(({ target }) => target).slice(1)).toEqual(plan.bootBefore.map(({ target }) => target));
  });

  it.each([
    ['a block device', disk('block', "dev='/dev/vg/b'", 'vda', 'virtio')],
    ['a volume', disk('volume', "pool='p' volume='v'", 'vda', 'virtio')],
    ['a network disk', RBD],
    ['a lun', LUN],
    ['an encrypted one', file('vda', 'virtio', 'qcow2', "<encryption format='luks'/>")],
  ])('not of %s', (_what, devices) => {
    expect(subjects(planned(devices, 'overlay'))).toEqual([['guest-disk-overlay', expect.any(String)]]);
  });

  it('a floppy is kept from writes instead', () => {
    const plan = planned(file('vda', 'virtio') + file('fda', 'fdc', 'raw', '', 'floppy'), 'overlay');
    expect(protections(plan).slice(0, 2)).toEqual([
      ['vda', 'overlay'],
      ['fda', 'read-only'],
    ]);
    expect(plan.warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['guest-disks-read-only', 'guest-disks-overlay']),
    );
  });
});

describe('after a snapshot', () => {
  const stamp = { id: 'c0ffee00-1111-4222-8333-444455556666', startedAt: '', startedBy: '' };

  it('named after the session, of disks at rest, before anything is defined', () => {
    const request = { guestDisks: 'snapshot', session: 'until-ended' } as const;
    const plan = planRescue({ ...inputs({ request }), stamp });
    expect(plan.snapshot).toEqual({
      name: 'salvor-c0ffee00',
      description: `Salvor: before the rescue ${stamp.id}`,
      targets: ['vda'],
    });
    expect(plan.steps.map(({ id }) => id)).toEqual(['check', 'stop', 'snapshot', 'define', 'start', 'verify']);
    expect(plan.devices[0]).toMatchObject({ protection: 'snapshot', unchanged: true });
    expect(plan.virsh.filter((line) => line.includes('snapshot-'))).toEqual([
      expect.stringContaining('--name salvor-by-hand --diskspec vda,snapshot=internal'),
      expect.stringMatching(/^# the snapshot stays; .* snapshot-revert /),
    ]);
  });

  it('has no name yet in a preview, and the same fingerprint', () => {
    const asked = inputs({ request: { guestDisks: 'snapshot' } });
    expect(planRescue(asked).snapshot?.name).toBe('salvor-…');
    expect(planRescue(asked).fingerprint).toEqual(planRescue({ ...asked, stamp }).fingerprint);
  });

  it.each([
    ['raw', file('vda', 'virtio'), 'vda'],
    ['on a network', RBD, 'vda'],
    ['shareable', file('vda', 'virtio', 'qcow2', '<shareable/>'), 'vda'],
    ['transient', file('vda', 'virtio', 'qcow2', '<transient/>'), 'vda'],
    ['encrypted', file('vda', 'virtio', 'qcow2', "<encryption format='luks'/>"), 'vda'],
    ['a lun', LUN, 'sda'],
    ['a floppy with an image', file('vda', 'virtio', 'qcow2') + file('fda', 'fdc', 'raw', '', 'floppy'), 'fda'],
  ])('not of one that is %s', (_what, devices, target) => {
    expect(subjects(planned(devices, 'snapshot'))).toEqual([['guest-disk-snapshot', target]]);
  });

  it('what is not written to is no obstacle', () => {
    const devices =
      file('vda', 'virtio', 'qcow2') +
      file('vdb', 'virtio', 'raw', '<readonly/>') +
      file('hda', 'ide', 'raw', '', 'cdrom');
    expect(planned(devices, 'snapshot').snapshot?.targets).toEqual(['vda']);
  });

  it('not of a transient guest, one with checkpoints, one without a disk', () => {
    const qcow2 = file('vda', 'virtio', 'qcow2');
    const transient = { domain: { persistent: false }, request: { transientConsent: true } };
    for (const plan of [
      planned(qcow2, 'snapshot', transient),
      planned(qcow2, 'snapshot', { domain: { checkpoints: 1 } }),
      planned('', 'snapshot'),
    ])
      expect(subjects(plan)).toEqual([['guest-snapshot', null]]);
  });
});

describe('what to choose instead', () => {
  it.each([
    [file('sda', 'sata'), 'read-only', '“writable” or “overlay”'],
    [disk('block', "dev='/dev/vg/b'", 'vda', 'virtio', 'qcow2'), 'overlay', '“writable” or “read-only” or “snapshot”'],
    [LUN, 'snapshot', '“writable”'],
  ] as const)('%s', (devices, how, instead) => {
    expect(planned(devices, how).refusals[0]?.params['instead']).toBe(instead);
  });
});

describe('room', () => {
  const own = (capacity: number | null, free: number | null) => ({
    image: '/images/vda',
    capacity,
    free,
    leftOverlay: false,
  });
  const codes = (capacity: number | null, free: number | null) => {
    const plan = planned(file('vda', 'virtio', 'qcow2'), 'overlay', { room: [own(capacity, free)] });
    return [...plan.refusals, ...plan.warnings].map(({ code }) => code).filter((code) => code.includes('space'));
  };
  it.each([
    [100, 2 ** 30, []],
    [2 ** 31, 2 ** 30, ['little-space']],
    [100, 2 ** 20, ['no-space']],
    [null, 2 ** 30, []],
    [2 ** 31, null, []],
  ])('%s bytes at most, %s free', (capacity, free, expected) => {
    expect(codes(capacity, free)).toEqual(expected);
  });

  it('counts all overlays of one folder together, and names it', () => {
    const room = ['vda', 'vdb'].map((name) => ({
      image: `/images/${name}`,
      capacity: 2 ** 30,
      free: 1.5 * 2 ** 30,
      leftOverlay: false,
    }));
    const plan = planned(file('vda', 'virtio') + file('vdb', 'virtio'), 'overlay', { room });
    expect(plan.warnings.find(({ code }) => code === 'little-space')?.params).toEqual({
      folder: '/images',
      free: '1.5 GiB',
      atMost: '2 GiB',
    });
  });

  it('an overlay in the way of any of them is a refusal; one beside a disk that gets none is not', () => {
    const room = [{ image: '/images/vda', capacity: null, free: null, leftOverlay: true }];
    expect(subjects(planned(file('vda', 'virtio'), 'overlay', { room }))).toEqual([
      ['overlay-left-behind', '/images/vda'],
    ]);
    expect(subjects(planned(file('vda', 'virtio'), 'writable', { room }))).toEqual([]);
  });
});

describe('verified when it runs', () => {
  const plan = planned(file('vda', 'virtio'), 'overlay');
  const live = (xml: string) => verifyRescue(plan, xml);
  const overlaid = (plan.rescueXml ?? '')
    .replace("'/images/vda'", "'/images/vda.TRANSIENT-guest'")
    .replace('"/images/vda"', '"/images/vda.TRANSIENT-guest"');

  it('the overlay is the source', () => {
    expect(overlaid).toContain('/images/vda.TRANSIENT-guest');
    expect(live(overlaid)).toEqual([]);
  });
  it('without <transient/>, or over another image, it is not as planned', () => {
    expect(live((plan.rescueXml ?? '').replace(/<transient\/>/, ''))).toEqual([
      'vda is not behind a throw-away overlay',
    ]);
    expect(live(overlaid.replace('/images/vda.TRANSIENT', '/elsewhere/vda.TRANSIENT'))).toHaveLength(1);
  });
  it('a disk that was to be read-only and is not', () => {
    const readOnly = planned(file('vda', 'virtio'), 'read-only');
    expect(verifyRescue(readOnly, readOnly.rescueXml ?? '')).toEqual([]);
    expect(verifyRescue(readOnly, (readOnly.rescueXml ?? '').replace(/<readonly\/>/, ''))).toEqual([
      'vda is not read-only',
    ]);
  });
});

it('a medium beside the protected disks keeps its own handling of writes', () => {
  const plan = planned(diskXml('vda', 'virtio'), 'read-only', { media: [medium()], request: { bus: 'virtio' } });
  expect(marks(plan)).toEqual([
    ['vda', true, false],
    ['vdb', false, true],
  ]);
});
