/** Names in rescue beside those out of it: what the added disk does to the order in which a guest counts. */
import { expect, it } from 'vitest';
import { inputs, diskXml, domainXml } from './inputs.test-support.ts';
import { planRescue } from './plan.ts';
import type { RescueRequest } from './types.ts';

const pci = (bus: number, slot: number) => `<address type='pci' domain='0' bus='${bus}' slot='${slot}' function='0'/>`;
const port = (index: number, slot: number) =>
  `<controller type='pci' index='${index}' model='pcie-root-port'>${pci(0, slot)}</controller>`;
const q35 = (devices: string) => domainXml({ machine: 'pc-q35-7.2', devices });

type Names = readonly (readonly [target: string, before: string | null, after: string | null, note: RegExp | null])[];

const BY_PATH = /Use \/dev\/disk\/by-path\/pci-\S+: its address is the same/;

const ROWS: readonly (readonly [string, string, Partial<RescueRequest>, Names])[] = [
  [
    'a cdrom beside virtio: nothing moves',
    domainXml({ devices: diskXml('vda', 'virtio', 'disk', pci(0, 5)) }),
    { device: 'cdrom', bus: 'ide' },
    [
      ['vda', '/dev/vda', '/dev/vda', null],
      ['hda', null, '/dev/sr0', null],
    ],
  ],
  [
    'a disk on sata beside the only one there: either can be the first',
    q35(diskXml('sda', 'sata')),
    { device: 'disk', bus: 'sata' },
    [
      [
        'sda',
        '/dev/sda',
        null,
        new RegExp(`^It is /dev/sda otherwise; in rescue the added disk can.*${BY_PATH.source}`),
      ],
      ['sdb', null, null, null],
    ],
  ],
  [
    'a usb disk comes behind the only one of sata',
    q35(diskXml('sda', 'sata')),
    { device: 'disk', bus: 'usb' },
    [
      ['sda', '/dev/sda', '/dev/sda', null],
      ['sdb', null, '/dev/sdb', null],
    ],
  ],
  [
    'a cdrom beside a cdrom',
    q35(diskXml('vda', 'virtio', 'disk', pci(0, 3)) + diskXml('sda', 'sata', 'cdrom')),
    { device: 'cdrom', bus: 'sata' },
    [
      ['vda', '/dev/vda', '/dev/vda', null],
      ['sda', '/dev/sr0', null, /^It is \/dev\/sr0 otherwise/],
      ['sdb', null, null, null],
    ],
  ],
  [
    'a virtio disk on the first free slot, which is behind all others',
    domainXml({ devices: diskXml('vda', 'virtio', 'disk', pci(0, 2)) + diskXml('vdb', 'virtio', 'disk', pci(0, 3)) }),
    { device: 'disk', bus: 'virtio' },
    [
      ['vda', '/dev/vda', '/dev/vda', null],
      ['vdb', '/dev/vdb', '/dev/vdb', null],
      ['vdc', null, '/dev/vdc', null],
    ],
  ],
  [
    'a virtio disk where only a root port before the others is empty: all numbers move by one',
    q35(port(1, 2) + port(2, 3) + diskXml('vda', 'virtio', 'disk', pci(2, 0))),
    { device: 'disk', bus: 'virtio' },
    [
      [
        'vda',
        '/dev/vda',
        '/dev/vdb',
        new RegExp(`^It is /dev/vdb in rescue and /dev/vda otherwise\\. ${BY_PATH.source}`),
      ],
      ['vdb', null, '/dev/vda', null],
    ],
  ],
  [
    'a virtio disk for which libvirt has to add a root port: on the first free slot, before the others',
    q35(port(1, 2) + diskXml('vda', 'virtio', 'disk', pci(1, 0))),
    { device: 'disk', bus: 'virtio' },
    [
      [
        'vda',
        '/dev/vda',
        '/dev/vdb',
        /^It is \/dev\/vdb in rescue and \/dev\/vda otherwise\. Its by-path name is \S+pci-0000:02:00\.0 in rescue and \S+pci-0000:01:00\.0 otherwise\. Use the UUID/,
      ],
      ['vdb', null, '/dev/vda', null],
    ],
  ],
  [
    'a scsi controller for which libvirt has to add a root port: buses move, kernel names do not',
    q35(port(1, 2) + diskXml('vda', 'virtio', 'disk', `<serial>ROOT</serial>${pci(1, 0)}`)),
    { device: 'disk', bus: 'scsi' },
    [
      ['vda', '/dev/vda', '/dev/vda', /^Its by-path name is .* otherwise\. Use \/dev\/disk\/by-id\/virtio-ROOT/],
      ['sda', null, '/dev/sda', null],
    ],
  ],
  [
    'a root port that libvirt adds behind the others moves nothing',
    q35(port(1, 1) + diskXml('vda', 'virtio', 'disk', pci(1, 0))),
    { device: 'disk', bus: 'virtio' },
    [
      ['vda', '/dev/vda', '/dev/vda', null],
      ['vdb', null, '/dev/vdb', null],
    ],
  ],
  [
    'floppies are named by their unit',
    domainXml({ devices: diskXml('fda', 'fdc', 'floppy') }),
    { device: 'floppy', bus: 'fdc' },
    [
      ['fda', '/dev/fd0', '/dev/fd0', null],
      ['fdb', null, '/dev/fd1', null],
    ],
  ],
];

it.each(ROWS)('%s', (_title, xml, request, expected) => {
  const plan = planRescue(inputs({ xml, request }));
  expect(plan.refusals).toEqual([]);
  expect(plan.devices.map(({ target, kernelBefore, guestNames }) => [target, kernelBefore, guestNames.kernel])).toEqual(
    expected.map(([target, before, after]) => [target, before, after]),
  );
  for (const [at, [target, , , note]] of expected.entries()) {
    const said = plan.devices[at]?.guestNames.note ?? null;
    if (note === null) expect(said, target).toBeNull();
    else expect(said, target).toMatch(note);
  }
});

it('a refused plan has the names out of rescue', () => {
  const plan = planRescue(inputs({ xml: q35(diskXml('sda', 'sata')), request: { device: 'cdrom', bus: 'ide' } }));
  expect(plan.refusals).not.toEqual([]);
  expect(plan.devices.map(({ kernelBefore, guestNames }) => [kernelBefore, guestNames.kernel])).toEqual([
    ['/dev/sda', '/dev/sda'],
  ]);
});
