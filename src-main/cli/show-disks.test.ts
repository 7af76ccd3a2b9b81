import { expect, test } from 'vitest';
import type { MachineDisk } from '../../src-core/contract/schemas.ts';
import { describeDisk } from '../../src-core/disks/describe-picture.ts';
import { pictureDisks } from '../../src-core/disks/picture-disks.ts';
import type { ImageLayer } from '../../src-core/disks/types.ts';
import { readXml } from '../app/disk-facts.ts';
import { disksOfXml } from '../app/machine-disks.ts';
import { diskFactsText, disksTable } from './show-disks.ts';

const DISK = `<domain type='kvm'><name>n</name><os><type arch='x86_64' machine='q35'>hvm</type></os><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/p/top'/><target dev='vda' bus='virtio'/><serial>R1</serial></disk></devices></domain>`;

function disk(over: Partial<MachineDisk>): MachineDisk {
  const [known] = disksOfXml(readXml(DISK));
  if (known === undefined) throw new Error('no disk');
  return { ...known, ...over };
}

const layer = (over: Partial<ImageLayer>): ImageLayer => ({
  ...{ type: 'file', source: '/p/top', format: 'qcow2', capacity: 1024 ** 3, allocation: 1024 ** 2, physical: null },
  ...{ told: 'definition', problem: null },
  ...over,
});

test('of a disk: why it has its role, its images with what they take, who has it open, its secrets', () => {
  const text = diskFactsText([
    disk({
      layers: [
        layer({}),
        layer({
          source: '/p/base',
          format: null,
          capacity: null,
          allocation: null,
          told: 'host',
          problem: 'it is gone',
        }),
      ],
      users: [
        { domain: 'twin', host: null, writes: true, as: 'same' },
        { domain: 'far', host: 'kvm-2', writes: false, as: 'path' },
      ],
      secretStates: [
        { uuid: 'u', usage: null, purpose: 'encryption', defined: true, hasValue: false },
        { uuid: null, usage: 'ceph', purpose: 'auth', defined: null, hasValue: null },
      ],
    }),
  ]);
  expect(text).toBe(`  vda  root: it is the first disk in the boot order
       image /p/top (qcow2, 1 GiB, takes 1 MiB)
       below /p/base (format unknown, told by the image above): it is gone
       open in twin, which may write to it
       open in far on kvm-2, which only reads it (a file of the same path, perhaps another one)
       secret u for its encryption: defined, without a value
       secret ceph for its storage: not asked`);
});

test.each<[boolean | null, boolean | null, string]>([
  [true, true, 'defined, with a value'],
  [true, null, 'defined; whether it has a value this connection may not ask'],
  [false, false, 'not defined on this host'],
])('a secret: defined %s, value %s', (defined, hasValue, text) => {
  const secretStates = [{ uuid: 'u', usage: null, purpose: 'auth', defined, hasValue }] as const;
  expect(diskFactsText([disk({ secretStates })])).toContain(text);
});

test('what a disk takes is the sum of its images, at least so much where one of them is not known: as in the picture', () => {
  const rows = [
    [layer({}), layer({})],
    [layer({}), layer({ allocation: null })],
    [layer({ allocation: null })],
    [],
  ].map((layers) => disk({ layers, capacity: 1024 ** 3, allocation: null }));
  const lines = disksTable(rows).split('\n').slice(1);
  expect(lines.map((line) => /1 GiB {2,}(.*?) {2,}/.exec(line)?.[1])).toEqual(['2 MiB', '≥ 1 MiB', '-', '-']);
  const words = pictureDisks(rows).map((one) => describeDisk(one, null, null));
  expect(words.map((text) => /([^,]*) allocated/.exec(text)?.[1]?.trim() ?? null)).toEqual([
    '2 MiB',
    'at least 1 MiB',
    null,
    null,
  ]);
});

test('names of strangers move nothing on the terminal', () => {
  const evil = 'a\u001b[2Jb\nc\u202Ed';
  const text = diskFactsText([
    disk({
      layers: [layer({ source: evil, problem: evil })],
      users: [{ domain: evil, host: evil, writes: true, as: 'same' }],
    }),
  ]);
  for (const character of ['\u001b', '\u202E']) expect(text).not.toContain(character);
  expect(text.split('\n')).toHaveLength(3);
});
