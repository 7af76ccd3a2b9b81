/** Generated requests: every device, bus, profile, fall-through, session and handling of writes, with media of every kind. */
import fc from 'fast-check';
import { ISO, content, medium } from './inputs.test-support.ts';
import { KNOWN } from './source-arbitrary.test-support.ts';
import { FALL_THROUGHS, GUEST_DISKS, PROFILES, RESCUE_BUSES, RESCUE_DEVICES, SESSION_KINDS } from './types.ts';
import type { DomainFacts, HostFacts, MediumFacts, RescueInputs, RescueRequest } from './types.ts';
import { inputs } from './inputs.test-support.ts';

const file = (path: string, parts: Partial<MediumFacts> = {}): MediumFacts =>
  medium({ spec: { kind: 'path', path }, source: { type: 'file', file: path }, ...parts });

/** Media as facts services find them; none of them is a disk of a generated guest. */
const MEDIA: readonly MediumFacts[] = [
  file('/rescue/disk.img'),
  file('/rescue/uefi only.img', { content: content({ bios: false, partitions: 'gpt' }) }),
  file('/rescue/bios.img', { content: content({ uefi: false }) }),
  file('/rescue/live.iso', { content: ISO }),
  file('/rescue/it\'s "hybrid" & <big>.iso', { content: content({ kind: 'iso9660', hybrid: true }) }),
  file('/rescue/disk.qcow2', { format: 'qcow2', content: content({ format: 'qcow2' }) }),
  file('/rescue/floppy.img', { size: 1_474_560, content: content({ partitions: null, uefi: false }) }),
  file('/rescue/tagged.img', { properties: { hw_rescue_device: 'disk', hw_rescue_bus: 'virtio' } }),
  file('/rescue/tagged.iso', { content: ISO, properties: { hw_rescue_device: 'cdrom', hw_cdrom_bus: 'scsi' } }),
  file('/rescue/unread.img', { content: null, size: null, format: null }),
  medium({ spec: { kind: 'path', path: '/dev/vg/rescue' }, source: { type: 'block', dev: '/dev/vg/rescue' } }),
  medium({
    spec: { kind: 'volume', pool: KNOWN.pool, name: 'rescue.img' },
    source: { type: 'volume', pool: KNOWN.pool, volume: KNOWN.volumes[2] },
  }),
  medium({
    spec: { kind: 'url', url: 'https://mirror.example/rescue.iso' },
    source: { type: 'network', protocol: 'https', host: 'mirror.example', port: 443, name: 'rescue.iso' },
    content: null,
    format: 'iso',
    size: null,
  }),
  medium({ spec: { kind: 'original' }, source: { type: 'file', file: '/originals/image.img' } }),
  medium({
    spec: { kind: 'kernel', kernel: '/rescue/vmlinuz', initrd: '/rescue/initrd', cmdline: 'rescue "now" & <quietly>' },
    source: null,
    content: null,
    format: null,
    size: null,
  }),
  medium({
    spec: { kind: 'kernel', kernel: '/rescue/vmlinuz', initrd: null, cmdline: null },
    source: null,
    content: null,
  }),
];

/** Those a plan refuses whatever the guest: met now and then, so that refusals stay refusals. */
const BAD_MEDIA: readonly MediumFacts[] = [
  file('/rescue/missing.img', { found: false, problem: 'No such file', source: null, content: null }),
  file('/rescue/empty.img', { size: 0, content: content({ kind: 'empty' }) }),
  file('/rescue/linked.qcow2', { format: 'qcow2', content: content({ format: 'qcow2', backingFile: '/etc/shadow' }) }),
  file('/rescue/used.img', { writers: ['other'] }),
  file('/rescue/disk.vmdk', { format: 'vmdk', content: content({ format: 'vmdk' }) }),
];

const mediumArbitrary = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...MEDIA) },
  { weight: 1, arbitrary: fc.constantFrom(...BAD_MEDIA) },
);

/** Media that ride along: now and then a kernel, which cannot. */
const riderArbitrary = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      ...MEDIA.filter(({ spec, source }) => spec.kind !== 'kernel' && source?.type !== 'network'),
    ),
  },
  { weight: 1, arbitrary: mediumArbitrary },
);

/** Half of the requests leave the choice to the planner. */
const maybe = <T>(...values: readonly [T, ...T[]]): fc.Arbitrary<T | null> =>
  fc.option(fc.constantFrom(...values), { freq: 2 });

type Place = readonly [device: string | null, bus: string | null];

