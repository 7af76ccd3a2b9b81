/** Generated sources of disks: files, block devices, volumes, network storage, NVMe, vhost-user, chains, encryption, sign-on. */
import type { Bus } from './machine-arbitrary.test-support.ts';
import { el } from './xml-text.test-support.ts';
import type { Xml } from './xml-text.test-support.ts';

/** What a test host has to know, so that sources that name it can be used. */
export const KNOWN = {
  pool: 'images',
  volumes: ['a.img', 'b.qcow2', 'rescue.img'],
  secrets: {
    luks: '8f2b1b1c-0d5a-4b0e-8a53-6d1f7f1d2a01',
    ceph: '8f2b1b1c-0d5a-4b0e-8a53-6d1f7f1d2a02',
    iscsi: '8f2b1b1c-0d5a-4b0e-8a53-6d1f7f1d2a03',
  },
} as const;

export interface GeneratedSource {
  /** <disk type>. */
  readonly type: string;
  /** <driver>, <source>, <backingStore> …; nothing: an empty drive. */
  readonly content: readonly Xml[];
  /** No serial, throttling or the like can be on it (vhost-user). */
  readonly special: boolean;
  /** Something that an overlay can be put over. */
  readonly writable: boolean;
  /** Not in a format that forbids two guests on it. */
  readonly raw: boolean;
}

type Make = (variant: number) => readonly [type: string, ...content: Xml[]];

const driver = (type: string, variant: number): Xml =>
  el('driver', {
    name: 'qemu',
    type,
    cache: ['none', 'writeback', 'directsync', null, null][variant % 5],
    io: variant % 5 === 0 ? 'native' : null,
    discard: variant % 3 === 0 ? 'unmap' : null,
    error_policy: variant % 7 === 0 ? 'stop' : null,
    detect_zeroes: variant % 11 === 0 ? 'on' : null,
  });
const host = (name: string, port: number | null = null): Xml => el('host', { name, port });
const network = (protocol: string, name: string | null, ...content: Xml[]): Xml =>
  el('source', { protocol, name }, ...content);
const secret = (type: string, uuid: string): Xml => el('secret', { type, uuid });

const FILES: readonly Make[] = [
  (v) => ['file', driver('raw', v), el('source', { file: `/images/disk-${String(v)}.img` })],
  (v) => ['file', driver('qcow2', v), el('source', { file: `/images/disk-${String(v)}.qcow2` })],
  (v) => ['file', el('source', { file: `/images/it's "${String(v)}" & <more>.img`, startupPolicy: null })],
  (v) => ['file', driver('qcow2', v), el('source', { file: `/images/top-${String(v)}.qcow2`, index: null }), chain(v)],
];

/** A chain written into the definition: libvirt then trusts it and opens no image to find it. */
function chain(variant: number): Xml {
  const base = el(
    'backingStore',
    { type: 'file' },
    el('format', { type: 'raw' }),
    el('source', { file: '/images/base.img' }),
    el('backingStore'),
  );
  return variant % 2 === 0
    ? base
    : el(
        'backingStore',
        { type: 'block' },
        el('format', { type: 'qcow2' }),
        el('source', { dev: '/dev/vg/middle' }),
        base,
      );
}

const DISKS: readonly Make[] = [
  ...FILES,
  ...FILES,
  (v) => ['block', driver('raw', v), el('source', { dev: `/dev/vg/guest-${String(v)}` })],
  (v) => [
    'block',
    driver('raw', v),
    el('source', { dev: `/dev/disk/by-id/wwn-${String(v)}` }, el('seclabel', { model: 'dac', relabel: 'no' })),
  ],
  (v) => ['volume', driver('raw', v), el('source', { pool: KNOWN.pool, volume: KNOWN.volumes[0] })],
  (v) => ['volume', driver('qcow2', v), el('source', { pool: KNOWN.pool, volume: KNOWN.volumes[1] })],
  (v) => [
    'network',
    driver('raw', v),
    el('auth', { username: 'admin' }, secret('ceph', KNOWN.secrets.ceph)),
    network('rbd', `pool/image-${String(v)}`, host('mon1', 6789), host('mon2')),
  ],
  (v) => [
    'network',
    driver('raw', v),
    network(
      'rbd',
      'pool/image',
      host('mon1', 6789),
      el('snapshot', { name: 'snap' }),
      el('config', { file: '/etc/ceph.conf' }),
    ),
  ],
  (v) => [
    'network',
    driver('raw', v),
    network(
      'iscsi',
      `iqn.2013-07.com.example:pool/${String(v % 9)}`,
      host('san', 3260),
      el('auth', { username: 'u' }, secret('iscsi', KNOWN.secrets.iscsi)),
    ),
  ],
  (v) => [
    'network',
    driver('raw', v),
    network(
      'iscsi',
      'iqn.2013-07.com.example:pool/1',
      host('san'),
      el('initiator', {}, el('iqn', { name: 'iqn.2013-07.com.example:me' })),
    ),
  ],
  (v) => ['network', driver('raw', v), network('nbd', `export-${String(v)}`, host('nbd.example', 10809))],
  (v) => [
    'network',
    driver('raw', v),
    network('nbd', null, el('host', { transport: 'unix', socket: '/run/nbd.sock' })),
  ],
  (v) => ['network', driver('qcow2', v), network('gluster', 'volume/image', host('gluster1', 24007))],
  (v) => [
    'file',
    driver(v % 2 === 0 ? 'qcow2' : 'raw', v),
    el(
      'source',
      { file: '/images/luks.img' },
      el('encryption', { format: 'luks' }, secret('passphrase', KNOWN.secrets.luks)),
    ),
  ],
  (v) => [
    'file',
    driver('raw', v),
    el(
      'source',
      { file: '/images/slices.img' },
      el('slices', {}, el('slice', { type: 'storage', offset: 65536, size: 1048576 })),
    ),
  ],
  (v) => [
    'nvme',
    driver('raw', v),
    el(
      'source',
      { type: 'pci', managed: 'yes', namespace: 1 },
      el('address', { domain: '0x0000', bus: '0x01', slot: '0x00', function: `0x${String(v % 8)}` }),
    ),
  ],
];

