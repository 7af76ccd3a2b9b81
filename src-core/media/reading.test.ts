import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Part } from './bytes.ts';
import {
  CODE,
  GUID,
  be,
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
import { MAX_ROUNDS, READ_LIMIT, nextRanges } from './reading.ts';
import { HEAD_LENGTH, examine } from './recognise.ts';
import type { MediumContent } from './recognise.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** A qcow2 image whose first two clusters are mapped: to its own header's cluster, and to one far away. */
const MAPPED = patched(
  qcow2({ version: 3, size: 4 * GIB }),
  [20, be(16, 4)],
  [36, be(8, 4)],
  [40, be(0x3000, 8)],
  [0x3000, be(0x4000, 8)],
  [0x4000, [...be(0x8000, 8), ...be(9 * GIB, 8)]],
  [0x8000, Array.from(mbr([{ type: 0xef, start: 200, sectors: 9 }], CODE, 0x1234abcd).subarray(0, 512))],
);

interface Read {
  readonly content: MediumContent;
  readonly asked: number;
  readonly rounds: number;
}

/** Read a medium that is made of pieces, with nothing but zeros between them, as a host would give it; count what is asked for. */
function readAll(pieces: readonly Part[], size: number | null): Read {
  const give = (at: number, length: number): Uint8Array => {
    const answer = new Uint8Array(Math.max(0, Math.min(length, (size ?? Infinity) - at)));
    for (const piece of pieces) {
      const from = Math.max(at, piece.at);
      const to = Math.min(at + answer.length, piece.at + piece.bytes.length);
      if (from < to) answer.set(piece.bytes.subarray(from - piece.at, to - piece.at), from - at);
    }
    return answer;
  };
  const parts: Part[] = [];
  let asked = 0;
  let rounds = 0;
  for (; rounds < MAX_ROUNDS; rounds += 1) {
    const ranges = nextRanges(parts, size);
    if (ranges.length === 0) break;
    asked += ranges.reduce((sum, { length }) => sum + length, 0);
    parts.push(...ranges.map(({ at, length }) => ({ at, bytes: give(at, length) })));
  }
  return { content: examine(parts, size).content, asked, rounds };
}

describe('what stands further on is read there', () => {
  const both = [...validationEntry(0), ...catalogEntry(0x88), ...sectionHeader(0x91, 0xef, 1), 0x88];

  it('reads the head once, and no more of most media', () => {
    expect(nextRanges([], 10 * GIB)).toEqual([{ at: 0, length: HEAD_LENGTH }]);
    expect(nextRanges([], 1000)).toEqual([{ at: 0, length: 1000 }]);
    expect(nextRanges([], 0)).toEqual([]);
    expect(readAll([{ at: 0, bytes: mbr([], CODE) }], 10 * GIB)).toMatchObject({ asked: HEAD_LENGTH, rounds: 1 });
    expect(readAll([], 10 * GIB).content.kind).toBe('empty');
  });

  it('finds an El Torito catalog, its EFI image and the loader in it, wherever they are', () => {
    const image = patched(new Uint8Array(2048), [0, both], [96 + 8, le(2 * 1024 * 1024, 4)]);
    const efi = fat(12, ['EFI', 'BOOT', 'BOOTX64 EFI']);
    const pieces = [
      { at: 0, bytes: iso('FAR', [], 600_000) },
      { at: 600_000 * 2048, bytes: image },
      { at: 2 * 1024 * 1024 * 2048, bytes: efi },
    ];
    const { content, rounds } = readAll(pieces, 8 * GIB);
    expect(content).toMatchObject({ kind: 'iso9660', bios: true, uefi: true, efiArches: ['x86_64'] });
    expect(rounds).toBeLessThanOrEqual(5);
  });

  it('finds the names that a qcow2 image points at, wherever they are', () => {
    const header = qcow2({ version: 3, size: GIB, external: true });
    const far = patched(header, [8, be(5 * GIB, 8)], [16, be(11, 4)], [100, be(900_000, 4)]);
    const extension = bytes(64, [0, be(0x44415441, 4)], [4, be(8, 4)], [8, 'data.raw']);
    const pieces = [
      { at: 0, bytes: far },
      { at: 900_000, bytes: extension },
      { at: 5 * GIB, bytes: bytes(64, [0, '/etc/shadow']) },
    ];
    expect(readAll(pieces, 6 * GIB).content).toMatchObject({ backingFile: '/etc/shadow', dataFile: 'data.raw' });
    expect(readAll(pieces, GIB).content.backingFile, 'behind the end of the image').toBe('(name not read)');
  });

  it('finds the table of a GPT that does not follow its header, and what is on its partitions', () => {
    const table = gpt([GUID.efiSystem]);
    const moved = patched(table, [512 + 72, le(4 * 1024 * 1024, 8)]);
    const pieces = [
      { at: 0, bytes: moved.slice(0, 1024) },
      { at: 2 * GIB, bytes: patched(table.slice(1024, 2048), [32, le(8 * 1024 * 1024, 8)]) },
      { at: 4 * GIB, bytes: fat(32, ['EFI', 'BOOT', 'BOOTAA64EFI']) },
    ];
    expect(readAll(pieces, 6 * GIB).content).toMatchObject({ partitions: 'gpt', uefi: true, efiArches: ['aarch64'] });
  });

  it('finds the size and the parent of a vhdx behind the first MiB', () => {
    const id = (text: string): number[] => {
      const hex = text.replaceAll('-', '');
      const byte = (i: number): number => parseInt(hex.slice(2 * i, 2 * i + 2), 16);
      return [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map(byte);
    };
    const utf16 = (text: string): number[] => Array.from(text, (char) => [char.charCodeAt(0), 0]).flat();
    const key = 'relative_path';
    const value = '..\\base.vhdx';
    const item = (kind: string, at: number, length: number): number[] => [
      ...id(kind),
      ...le(at, 4),
      ...le(length, 4),
      ...le(0, 8),
    ];
    const metadata = bytes(
      128 * 1024,
      [0, 'metadata'],
      [10, le(3, 2)],
      [32, item('caa16737-fa36-4d43-b3b6-33f0aa44e76b', 65536, 8)],
      [64, item('2fa54224-cd1b-4876-b211-5dbed83bf4b8', 65544, 8)],
      [96, item('a8d35f2d-b30b-454d-abf7-d3d84834ab0c', 65600, 200)],
      [65536 + 4, [2]],
      [65544, le(GIB, 8)],
      [65600 + 18, le(1, 2)],
      [65600 + 20, [...le(40, 4), ...le(80, 4), ...le(2 * key.length, 2), ...le(2 * value.length, 2)]],
      [65600 + 40, utf16(key)],
      [65600 + 80, utf16(value)],
    );
    const region = bytes(
      64,
      [0, 'regi'],
      [8, le(1, 4)],
      [16, id('8b7ca206-4790-4b9a-b8fe-575f050f886e')],
      [32, le(2 * MIB, 8)],
    );
    const pieces = [
      { at: 0, bytes: bytes(64, [0, 'vhdxfile']) },
      { at: 192 * 1024, bytes: region },
      { at: 2 * MIB, bytes: metadata },
    ];
    expect(readAll(pieces, GIB).content).toMatchObject({ format: 'vhdx', virtualSize: GIB, backingFile: value });
  });

  it('names what a differing vdi stands on as not read', () => {
    const vdi = bytes(512, [0x40, [0x7f, 0x10, 0xda, 0xbe]], [0x4c, [4]], [0x170, le(GIB, 8)]);
    expect(readAll([{ at: 0, bytes: vdi }], GIB).content.backingFile).toBe('(name not read)');
  });
});

describe('the disk inside a qcow2 image', () => {
  it('is looked into through its tables, wherever its clusters lie', () => {
    const pieces = [
      { at: 0, bytes: MAPPED },
      { at: 9 * GIB + 200 * 512 - 65536, bytes: fat(12, ['EFI', 'BOOT', 'BOOTX64 EFI']) },
    ];
    expect(readAll(pieces, 10 * GIB).content).toMatchObject({
      kind: 'image',
      bios: true,
      uefi: true,
      partitions: 'mbr',
      diskId: '1234abcd',
    });
    expect(readAll(pieces, 10 * GIB).content.efiArches).toEqual(['x86_64']);
  });

  it('ends where tables lead in circles', () => {
    const circle = patched(MAPPED, [0x3000, be(0x3000, 8)], [40, be(0x3000, 8)]);
    expect(readAll([{ at: 0, bytes: circle }], GIB).asked).toBeLessThanOrEqual(READ_LIMIT);
  });

  it.each([
    ['packed', [0x4000, [0x40, ...be(0, 7)]]],
    ['behind the end', [0x4000, be(50 * GIB, 8)]],
    ['with a backing file', [8, be(1024, 8)]],
    ['of a future layout', [72, be(1, 4)]],
    ['with clusters of no size', [20, be(77, 4)]],
  ] as const)('is not told of where it is %s', (_name, change) => {
    const { content } = readAll([{ at: 0, bytes: patched(MAPPED, change) }], 10 * GIB);
    expect(content).toMatchObject({ kind: 'image', bios: null, uefi: null, diskId: null });
  });
});

describe('no more than READ_LIMIT', () => {
  it('whatever a medium points at', () => {
    const many = gpt(Array.from({ length: 128 }, () => GUID.efiSystem));
    const spread = Array.from({ length: 128 }, (_, i) => [1024 + i * 128 + 32, le((i + 1) * 8 * 2048, 8)] as const);
    const { asked, rounds } = readAll([{ at: 0, bytes: patched(many, ...spread) }], 100 * GIB);
    expect(asked).toBeLessThanOrEqual(READ_LIMIT);
    expect(rounds).toBeLessThanOrEqual(MAX_ROUNDS);
  });

  it('nor of a medium whose numbers lead anywhere', () => {
    const seeds = [
      gpt([GUID.linux, GUID.efiSystem, GUID.basicData], CODE),
      mbr([
        { type: 0xef, start: 5_000_000, sectors: 9 },
        { type: 0x0c, start: 9_000_000, sectors: 9 },
      ]),
      iso('RESCUE', [...validationEntry(0xef), ...catalogEntry(0x88)]),
      fat(32, ['EFI', 'BOOT']),
      fat(12, ['EFI', 'BOOT']),
      qcow2({ version: 3, size: GIB, backingFile: 'base', dataFile: 'data', external: true }),
      MAPPED,
      bytes(4096, [0, 'KDMV'], [28, le(9_000_000, 8)]),
      bytes(200_000, [0, 'vhdxfile'], [192 * 1024, 'regi'], [192 * 1024 + 8, le(40, 4)]),
      bytes(4096, [0, 'conectix'], [60, [0, 0, 0, 4]], [16, be(3 * GIB, 8)]),
    ];
    const changed = fc.tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.oneof(fc.nat(2048), fc.nat(70_000)), fc.nat(255)), { maxLength: 40 }),
      fc.constantFrom(null, 3 * MIB, 40 * GIB, Number.MAX_SAFE_INTEGER),
    );
    fc.assert(
      fc.property(changed, ([seed, changes, size]) => {
        const image = seed.slice();
        for (const [at, byte] of changes) if (at < image.length) image[at] = byte;
        // The same bytes again and again: wherever a number leads there is something.
        const pieces = [0, 1, 7, 40, 3000].map((i) => ({ at: i * MIB, bytes: image }));
        const { asked } = readAll(pieces, size);
        expect(asked).toBeLessThanOrEqual(READ_LIMIT);
      }),
      { numRuns: 500 },
    );
  });

  it('asks for nothing twice, and for nothing behind the end', () => {
    const disk = mbr([{ type: 0xef, start: 2000, sectors: 9 }]);
    const size = 1_100_000;
    const first = { at: 0, bytes: patched(new Uint8Array(HEAD_LENGTH), [0, Array.from(disk.subarray(0, 512))]) };
    const ranges = nextRanges([first], size);
    expect(ranges).toEqual([{ at: 1_015_808, length: 16_384 }]);
    const again = nextRanges([first, { at: 1_015_808, bytes: new Uint8Array(16_384) }], size);
    expect(again).toEqual([]);
  });
});