/** Device and bus: mostly what fits somewhere, or left to the planner; now and then anything. */
const placeArbitrary: fc.Arbitrary<Place> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom<Place>(
      [null, null],
      [null, null],
      ['disk', null],
      ['cdrom', null],
      [null, 'usb'],
      [null, 'scsi'],
      ['floppy', null],
      ['floppy', 'fdc'],
      ...(['usb', 'usb', 'virtio', 'virtio', 'virtio', 'scsi', 'scsi', 'sata', 'sata', 'ide'] as const).map(
        (bus): Place => ['disk', bus],
      ),
      ...(['usb', 'scsi', 'scsi', 'sata', 'sata', 'ide'] as const).map((bus): Place => ['cdrom', bus]),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(maybe(...RESCUE_DEVICES, 'lun', 'fs'), maybe(...RESCUE_BUSES, 'nvme')),
  },
);

export interface GeneratedRequest {
  readonly media: readonly MediumFacts[];
  readonly request: Partial<RescueRequest>;
}

export const requestArbitrary: fc.Arbitrary<GeneratedRequest> = fc
  .record({
    media: fc.oneof(
      { weight: 6, arbitrary: fc.array(mediumArbitrary, { minLength: 1, maxLength: 1 }) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(mediumArbitrary, fc.array(riderArbitrary, { minLength: 1, maxLength: 2 }))
          .map((all) => all.flat()),
      },
    ),
    place: placeArbitrary,
    profile: fc.constantFrom('recommended', 'recommended', ...PROFILES),
    session: fc.constantFrom(...SESSION_KINDS, null),
    transientConsent: fc.boolean(),
    endAtFirstReboot: fc.boolean(),
    fallThrough: maybe(...FALL_THROUGHS),
    writes: fc.constantFrom('overlay', 'overlay', 'direct'),
    overlayPool: fc.constantFrom(null, null, null, 'fast'),
    guestDisks: fc.oneof({ weight: 7, arbitrary: fc.constant('writable' as const) }, fc.constantFrom(...GUEST_DISKS)),
    allowUnbootable: fc.boolean(),
  })
  .map(({ media, place: [device, bus], ...request }) => ({
    media,
    // The two exclude each other: until-ended means that a reboot does not end it; and writing to a medium keeps no overlay.
    request: {
      ...request,
      overlayPool: request.writes === 'direct' ? null : request.overlayPool,
      device,
      bus,
      endAtFirstReboot: request.endAtFirstReboot && request.session !== 'until-ended',
    },
  }));

/** Domain and host around a definition: mostly nothing in the way. */
export const factsArbitrary: fc.Arbitrary<{ domain: Partial<DomainFacts>; host: Partial<HostFacts> }> = fc.record({
  domain: fc.oneof(
    {
      weight: 24,
      arbitrary: fc.constantFrom<Partial<DomainFacts>>(
        {},
        { state: 'shutoff' },
        { autostart: true, snapshots: 2 },
        { state: 'paused' },
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Partial<DomainFacts>>(
        { managedSave: true },
        { job: 'bounded' },
        { blockJobs: ['vda'] },
        { persistent: false },
      ),
    },
  ),
  host: fc.oneof(
    { weight: 12, arbitrary: fc.constant<Partial<HostFacts>>({}) },
    {
      weight: 5,
      arbitrary: fc.constantFrom<Partial<HostFacts>>(
        { libvirtVersion: 7_000_000, hypervisorVersion: 5_002_000 },
        { libvirtVersion: 11_006_000, hypervisorVersion: 10_000_000 },
        { driver: 'TEST', libvirtVersion: 9_000_000, hypervisorVersion: 2 },
        { secrets: null },
      ),
    },
    { weight: 1, arbitrary: fc.constant<Partial<HostFacts>>({ readOnly: true }) },
  ),
});

/** The secrets that generated guests name, with their values. */
export const KNOWN_SECRETS = Object.values(KNOWN.secrets).map((uuid) => ({ uuid, usage: null, hasValue: true }));

export function generatedInputs(
  xml: string,
  { media, request }: GeneratedRequest,
  facts: { domain?: Partial<DomainFacts>; host?: Partial<HostFacts> } = {},
): RescueInputs {
  const overlayPool =
    request.overlayPool == null
      ? {}
      : { overlayPool: { kind: 'folder', folder: '/fast', free: null, overlays: [] } as const };
  const host = { secrets: KNOWN_SECRETS, ...facts.host };
  return inputs({ xml, media, request, domain: facts.domain ?? {}, host, ...overlayPool });
}