const OPTICAL: readonly Make[] = [
  () => ['file'],
  () => ['file', el('driver', { name: 'qemu', type: 'raw' })],
  (v) => [
    'file',
    el('driver', { name: 'qemu', type: 'raw' }),
    el('source', { file: `/iso/cd-${String(v)}.iso`, startupPolicy: v % 3 === 0 ? 'optional' : null }),
  ],
  () => ['block', el('driver', { name: 'qemu', type: 'raw' }), el('source', { dev: '/dev/sr0' })],
  () => [
    'network',
    el('driver', { name: 'qemu', type: 'raw' }),
    network('http', 'images/cd.iso', host('mirror.example', 80)),
  ],
  () => [
    'network',
    el('driver', { name: 'qemu', type: 'raw' }),
    network(
      'https',
      'images/cd.iso',
      host('mirror.example', 443),
      el('ssl', { verify: 'no' }),
      el('readahead', { size: 65536 }),
      el('timeout', { seconds: 6 }),
    ),
  ],
  () => [
    'volume',
    el('driver', { name: 'qemu', type: 'raw' }),
    el('source', { pool: KNOWN.pool, volume: KNOWN.volumes[0] }),
  ],
];

const FLOPPIES: readonly Make[] = [
  () => ['file'],
  (v) => ['file', el('driver', { name: 'qemu', type: 'raw' }), el('source', { file: `/floppy/${String(v)}.img` })],
];

/** Passed through to the storage: block devices and iSCSI alone. */
const LUNS: readonly Make[] = [
  (v) => [
    'block',
    el('driver', { name: 'qemu', type: 'raw' }),
    el('source', { dev: `/dev/disk/by-path/lun-${String(v)}` }),
  ],
  () => [
    'network',
    el('driver', { name: 'qemu', type: 'raw' }),
    network('iscsi', 'iqn.2013-07.com.example:pool/2', host('san')),
  ],
  () => [
    'block',
    el('driver', { name: 'qemu', type: 'raw' }),
    el('source', { dev: '/dev/mapper/mpatha' }, el('reservations', { managed: 'yes' })),
  ],
];

const VHOST_USER: Make = () => [
  'vhostuser',
  el('driver', { name: 'qemu', type: 'raw' }),
  el('source', { type: 'unix', path: '/run/vhost-blk.sock' }, el('reconnect', { enabled: 'yes', timeout: 10 })),
];

export function sourceOf(
  device: 'disk' | 'cdrom' | 'floppy' | 'lun',
  bus: Bus,
  choice: number,
  variant: number,
): GeneratedSource {
  if (device === 'disk' && bus === 'virtio' && choice % 40 === 0) return generated(VHOST_USER, variant, true);
  const makers = { disk: DISKS, cdrom: OPTICAL, floppy: FLOPPIES, lun: LUNS }[device];
  const make = makers[choice % makers.length] ?? (() => ['file'] as const);
  return generated(make, variant, false);
}

function generated(make: Make, variant: number, special: boolean): GeneratedSource {
  const [type, ...content] = make(variant);
  return {
    type,
    content,
    special,
    writable: type === 'file' && content.length === 2,
    raw: content[0]?.attributes['type'] === 'raw',
  };
}
