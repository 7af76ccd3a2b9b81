/** libvirt's rules of the boot order, each as a row; e2e/host/generated.test.ts compares the same with what libvirt gives QEMU. */
import { describe, expect, it } from 'vitest';
import { parseDomain } from '../domain-xml/domain.ts';
import { diskXml, domainXml } from '../rescue/inputs.test-support.ts';
import { effectiveBootOrder } from './effective-order.ts';

const nic = (mac: string, type = 'network', order = '') =>
  `<interface type='${type}'><mac address='${mac}'/>${order}</interface>`;
const FIRST = '52:54:00:00:00:01';
const SECOND = '52:54:00:00:00:02';
const boot = (...classes: string[]) => classes.map((dev) => `<boot dev='${dev}'/>`).join('');
const order = (place: number) => `<boot order='${place}'/>`;
const emptyCdrom = (target: string, bus: string) =>
  `<disk type='file' device='cdrom'><target dev='${target}' bus='${bus}'/></disk>`;

const ROWS: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['nothing said: the first disk', '', diskXml('vda', 'virtio') + diskXml('vdb', 'virtio'), ['vda']],
  ['no disk at all', '', '', []],
  ['a class without a device', boot('cdrom', 'hd'), diskXml('vda', 'virtio'), ['vda']],
  ['disks of a bus by their letters', boot('hd'), diskXml('vdc', 'virtio') + diskXml('vda', 'virtio'), ['vda']],
  ['two letters come after one', boot('hd'), diskXml('vdaa', 'virtio') + diskXml('vdz', 'virtio'), ['vdz']],
  [
    'letters alone count, whatever the prefix',
    boot('hd'),
    diskXml('vdb', 'virtio') + diskXml('hda', 'virtio'),
    ['hda'],
  ],
  [
    'buses in the order in which they first appear',
    boot('hd'),
    diskXml('sdb', 'sata') + diskXml('vda', 'virtio') + diskXml('sda', 'sata'),
    ['sda'],
  ],
  ['a lun is a disk', boot('hd'), diskXml('sda', 'scsi', 'lun') + diskXml('vda', 'virtio'), ['sda']],
  ['an empty cdrom counts', boot('cdrom'), emptyCdrom('hda', 'ide') + diskXml('hdc', 'ide', 'cdrom'), ['hda']],
  ['the first floppy', boot('fd'), diskXml('fdb', 'fdc', 'floppy') + diskXml('fda', 'fdc', 'floppy'), ['fda']],
  ['the first interface, as it stands', boot('network'), nic(SECOND) + nic(FIRST), [SECOND]],
  ['an interface on a host device', boot('network'), nic(SECOND, 'hostdev') + nic(FIRST), [SECOND]],
  [
    'a class named twice has its last place',
    boot('hd', 'cdrom', 'hd'),
    diskXml('vda', 'virtio') + diskXml('sda', 'sata', 'cdrom'),
    ['sda', 'vda'],
  ],
  [
    'all four',
    boot('network', 'fd', 'cdrom', 'hd'),
    diskXml('hda', 'ide') + diskXml('fda', 'fdc', 'floppy') + emptyCdrom('hdc', 'ide') + nic(FIRST),
    [FIRST, 'fda', 'hdc', 'hda'],
  ],
  [
    'orders with gaps, over all kinds',
    '',
    diskXml('vda', 'virtio', 'disk', order(40)) +
      diskXml('vdb', 'virtio') +
      nic(FIRST, 'user', order(7)) +
      `<hostdev mode='subsystem' type='usb'>${order(9)}</hostdev><redirdev bus='usb' type='tcp'>${order(2)}</redirdev>`,
    ['redirdev 0', FIRST, 'hostdev 0', 'vda'],
  ],
  ['the boot menu changes nothing', `${boot('hd')}<bootmenu enable='yes'/>`, diskXml('vda', 'virtio'), ['vda']],
  ['a direct kernel comes first', '<kernel>/boot/vmlinuz</kernel>', diskXml('vda', 'virtio'), ['kernel 0', 'vda']],
];

describe('the effective boot order', () => {
  it.each(ROWS)('%s', (_title, os, devices, expected) => {
    const entries = effectiveBootOrder(parseDomain(domainXml({ os, devices })));
    expect(entries.map(({ target, kind, index }) => target ?? `${kind} ${index}`)).toEqual(expected);
    expect(entries.map((entry) => entry.order)).toEqual(expected.map((_, place) => place + 1));
    for (const { why, reason } of entries) expect(why).toBe(reason.text);
  });
});
