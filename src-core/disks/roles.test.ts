import { describe, expect, it } from 'vitest';
import { parseDomain } from '../domain-xml/domain.ts';
import { diskRoles } from './roles.ts';
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
