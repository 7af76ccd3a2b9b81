import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CODE,
  GUID,
  bytes,
  catalogEntry,
  fat,
  gpt,
  iso,
  le,
  mbr,
  patched,
  qcow2,
  sectionHeader,
  validationEntry,
} from './images.test-support.ts';
import { recognise } from './recognise.ts';

const SEEDS: readonly Uint8Array[] = [
  mbr([{ type: 0x0c, start: 1, sectors: 4096 }], CODE, 7),
  gpt([GUID.linux, GUID.efiSystem, GUID.basicData], CODE),
  gpt([GUID.efiSystem], [], 4096),
  iso('RESCUE', [...validationEntry(0), ...catalogEntry(0x88), ...sectionHeader(0x91, 0xef, 9), ...catalogEntry(0x88)]),
  fat(12, ['EFI', 'BOOT']),
  fat(16, ['EFI', 'BOOT']),
  fat(32, ['EFI', 'BOOT']),
  qcow2({ version: 3, size: 2 ** 30, backingFile: 'base', dataFile: 'data', external: true }),
  qcow2({ version: 2, size: 2 ** 30, backingFile: 'base' }),
  patched(
    qcow2({ version: 3, size: 2 ** 30 }),
    [20, [0, 0, 0, 16]],
    [36, [0, 0, 0, 8]],
    [40, [0, 0, 0, 0, 0, 0, 0x30, 0]],
    [0x3000, [0, 0, 0, 0, 0, 0, 0x40, 0]],
    [0x4000, [0, 0, 0, 0, 0, 0, 0x80, 0]],
    [0x8000, Array.from(mbr([{ type: 0x0c, start: 1, sectors: 4096 }], CODE, 7).subarray(0, 512))],
  ),
  bytes(4096, [0, 'KDMV'], [28, le(1, 8)], [512, '# Disk DescriptorFile\nRW 1 FLAT "x" 0\nparentFileNameHint="y"\n']),
  bytes(4096, [0, '# Disk DescriptorFile\nRW 1 FLAT "x" 0\n']),
  bytes(4096, [0, 'QED\0'], [16, [1]], [56, le(100, 4)], [60, le(4, 4)], [100, 'base']),
  bytes(4096, [0, 'conectix'], [60, [0, 0, 0, 4]], [16, [0, 0, 0, 0, 0, 0, 2, 0]]),
  bytes(4096, [0x438, [0x53, 0xef]], [0x478, 'rootfs']),
];

/** Places where headers have their numbers: the first sectors, the volume descriptors, a catalog, a FAT's root. */
const place = fc.oneof(fc.nat(520), fc.nat(8192), fc.nat(131072));
const value = fc.oneof(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xfe, 0xff), fc.nat(255));
const mutated = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.array(fc.tuple(place, value), { maxLength: 12 }),
    fc.option(fc.nat(66000), { nil: null }),
  )
  .map(([seed, changes, cut]) => {
    const image = seed.slice(0, cut ?? seed.length);
    for (const [at, byte] of changes) if (at < image.length) image[at] = byte;
    return image;
  });
const anySize = fc.oneof(fc.constant(null), fc.nat(2 ** 20), fc.constantFrom(2 ** 40, Number.MAX_SAFE_INTEGER));
const KINDS = ['iso9660', 'disk', 'filesystem', 'image', 'empty', 'unknown'];

function checkAnswer(head: Uint8Array, size: number | null): void {
  const before = performance.now();
  const content = recognise(head, size);
  const took = performance.now() - before;
  expect(KINDS).toContain(content.kind);
  for (const word of [content.label, content.diskId, content.backingFile, content.dataFile]) {
    if (word === null) continue;
    expect(word.length > 0 && word.length <= 1023).toBe(true);
    expect(word).not.toMatch(/[\p{Cc}\p{Cs}]/u);
  }
  expect(content.virtualSize === null || (Number.isSafeInteger(content.virtualSize) && content.virtualSize >= 0)).toBe(
    true,
  );
  if (content.kind === 'image' && content.format !== 'qcow2') expect(content.bios).toBeNull();
  if (content.kind === 'empty') expect([content.bios, content.uefi]).toEqual([false, false]);
  if (content.hybrid) expect([content.kind, content.partitions !== null]).toEqual(['iso9660', true]);
  // Far more than it takes (well under 5 ms), so that a busy machine does not fail it; a loop without end would.
  expect(took).toBeLessThan(500);
}

describe('recognise, for any bytes', () => {
  it('answers for headers that were tampered with', () => {
    fc.assert(fc.property(mutated, anySize, checkAnswer), { numRuns: 5000 });
  });

  it('answers for noise', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 4096 }), anySize, checkAnswer), { numRuns: 1000 });
  });

  it('answers for noise behind every signature', () => {
    const signature = fc.constantFrom(
      'QFI\xfb\0\0\0\x03',
      'QFI\xfb\0\0\0\x02',
      'QED\0',
      'KDMV',
      'COWD',
      'conectix',
      'LUKS\xba\xbe',
      'vhdxfile',
    );
    fc.assert(
      fc.property(signature, fc.uint8Array({ minLength: 64, maxLength: 2048 }), (mark, noise) => {
        noise.set(Array.from(mark, (char) => char.charCodeAt(0)));
        checkAnswer(noise, null);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not look behind the size it is told', () => {
    fc.assert(
      fc.property(mutated, fc.nat(70000), (head, size) => {
        expect(recognise(head, size)).toEqual(recognise(head.slice(0, size), size));
      }),
      { numRuns: 500 },
    );
  });
});
