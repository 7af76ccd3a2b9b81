import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ImageLayer } from './types.ts';
import { parseDomain } from '../domain-xml/domain.ts';
import { backingChainsOf } from './backing-chain.ts';
import { MAX_LAYERS, chainProblem, formatProblem, layerBelow, mayStandOnMore, toldLayers } from './image-layers.ts';

const xml = (disk: string): string =>
  `<domain type='kvm'><name>n</name><os><type arch='x86_64'>hvm</type></os><devices>${disk}</devices></domain>`;

function layersOf(disk: string, sizes: Parameters<typeof toldLayers>[2] = []): ImageLayer[] {
  const text = xml(disk);
  const [view] = parseDomain(text).disks;
  const chain = backingChainsOf(text).get('vda');
  if (view === undefined || chain === undefined) throw new Error('no disk');
  return toldLayers(view, chain, sizes);
}

describe('toldLayers', () => {
  it('has the disk’s own image and those that the definition names, with the sizes that came', () => {
    const sizes = [{ capacity: 9, allocation: 1, physical: 2 }];
    const found = layersOf(
      "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/top'/><backingStore type='block'><format type='qcow2'/><source dev='/dev/vg/mid'/><backingStore type='network'><format type='raw'/><source protocol='rbd' name='p/base'/><backingStore/></backingStore></backingStore><target dev='vda' bus='virtio'/></disk>",
      sizes,
    );
    const unknown = { capacity: null, allocation: null, physical: null };
    const common = { told: 'definition', problem: null };
    expect(found).toEqual([
      { type: 'file', source: '/top', format: 'qcow2', ...sizes[0], ...common },
      { type: 'block', source: '/dev/vg/mid', format: 'qcow2', ...unknown, ...common },
      { type: 'network', source: 'rbd:p/base', format: 'raw', ...unknown, ...common },
    ]);
  });

  it.each([
    ['an empty drive', "<disk type='file' device='cdrom'><target dev='vda' bus='sata'/></disk>", []],
    ['a file without a format is raw', "<disk type='file'><source file='/a'/><target dev='vda'/></disk>", ['raw']],
    [
      'a volume without one is asked about',
      "<disk type='volume'><source pool='p' volume='v'/><target dev='vda'/></disk>",
      [null],
    ],
  ])('%s', (_name, disk, formats) => {
    expect(layersOf(disk).map(({ format }) => format)).toEqual(formats);
  });
});

describe('layerBelow', () => {
  const below = (backingPath: string, above: string | null = '/pool/sub/top.qcow2') =>
    layerBelow({ backingPath, backingFormat: 'raw' }, above);

  it.each([
    ['/a/base.raw', 'file', '/a/base.raw'],
    ['/a/../b/./base.raw', 'file', '/b/base.raw'],
    ['/../../x', 'file', '/x'],
    ['/dev/vg/base', 'block', '/dev/vg/base'],
    ['base.raw', 'file', '/pool/sub/base.raw'],
    ['../base.raw', 'file', '/pool/base.raw'],
    ['./a:b', 'file', '/pool/sub/a:b'],
    ['file:/a/base.raw', 'file', '/a/base.raw'],
    ['file:///a/base.raw', 'file', '/a/base.raw'],
    ['nbd://h:10809/x', 'network', 'nbd://h:10809/x'],
    ['rbd:pool/image:conf=x', 'network', 'rbd:pool/image:conf=x'],
    ['json:{"driver":"nbd"}', 'network', 'json:{"driver":"nbd"}'],
    ['https://h/x.raw', 'network', 'https://h/x.raw'],
    ['odd \n "name" \u202E.raw', 'file', '/pool/sub/odd \n "name" \u202E.raw'],
  ])('%j is %s %j', (backing, type, source) => {
    expect(below(backing)).toMatchObject({ type, source, told: 'host', problem: null, format: 'raw' });
  });

  it('says of a relative name above which there is no folder that it leads nowhere', () => {
    expect(below('base.raw', null)).toMatchObject({
      source: 'base.raw',
      problem: expect.stringContaining('relative') as string,
    });
  });

  it('answers any text with one layer, at once; paths are absolute and plain', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }), fc.stringMatching(/^[./a:]{1,40}$/)),
        (backing) => {
          const { type, source } = below(backing);
          if (type === 'network') expect(source).toBe(backing);
          else
            expect(
              source
                .slice(1)
                .split('/')
                .filter((part) => part === '.' || part === '..'),
            ).toEqual([]);
        },
      ),
    );
  });
});

describe('the end of a chain', () => {
  const layer = (source: string): ImageLayer => layerBelow({ backingPath: source, backingFormat: 'qcow2' }, null);

  it('is where an image comes again', () => {
    const above = [layer('/a'), layer('/b')];
    expect(chainProblem(layer('/c'), above)).toBeNull();
    expect(chainProblem(layer('/a'), above)).toContain('circles');
  });

  it('is where libvirt would not go on', () => {
    const above = Array.from({ length: MAX_LAYERS }, (_, index) => layer(`/${index}`));
    expect(chainProblem(layer('/last'), above.slice(1))).toBeNull();
    expect(chainProblem(layer('/last'), above)).toContain(String(MAX_LAYERS));
  });

  it.each([
    ['file', 'qcow2', true],
    ['file', null, true],
    ['volume', null, true],
    ['block', 'qcow2', true],
    ['file', 'raw', false],
    ['network', 'qcow2', false],
    ['nvme', 'raw', false],
  ])('%s %s: may something stand below? %s', (type, format, expected) => {
    expect(mayStandOnMore({ ...layer('/a'), type, format })).toBe(expected);
  });
});

describe('formatProblem', () => {
  it.each<[string | null, string | null, string | null]>([
    ['raw', 'raw', null],
    ['raw', 'iso', null],
    ['raw', null, null],
    [null, 'qcow2', null],
    ['qcow2', 'qcow2', null],
    ['raw', 'qcow2', 'used as raw, and its first bytes are those of qcow2'],
    ['qcow2', 'raw', 'used as qcow2, and its first bytes are of no such image'],
    ['qcow2', 'vmdk', 'used as qcow2, and its first bytes are those of vmdk'],
    ['luks', 'raw', null],
  ])('used as %s, found as %s', (used, found, expected) => {
    const problem = formatProblem(used, found);
    if (expected === null) expect(problem).toBeNull();
    else expect(problem).toContain(expected);
  });
});
