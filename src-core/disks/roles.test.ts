import { describe, expect, it } from 'vitest';
import { parseDomain } from '../domain-xml/domain.ts';
import { diskRoles, labelMayTell } from './roles.ts';
import type { SeenOfDisk } from './roles.ts';
import { rootDisk } from './root-disk.ts';

const domain = (disks: string, os = ''): ReturnType<typeof parseDomain> =>
  parseDomain(
    `<domain type='kvm'><name>n</name><os><type arch='x86_64' machine='q35'>hvm</type>${os}</os><devices>${disks}</devices></domain>`,
  );

interface DiskOptions {
  readonly device?: string;
  readonly bus?: string;
  readonly more?: string;
}

const file = (
  target: string,
  path: string | null,
  { device = 'disk', bus = 'virtio', more = '' }: DiskOptions = {},
): string =>
  `<disk type='file' device='${device}'>${path === null ? '' : `<source file='${path}'/>`}<target dev='${target}' bus='${bus}'/>${more}</disk>`;
const rbd = (target: string, name: string): string =>
  `<disk type='network' device='disk'><source protocol='rbd' name='${name}'><host name='mon-1' port='6789'/></source><target dev='${target}' bus='virtio'/></disk>`;

const roles = (xml: ReturnType<typeof parseDomain>): Record<string, string> =>
  Object.fromEntries([...diskRoles(xml)].map(([target, { role }]) => [target, role]));

describe('the root disk', () => {
  it.each<[string, string, string, string | null]>([
    ['first in libvirt’s order', file('vdb', '/b') + file('vda', '/a'), '', 'vda'],
    ['first in the boot order', file('vda', '/a') + file('vdb', '/b', { more: "<boot order='3'/>" }), '', 'vdb'],
    [
      'behind a cdrom in the boot order',
      file('sda', '/i.iso', { device: 'cdrom', bus: 'sata', more: "<boot order='1'/>" }) +
        file('vda', '/a') +
        file('vdb', '/b', { more: "<boot order='2'/>" }),
      '',
      'vdb',
    ],
    [
      'not in the boot order',
      file('sda', '/i.iso', { device: 'cdrom', bus: 'sata', more: "<boot order='1'/>" }) + file('vda', '/a'),
      '',
      'vda',
    ],
    ['of a machine that boots from the network', file('vda', '/a'), "<boot dev='network'/>", 'vda'],
    [
      'behind the rescue device of a running rescue',
      file('vda', '/a', { more: "<boot order='2'/>" }) +
        file('sda', '/r', { bus: 'usb', more: "<boot order='1'/><alias name='ua-salvor-rescue'/>" }),
      '',
      'vda',
    ],
    [
      'a lun',
      `<disk type='block' device='lun'><source dev='/dev/sdx'/><target dev='sda' bus='scsi'/></disk>`,
      '',
      'sda',
    ],
    ['of a machine without disks', file('sda', null, { device: 'cdrom', bus: 'sata' }), '', null],
  ])('%s', (_name, disks, os, target) => {
    expect(rootDisk(domain(disks, os))?.target ?? null).toBe(target);
  });
});

describe('diskRoles', () => {
  it('tells the disks of a Nova instance apart', () => {
    const instance = '/var/lib/nova/instances/6f3f';
    const xml = domain(
      file('vda', `${instance}/disk`) +
        file('vdb', `${instance}/disk.eph0`) +
        file('vdc', `${instance}/disk.swap`) +
        file('sda', `${instance}/disk.config`, { device: 'cdrom', bus: 'sata' }) +
        rbd('vdd', 'volumes/volume-6f3f') +
        file('fda', null, { device: 'floppy', bus: 'fdc' }),
    );
    expect(roles(xml)).toEqual({
      vda: 'root',
      vdb: 'ephemeral',
      vdc: 'swap',
      sda: 'config-drive',
      vdd: 'data',
      fda: 'floppy',
    });
  });

  it('tells the same on Ceph, where names carry the instance', () => {
    const xml = domain(
      rbd('vda', 'vms/6f3f_disk') + rbd('vdb', 'vms/6f3f_disk.config') + rbd('vdc', 'vms/6f3f_disk.swap'),
    );
    expect(roles(xml)).toEqual({ vda: 'root', vdb: 'config-drive', vdc: 'swap' });
  });

  it.each([
    ['/var/lib/libvirt/images/web01-cidata.iso', 'config-drive'],
    ['/var/lib/libvirt/images/seed.iso', 'config-drive'],
    ['/dev/pve/vm-101-cloudinit', 'config-drive'],
    ['/srv/config-2', 'config-drive'],
    ['/srv/config2.img', 'config-drive'],
    ['/srv/seed/data.qcow2', 'data'],
    ['/srv/seed-production-data.qcow2', 'data'],
    ['/srv/birdseed.qcow2', 'data'],
    ['/srv/web01-swap.raw', 'swap'],
    ['/srv/swapfree.raw', 'data'],
  ])('%s is %s', (path, role) => {
    expect(roles(domain(file('vda', '/root.qcow2') + file('vdb', path)))).toEqual({ vda: 'root', vdb: role });
  });

  it('does not call the only disk anything but root, whatever its name', () => {
    expect(roles(domain(file('vda', '/srv/seed.iso')))).toEqual({ vda: 'root' });
  });

  it('marks what a rescue brought', () => {
    const xml = domain(
      file('vda', '/a', { more: "<boot order='2'/>" }) +
        file('sda', '/r.iso', {
          device: 'cdrom',
          bus: 'sata',
          more: "<boot order='1'/><alias name='ua-salvor-rescue'/>",
        }) +
        file('sdb', '/d.iso', { device: 'cdrom', bus: 'sata', more: "<alias name='ua-salvor-medium-sdb'/>" }) +
        file('sdc', null, { device: 'cdrom', bus: 'sata' }),
    );
    expect(Object.fromEntries(diskRoles(xml))).toEqual({
      vda: { role: 'root', why: 'it is the first disk in the boot order' },
      sda: { role: 'rescue', why: 'Salvor attached it as the rescue device' },
      sdb: { role: 'rescue', why: 'Salvor attached it beside the rescue device' },
      sdc: { role: 'cdrom', why: 'it is a cdrom drive, empty' },
    });
  });
});

