import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CODE, mbr } from '../../src-core/media/images.test-support.ts';
import { domainXml } from '../../src-core/rescue/inputs.test-support.ts';
import type { MediumFacts, MediumSpec } from '../../src-core/rescue/types.ts';
import { REQUEST } from '../app/fake-hypervisor.test-support.ts';
import { offlineInputs } from './offline.ts';
import type { MediumFormat } from './offline.ts';

let dir: string;
let image: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'salvor-offline-'));
  image = join(dir, 'rescue.img');
  await writeFile(image, mbr([], CODE, 7));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function factsOf(
  spec: MediumSpec,
  xml = domainXml(),
  mediumFormat: MediumFormat | null = null,
): Promise<MediumFacts> {
  const files = { xml, domainCapabilities: null, mediumFormat, properties: {} };
  const { media } = await offlineInputs(files, { ...REQUEST, media: [spec] });
  const [facts] = media;
  if (facts === undefined) throw new Error('no facts');
  return facts;
}

test('a file of this computer is read: content and hash', async () => {
  expect(await factsOf({ kind: 'path', path: image })).toMatchObject({
    found: true,
    size: 65536,
    format: 'raw',
    content: { kind: 'disk', bios: true, diskId: '00000007' },
    hash: { bytes: 65536 },
  });
});

test('a file of another host is taken as it is said to be, and is not looked for', async () => {
  const path = { kind: 'path', path: '/nowhere/x.qcow2' } as const;
  expect(await factsOf(path, domainXml(), 'qcow2')).toMatchObject({ found: true, format: 'qcow2', content: null });
  expect((await factsOf(path)).problem).toContain('--medium-format');
  expect((await factsOf({ kind: 'path', path: '/dev/vg/rescue' }, domainXml(), 'raw')).source).toEqual({
    type: 'block',
    dev: '/dev/vg/rescue',
  });
});

describe('the original image', () => {
  const rooted = (below: string): string =>
    domainXml({
      devices: `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/i/root.qcow2'/>${below}<target dev='vda' bus='virtio'/></disk>`,
    });
  const layer = (type: string, source: string, format: string, below = '<backingStore/>'): string =>
    `<backingStore type='${type}'><format type='${format}'/><source ${source}/>${below}</backingStore>`;

  test('is the deepest one that the definition names, in the format that it names', async () => {
    const xml = rooted(layer('file', "file='/i/mid.qcow2'", 'qcow2', layer('file', "file='/i/base.img'", 'raw')));
    expect(await factsOf({ kind: 'original' }, xml)).toMatchObject({
      found: true,
      source: { type: 'file', file: '/i/base.img' },
      format: 'raw',
      lookedAt: ['/i/root.qcow2', '/i/mid.qcow2', '/i/base.img'],
    });
    const block = rooted(layer('block', "dev='/dev/vg/base'", 'raw'));
    expect((await factsOf({ kind: 'original' }, block)).source).toEqual({ type: 'block', dev: '/dev/vg/base' });
  });

  test('is refused where there is none, or where it cannot be attached', async () => {
    expect(await factsOf({ kind: 'original' }, rooted(''))).toMatchObject({
      found: false,
      problem: 'the definition names no backing image',
      lookedAt: ['/i/root.qcow2'],
    });
    const network = rooted(layer('network', "protocol='rbd' name='p/base'", 'raw'));
    expect(await factsOf({ kind: 'original' }, network)).toMatchObject({
      found: false,
      problem: 'rbd:p/base is no file or device of the host',
    });
  });
});

test('a kernel is named and not read: what lies here by its name says nothing of the host', async () => {
  const kernel = { kind: 'kernel', kernel: image, initrd: '/i', cmdline: null } as const;
  expect((await factsOf(kernel)).bootFiles).toMatchObject([
    { role: 'kernel', file: image, content: null },
    { role: 'initrd', file: '/i', content: null },
  ]);
});

test('a volume needs a host', async () => {
  await expect(factsOf({ kind: 'volume', pool: 'p', name: 'v' })).rejects.toMatchObject({ data: { code: 'usage' } });
});
