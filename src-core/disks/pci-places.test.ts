import { describe, expect, it } from 'vitest';
import { parseDomain } from '../domain-xml/domain.ts';
import { diskXml, domainXml } from '../rescue/inputs.test-support.ts';
import { laterPciPlace } from './pci-places.ts';

const pci = (bus: number, slot: number, part = 0) =>
  `<address type='pci' domain='0' bus='${bus}' slot='${slot}' function='${part}'/>`;
const virtio = (target: string, bus: number, slot: number) => diskXml(target, 'virtio', 'disk', pci(bus, slot));
const port = (index: number, slot: number, part = 0) =>
  `<controller type='pci' index='${index}' model='pcie-root-port'>${pci(0, slot, part)}</controller>`;
const bridge = (index: number, slot: number) =>
  `<controller type='pci' index='${index}' model='pci-bridge'>${pci(0, slot)}</controller>`;
const video = (slot: number) => `<video><model type='vga'/>${pci(0, slot)}</video>`;
const filled = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, place) => video(from + place)).join('');

const pc = (devices: string) => domainXml({ devices });
const q35 = (devices: string) => domainXml({ machine: 'pc-q35-7.2', devices });

const ROWS: readonly (readonly [string, string, readonly [bus: number, slot: number] | null])[] = [
  ['no virtio disk to be behind of', pc(diskXml('hda', 'ide')), null],
  ['libvirt’s choice is behind', pc(virtio('vda', 0, 2)), null],
  ['a hole before the root disk', pc(virtio('vda', 0, 7)), [0, 8]],
  ['behind the last of several', pc(virtio('vda', 0, 9) + virtio('vdb', 0, 4)), [0, 10]],
  ['past what others have', pc(virtio('vda', 0, 7) + video(8) + video(9)), [0, 10]],
  ['the hole is filled: libvirt’s choice is behind', pc(virtio('vda', 0, 7) + filled(2, 6)), null],
  ['nothing left behind', pc(virtio('vda', 0, 31)), null],
  ['behind a bridge', pc(virtio('vda', 1, 3) + bridge(1, 5)), [1, 4]],
  ['an address is not known', pc(virtio('vda', 0, 7) + diskXml('vdb', 'virtio')), null],
  ['root ports: the next is empty', q35(port(1, 1) + port(2, 2) + virtio('vda', 1, 0)), null],
  [
    'root ports: one before is empty, one behind too',
    q35(port(1, 1) + port(2, 2) + port(3, 3) + virtio('vda', 2, 0)),
    [3, 0],
  ],
  ['root ports: only one before is empty', q35(port(1, 1) + port(2, 2) + virtio('vda', 2, 0)), null],
  [
    'root ports count by slot and function, not by index',
    q35(port(1, 2, 1) + port(2, 2, 0) + port(3, 2, 2) + virtio('vda', 1, 0)),
    [3, 0],
  ],
];

describe('a place behind the guest’s own virtio disks', () => {
  it.each(ROWS)('%s', (_title, xml, expected) => {
    const place = laterPciPlace(parseDomain(xml), []);
    expect(place === null ? null : [place.bus, place.slot]).toEqual(expected);
  });

  it('leaves out what riders were given', () => {
    const domain = parseDomain(pc(virtio('vda', 0, 7)));
    const first = laterPciPlace(domain, []);
    expect(first).toMatchObject({ slot: 8 });
    expect(laterPciPlace(domain, first === null ? [] : [first])).toMatchObject({ slot: 9 });
  });
});
