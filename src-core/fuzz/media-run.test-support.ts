/**
 * Spoilt media through the reader of first bytes: `node media-run.test-support.ts CASES SEED`. It is read as a host reads it, by the ranges
 * that are asked for; each answer has the shape of its type, and depends on nothing outside of what was read.
 */
import { z } from 'zod';
import { readBootFile } from '../media/boot-file.ts';
import type { Part } from '../media/bytes.ts';
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
} from '../media/images.test-support.ts';
import { MAX_ROUNDS, READ_LIMIT, nextRanges } from '../media/reading.ts';
import { examine, recognise } from '../media/recognise.ts';
import type { MediumContent } from '../media/recognise.ts';
import { reporter } from './measured.test-support.ts';
import { randomOf } from './random.test-support.ts';
import type { Random } from './random.test-support.ts';

const SEEDS: readonly Uint8Array[] = [
  mbr([{ type: 0x0c, start: 1, sectors: 4096 }], CODE, 7),
  gpt([GUID.linux, GUID.efiSystem, GUID.basicData], CODE),
  gpt([GUID.efiSystem], [], 4096),
  iso('RESCUE', [...validationEntry(0), ...catalogEntry(0x88), ...sectionHeader(0x91, 0xef, 9), ...catalogEntry(0x88)]),
  iso('PLAIN', null),
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
  bytes(4096, [0, 'QED\0'], [16, [1]], [56, le(100, 4)], [60, le(4, 4)], [100, 'base']),
  bytes(4096, [0, 'conectix'], [60, [0, 0, 0, 4]], [16, [0, 0, 0, 0, 0, 0, 2, 0]]),
  bytes(266_240, [0, 'vhdxfile'], [196_608, 'regi']),
  bytes(4096, [0x438, [0x53, 0xef]], [0x478, 'rootfs']),
  bytes(4096, [0, 'MZ'], [0x202, 'HdrS'], [0x206, [0x0f, 2]]),
  bytes(4096, [0, '\x7fELF'], [16, [2, 0, 0x3e, 0]]),
  bytes(2048, [0, '070701']),
];

function mutate(image: Uint8Array, random: Random): Uint8Array {
  let spoilt = image.slice(0, random.chance(0.2) ? random.below(image.length + 1) : image.length);
  if (random.chance(0.1)) {
    const other = random.pick(SEEDS);
    const joined = new Uint8Array(spoilt.length + other.length);
    joined.set(spoilt);
    joined.set(other, spoilt.length);
    spoilt = joined;
  }
  const places = [520, 520, 4096, 8192, 40_000, 131_072];
  for (let i = random.below(16); i > 0 && spoilt.length > 0; i -= 1) {
    const at = random.below(Math.min(random.pick(places), spoilt.length));
    const width = random.pick([1, 1, 2, 4, 8]);
    const value = random.pick([0, 1, 2, 0x7f, 0x80, 0xfe, 0xff, random.below(256)]);
    if (random.chance(0.3)) spoilt[at] = (spoilt[at] ?? 0) ^ (1 << random.below(8));
    else spoilt.fill(value, at, at + width);
  }
  return spoilt;
}

const words = z
  .string()
  .min(1)
  .max(1023)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u)
  .nullable();
const contentSchema: z.ZodType<MediumContent> = z.strictObject({
  kind: z.enum(['iso9660', 'disk', 'filesystem', 'image', 'empty', 'unknown']),
  format: z.string().regex(/^[a-z0-9-]{2,12}$/),
  bios: z.boolean().nullable(),
  uefi: z.boolean().nullable(),
  efiArches: z.array(z.string().regex(/^[a-z0-9_]+$/)).nullable(),
  hybrid: z.boolean(),
  partitions: z.enum(['mbr', 'gpt']).nullable(),
  label: words,
  diskId: z
    .string()
    .regex(/^[0-9a-f-]{8,36}$/)
    .nullable(),
  backingFile: words,
  dataFile: words,
  encrypted: z.boolean(),
  virtualSize: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).nullable(),
});

/** A part as a host gives it, and behind it, in the same memory, something that is none of the reader's business. */
function given(image: Uint8Array, at: number, length: number, around: number): Part {
  const memory = new Uint8Array(length + 64).fill(around);
  const inside = memory.subarray(32, 32 + length);
  inside.fill(0);
  inside.set(image.subarray(Math.min(at, image.length), Math.min(at + length, image.length)));
  return { at, bytes: inside };
}

/** Read it as the facts service does. `around`: what stands in memory beside each part. */
function readMedium(image: Uint8Array, size: number | null, around: number): MediumContent {
  const parts: Part[] = [];
  let read = 0;
  const end = size ?? Infinity;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const ranges = nextRanges(parts, size);
    if (ranges.length === 0) break;
    for (const { at, length } of ranges) {
      if (!Number.isSafeInteger(at) || at < 0 || length <= 0 || at + length > end)
        throw new Error(`asks for ${length} bytes at ${at} of ${end}`);
      read += length;
      if (read > READ_LIMIT) throw new Error(`asks for ${read} bytes`);
      parts.push(given(image, at, length, around));
    }
  }
  return examine(parts, size).content;
}

function answer(image: Uint8Array, size: number | null): string {
  const content = readMedium(image, size, 0xff);
  const checked = contentSchema.safeParse(content);
  if (!checked.success) throw new Error(`no such answer: ${JSON.stringify(content)}: ${checked.error.message}`);
  if (JSON.stringify(readMedium(image, size, 0)) !== JSON.stringify(content))
    throw new Error('the answer depends on what stands beside the bytes');
  return `${content.kind} ${content.format}`;
}

function runMedia(cases: number, seed: number): void {
  const report = reporter(cases, seed);
  for (let index = 0; index < cases; index += 1) {
    const random = randomOf(seed + index);
    const image = mutate(random.pick(SEEDS), random);
    const length = image.length;
    const size = random.pick([length, length, null, 2 ** 20, 2 ** 40, Number.MAX_SAFE_INTEGER, 0, 1, 511]);
    const what = `SALVOR_SEED=${seed + index} of 1 case: ${length} bytes of ${String(size)}`;
    try {
      const reading = () => {
        readMedium(image, size, 0);
      };
      report.measure(`read, ${what}`, reading);
      report.measure(`recognise, ${what}`, () => void recognise(image, size));
      report.measure(`boot file, ${what}`, () => void readBootFile(image, size));
      report.answer(answer(image, size));
    } catch (error) {
      report.fail(`${what}: ${error instanceof Error ? (error.stack ?? '').slice(0, 1500) : String(error)}`);
    }
  }
  report.print();
}

if (process.argv[1] === import.meta.filename) runMedia(Number(process.argv[2]), Number(process.argv[3]));
