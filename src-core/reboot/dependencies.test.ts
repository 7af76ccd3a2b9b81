/** What is read out of a definition: a table of every kind, and properties over generated guests. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseXml } from '../domain-xml/document.ts';
import { serialiseXml } from '../domain-xml/serialise.ts';
import { domainArbitrary } from '../rescue/domain-arbitrary.test-support.ts';
import { UEFI, domainXml } from '../rescue/inputs.test-support.ts';
import { UEFI_VARIABLES, dependenciesOf, optionalDisks } from './dependencies.ts';
import { LUKS_DISK, MDEV, NETWORK, PCI, SECRET, VOLUME_DISK } from './inputs.test-support.ts';
import type { Dependency } from './types.ts';

const read = (parts: Parameters<typeof domainXml>[0]) => dependenciesOf(parseXml(domainXml(parts)));
const of = (devices: string) => read({ devices });
const one = (kind: Dependency['kind'], name: string, users: readonly string[], what: string | null = null) => ({
  ...{ kind, name, users, of: what },
});
const disk = (type: string, source: string, more = '') =>
  `<disk type='${type}' device='disk'>${source}<target dev='vda' bus='virtio'/>${more}</disk>`;
const hostdev = (type: string, source: string) =>
  `<hostdev mode='subsystem' type='${type}'>${source}<alias name='hostdev0'/></hostdev>`;

const TABLE: readonly (readonly [string, string, readonly Dependency[]])[] = [
  ['a file', disk('file', "<source file='/i/a.raw'/>"), [one('image', '/i/a.raw', ['vda'])]],
  ['a block device', disk('block', "<source dev='/dev/vg/a'/>"), [one('image', '/dev/vg/a', ['vda'])]],
  ['an empty drive', disk('file', ''), []],
  ['a volume', VOLUME_DISK, [one('pool', 'images', ['vda']), one('volume', 'images/a.raw', ['vda'], 'images')]],
  [
    'an encrypted image',
    LUKS_DISK,
    [one('image', '/i/l.qcow2', ['vda']), one('secret', SECRET, ['vda'], 'volume /i/l.qcow2')],
  ],
  [
    'encryption beside the source, as old definitions have it',
    disk(
      'file',
      "<source file='/i/l'/>",
      `<encryption format='luks'><secret type='passphrase' uuid='${SECRET.toUpperCase()}'/></encryption>`,
    ),
    [one('image', '/i/l', ['vda']), one('secret', SECRET, ['vda'], 'volume /i/l')],
  ],
  [
    'a backing chain with a volume and an encrypted base',
    disk(
      'file',
      "<source file='/i/top'/>",
      `<backingStore type='volume'><format type='qcow2'/><source pool='p' volume='mid'/><backingStore type='file'><format type='qcow2'/><source file='/i/base'><encryption format='luks'><secret type='passphrase' uuid='${SECRET}'/></encryption></source><backingStore/></backingStore></backingStore>`,
    ),
    [
      one('image', '/i/top', ['vda']),
      one('pool', 'p', ['vda']),
      one('volume', 'p/mid', ['vda'], 'p'),
      one('image', '/i/base', ['vda']),
      one('secret', SECRET, ['vda'], 'volume /i/base'),
    ],
  ],
  [
    'iSCSI with a secret by its UUID',
    disk(
      'network',
      `<source protocol='iscsi' name='iqn.2026-11.test:t1/1'><host name='san' port='3260'/><auth username='me'><secret type='iscsi' uuid='${SECRET}'/></auth></source>`,
    ),
    [
      one('network-storage', 'iscsi://san:3260/iqn.2026-11.test:t1/1', ['vda']),
      one('secret', SECRET, ['vda'], 'iscsi iqn.2026-11.test:t1'),
    ],
  ],
  [
    'Ceph with a secret by its use',
    disk(
      'network',
      "<source protocol='rbd' name='pool/image'><host name='mon1'/><host name='mon2'/></source>",
      "<auth username='libvirt'><secret type='ceph' usage='client.libvirt secret'/></auth>",
    ),
    [
      one('network-storage', 'rbd://mon1/pool/image', ['vda']),
      one('secret', 'ceph client.libvirt secret', ['vda'], 'ceph client.libvirt secret'),
    ],
  ],
  [
    'Ceph with a secret by its UUID',
    disk(
      'network',
      `<source protocol='rbd' name='pool/image'><host name='mon1' port='6789'/><auth username='libvirt'><secret type='ceph' uuid='${SECRET}'/></auth></source>`,
    ),
    [
      one('network-storage', 'rbd://mon1:6789/pool/image', ['vda']),
      one('secret', SECRET, ['vda'], 'ceph client.libvirt secret'),
    ],
  ],
  [
    'NBD over a socket',
    disk('network', "<source protocol='nbd' name='e'><host transport='unix' socket='/run/nbd'/></source>"),
    [one('network-storage', 'nbd+unix:///run/nbd?e', ['vda'])],
  ],
  [
    'http',
    disk('network', "<source protocol='https' name='isos/a.iso'><host name='h' port='443'/></source>"),
    [one('network-storage', 'https://h:443/isos/a.iso', ['vda'])],
  ],
  [
    'NVMe',
    disk(
      'nvme',
      "<source type='pci' managed='yes' namespace='1'><address domain='0x0000' bus='0x0a' slot='0x1f' function='0x2'/></source>",
    ),
    [one('host-device', 'pci_0000_0a_1f_2', ['vda'])],
  ],
  [
    'a vhost-user disk',
    disk('vhostuser', "<source type='unix' path='/run/vhost.sock'/>"),
    [one('vhost-user', '/run/vhost.sock', ['vda'])],
  ],
  ['a network', NETWORK, [one('network', 'lan', ['52:54:00:11:22:33'])]],
  [
    'a bridge, and a host interface',
    `<interface type='bridge'><mac address='m1'/><source bridge='br0'/></interface><interface type='direct'><mac address='m2'/><source dev='eth0' mode='bridge'/></interface>`,
    [one('bridge', 'br0', ['m1']), one('bridge', 'eth0', ['m2'])],
  ],
  [
    'vhost-user and host device interfaces',
    `<interface type='vhostuser'><mac address='m1'/><source type='unix' path='/run/v' mode='server'/></interface><interface type='hostdev'><mac address='m2'/><source><address type='pci' domain='0' bus='2' slot='0x10' function='1'/></source></interface>`,
    [one('vhost-user', '/run/v', ['m1']), one('host-device', 'pci_0000_02_10_1', ['m2'])],
  ],
  ['an interface without a host', `<interface type='user'><mac address='m'/></interface>`, []],
  ['a PCI device', PCI, [one('host-device', 'pci_0000_01_00_0', ['hostdev'])]],
  ['a mediated device', MDEV, [one('mediated-device', 'c60f3d9c-1111-4222-8333-000000000001', ['hostdev'])]],
  [
    'USB by its ids',
    hostdev('usb', "<source><vendor id='0x1234'/><product id='0xbeef'/></source>"),
    [one('host-device', 'usb 0x1234:0xbeef', ['hostdev0'])],
  ],
  [
    'USB by its place',
    hostdev('usb', "<source><address bus='1' device='3'/></source>"),
    [one('host-device', 'usb bus 1 device 3', ['hostdev0'])],
  ],
  [
    'a SCSI unit of the host',
    hostdev('scsi', "<source><adapter name='scsi_host2'/><address bus='0' target='1' unit='5'/></source>"),
    [one('host-device', 'scsi_2_0_1_5', ['hostdev0'])],
  ],
  [
    'a SCSI unit of an iSCSI target',
    hostdev(
      'scsi',
      `<source protocol='iscsi' name='iqn.x:t/0'><host name='san' port='3260'/><auth username='me'><secret type='iscsi' uuid='${SECRET}'/></auth></source>`,
    ),
    [
      one('network-storage', 'iscsi://san:3260/iqn.x:t/0', ['hostdev0']),
      one('secret', SECRET, ['hostdev0'], 'iscsi iqn.x:t'),
    ],
  ],
  [
    'shares',
    `<filesystem type='mount'><driver type='virtiofs'/><source dir='/srv/a'/><target dir='a'/></filesystem><filesystem type='mount'><driver type='virtiofs'/><source socket='/run/fs'/><target dir='b'/></filesystem>`,
    [one('share', '/srv/a', ['a']), one('vhost-user', '/run/fs', ['b'])],
  ],
  ['a TPM', `<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>`, [one('tpm', 'swtpm', ['tpm'])]],
  [
    'an encrypted TPM',
    `<tpm model='tpm-crb'><backend type='emulator' version='2.0'><encryption secret='${SECRET}'/></backend></tpm>`,
    [one('tpm', 'swtpm', ['tpm']), one('secret', SECRET, ['tpm'], `vtpm ${SECRET}`)],
  ],
  [
    'the host’s own TPM',
    `<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>`,
    [one('host-device', '/dev/tpm0', ['tpm'])],
  ],
  [
    'other devices of the host',
    `<serial type='dev'><source path='/dev/ttyS0'/><target port='0'/></serial><input type='evdev'><source dev='/x' evdev='/dev/input/event1'/></input><shmem name='s'><server path='/run/shm'/></shmem><memory model='nvdimm'><source><path>/dev/dax0</path></source></memory>`,
    [
      one('host-device', '/dev/ttyS0', ['serial']),
      one('host-device', '/dev/input/event1', ['input']),
      one('vhost-user', '/run/shm', ['shmem']),
      one('image', '/dev/dax0', ['memory']),
    ],
  ],
];

test.each(TABLE)('%s', (_name, devices, expected) => {
  expect(of(devices)).toEqual(expected);
});

describe('around the devices', () => {
  test('UEFI: its firmware and its variables', () => {
    expect(read({ os: UEFI, devices: '' })).toEqual([
      one('image', '/usr/share/OVMF/OVMF_CODE_4M.fd', ['loader']),
      one('nvram', '/var/lib/nvram/guest_VARS.fd', ['os']),
    ]);
  });

  test('UEFI that libvirt selects keeps its variables where libvirt wants them', () => {
    expect(read({ osAttributes: " firmware='efi'", devices: '' })).toEqual([one('nvram', UEFI_VARIABLES, ['os'])]);
    const stateless = "<loader stateless='yes' type='pflash'>/f</loader>";
    expect(read({ os: stateless, devices: '' })).toEqual([one('image', '/f', ['loader'])]);
  });

  test('a kernel, and its like', () => {
    const os = '<kernel>/boot/vmlinuz</kernel><initrd>/boot/initrd</initrd><dtb>/boot/dtb</dtb>';
    expect(read({ os, devices: '' }).map(({ name, users }) => [name, users[0]])).toEqual([
      ['/boot/vmlinuz', 'kernel'],
      ['/boot/initrd', 'initrd'],
      ['/boot/dtb', 'dtb'],
    ]);
  });

  test('memory that has to be there', () => {
    const top = (content: string) => read({ top: `<memoryBacking>${content}</memoryBacking>`, devices: '' });
    expect(top('<hugepages/>')).toEqual([one('memory', 'huge pages of the default size', ['memory'])]);
    const pages = "<hugepages><page size='1' unit='GiB'/><page size='2048'/></hugepages><source type='file'/>";
    expect(top(pages).map(({ name }) => name)).toEqual(['1 GiB pages', '2048 KiB pages', 'memory in a file']);
    expect(top("<source type='memfd'/><access mode='shared'/>")).toEqual([]);
  });

  test('what several need is told once, with all who need it', () => {
    const second = VOLUME_DISK.replace("dev='vda'", "dev='vdb'").replace('a.raw', 'b.raw');
    const [pool, ...volumes] = of(`${VOLUME_DISK}${second}`);
    expect(pool).toEqual(one('pool', 'images', ['vda', 'vdb']));
    expect(volumes.map(({ name }) => name)).toEqual(['images/a.raw', 'images/b.raw']);
  });

  test('optional media', () => {
    const optional = disk('file', "<source file='/i/a' startupPolicy='optional'/>");
    const requisite = optional.replace('optional', 'requisite').replace('vda', 'vdb');
    expect([...optionalDisks(parseXml(domainXml({ devices: optional + requisite })))]).toEqual(['vda']);
  });
});

test('of any guest: each thing once, with users; the XML is not changed; elements of others tell nothing', () => {
  fc.assert(
    fc.property(domainArbitrary({ noise: true }), ({ xml }) => {
      const document = parseXml(xml);
      const before = serialiseXml(document);
      const found = dependenciesOf(document);
      expect(serialiseXml(document)).toBe(before);
      expect(new Set(found.map(({ kind, name }) => `${kind} ${name}`)).size).toBe(found.length);
      for (const { name, users } of found) {
        expect(name).not.toBe('');
        expect(users.length).toBeGreaterThan(0);
      }
      expect(dependenciesOf(parseXml(xml))).toEqual(found);
    }),
    { numRuns: 200 },
  );
});