describe('what managers’ metadata, labels and sizes tell', () => {
  const GIB = 1024 ** 3;
  const MIB = 1024 ** 2;
  const UUID = '6fe64a3e-0b2a-4ac5-9ef5-1a54e5d1a3a0';
  const managed = (disks: string, metadata: string): ReturnType<typeof parseDomain> =>
    parseDomain(
      `<domain type='kvm'><name>n</name><metadata>${metadata}</metadata><os><type arch='x86_64' machine='q35'>hvm</type></os><devices>${disks}</devices></domain>`,
    );
  const nova = (root: string, swap = '512', ephemeral = '10', version = '1.1'): string =>
    `<nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/${version}'><nova:flavor name='m1.small'><nova:memory>512</nova:memory><nova:disk>20</nova:disk><nova:swap>${swap}</nova:swap><nova:ephemeral>${ephemeral}</nova:ephemeral></nova:flavor>${root}</nova:instance>`;
  const IMAGE = `<nova:root type='image' uuid='${UUID}'/>`;
  const seen = (of: Record<string, Partial<SeenOfDisk>>): Map<string, SeenOfDisk> =>
    new Map(Object.entries(of).map(([target, one]) => [target, { label: null, capacity: null, ...one }]));
  const two = file('vda', '/a') + file('vdb', '/b');
  const cdrom = file('sda', '/x.iso', { device: 'cdrom', bus: 'sata' });

  it.each<[string, ReturnType<typeof parseDomain>, Map<string, SeenOfDisk>, string, string, string]>([
    [
      'Nova’s root disk, by its name and the image it was made from',
      managed(file('vda', '/var/lib/nova/instances/6f3f/disk'), nova(IMAGE)),
      seen({}),
      'vda',
      'root',
      `it is the first disk in the boot order, and Nova names its root disk so: disk, and Nova made it from image ${UUID}`,
    ],
    [
      'the same on Ceph, of Nova’s older namespace',
      managed(rbd('vda', `vms/${UUID}_disk`), nova(IMAGE, '0', '0', '1.0')),
      seen({}),
      'vda',
      'root',
      `it is the first disk in the boot order, and Nova names its root disk so: ${UUID}_disk, and Nova made it from image ${UUID}`,
    ],
    [
      'the root of an instance that boots from a volume',
      managed(rbd('vda', `volumes/volume-${UUID}`), nova('')),
      seen({}),
      'vda',
      'root',
      `it is the first disk in the boot order, and it is Cinder’s volume ${UUID}`,
    ],
    [
      'a volume beside it',
      managed(file('vda', '/disk') + rbd('vdb', `volumes/volume-${UUID}`), nova(IMAGE)),
      seen({ vdb: { capacity: 10 * GIB } }),
      'vdb',
      'data',
      `it is Cinder’s volume ${UUID}`,
    ],
    [
      'a disk as large as the flavor’s swap',
      managed(two, nova(IMAGE)),
      seen({ vda: { capacity: 512 * MIB }, vdb: { capacity: 512 * MIB } }),
      'vdb',
      'swap',
      'it is as large as the swap disk of its Nova flavor',
    ],
    [
      'a disk as large as the flavor’s ephemeral disk',
      managed(two, nova(IMAGE)),
      seen({ vdb: { capacity: 10 * GIB } }),
      'vdb',
      'ephemeral',
      'it is as large as the ephemeral disk of its Nova flavor',
    ],
    [
      'one of two that are as large: which, nobody can tell',
      managed(two + file('vdc', '/c'), nova(IMAGE)),
      seen({ vdb: { capacity: 10 * GIB }, vdc: { capacity: 10 * GIB } }),
      'vdb',
      'data',
      'it is a disk, and nothing says that it is more',
    ],
    [
      'a flavor without swap and sizes that are none',
      managed(two, nova(IMAGE, '0', '-3')),
      seen({ vdb: { capacity: 0 } }),
      'vdb',
      'data',
      'it is a disk, and nothing says that it is more',
    ],
    [
      'oVirt’s payload',
      managed(
        file('vda', '/a') + file('hdd', null, { device: 'cdrom', bus: 'ide' }),
        "<ovirt-vm:vm xmlns:ovirt-vm='http://ovirt.org/vm/1.0'><ovirt-vm:device devtype='disk' name='hdd'><ovirt-vm:payload><ovirt-vm:volId>config-2</ovirt-vm:volId></ovirt-vm:payload></ovirt-vm:device></ovirt-vm:vm>",
      ),
      seen({}),
      'hdd',
      'config-drive',
      'oVirt’s metadata say that it writes this disk for the guest under the label config-2',
    ],
    [
      'KubeVirt’s cloud-init disk',
      domain(file('vda', '/a') + file('vdb', '/var/run/kubevirt-ephemeral-disks/cloud-init-data/ns/vm/noCloud.iso')),
      seen({}),
      'vdb',
      'config-drive',
      'cloud-init’s data is named so: noCloud.iso',
    ],
    [
      'KubeVirt’s emptyDisk',
      domain(file('vda', '/a') + file('vdb', '/var/run/libvirt/empty-disks/scratch.qcow2')),
      seen({}),
      'vdb',
      'ephemeral',
      'KubeVirt keeps its emptyDisk volumes there: it goes with the machine',
    ],
    [
      'a label of cloud-init, whatever the name and the case',
      domain(file('vda', '/a') + cdrom),
      seen({ sda: { label: 'CONFIG-2' } }),
      'sda',
      'config-drive',
      'its label is CONFIG-2, by which cloud-init finds its data',
    ],
    [
      'a label and a name',
      domain(file('vda', '/a') + file('vdb', '/srv/seed.img')),
      seen({ vdb: { label: 'cidata' } }),
      'vdb',
      'config-drive',
      'its label is cidata, by which cloud-init finds its data, and cloud-init’s data is named so: seed.img',
    ],
    [
      'OpenNebula’s context',
      managed(file('vda', '/a') + cdrom, "<one:vm xmlns:one='http://opennebula.org/xmlns/libvirt/1.0'/>"),
      seen({ sda: { label: 'CONTEXT' } }),
      'sda',
      'config-drive',
      'its label is CONTEXT, as OpenNebula labels its context',
    ],
    [
      'the same label where no OpenNebula is',
      domain(file('vda', '/a') + cdrom),
      seen({ sda: { label: 'CONTEXT' } }),
      'sda',
      'cdrom',
      'it is a cdrom drive',
    ],
    [
      'a label of a Linux, which says nothing',
      domain(file('vda', '/a') + cdrom),
      seen({ sda: { label: 'Debian 12.7.0 config-2' } }),
      'sda',
      'cdrom',
      'it is a cdrom drive',
    ],
    [
      'metadata of a stranger with Nova’s names',
      managed(two, nova(IMAGE).replaceAll('openstack.org', 'example.org')),
      seen({ vdb: { capacity: 10 * GIB } }),
      'vdb',
      'data',
      'it is a disk, and nothing says that it is more',
    ],
  ])('%s', (_name, view, told, target, role, why) => {
    expect(diskRoles(view, told).get(target)).toEqual({ role, why });
  });

  it.each<[string, string, number | null, boolean]>([
    ['a cdrom of any size', cdrom, 4 * GIB, true],
    ['an empty cdrom', file('sda', null, { device: 'cdrom', bus: 'sata' }), null, false],
    ['a small disk', file('sda', '/x'), 64 * MIB, true],
    ['a large disk', file('sda', '/x'), GIB, false],
    ['a disk of unknown size', file('sda', '/x'), null, false],
    ['what its name tells already', file('sda', '/x/disk.config'), 64 * MIB, false],
    ['swap', file('sda', '/x/disk.swap'), 64 * MIB, false],
  ])('is the label of %s worth a look?', (_name, disk, capacity, expected) => {
    const view = domain(file('vda', '/a') + disk);
    const own = view.disks.find(({ target }) => target === 'sda');
    const role = diskRoles(view).get('sda');
    if (own === undefined || role === undefined) throw new Error('no such disk');
    expect(labelMayTell(role, own, capacity)).toBe(expected);
  });
});
