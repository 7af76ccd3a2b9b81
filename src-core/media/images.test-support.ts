/** Builders of small images, byte by byte, for the tests of media. What real tools write was compared once: see recognise.test.ts. */

type Part = readonly [at: number, content: string | readonly number[]];

/** A copy of an image with bytes or ASCII text put in at these places. */
export function patched(image: Uint8Array, ...parts: readonly Part[]): Uint8Array {
  const copy = image.slice();
  for (const [at, content] of parts) {
    copy.set(typeof content === 'string' ? Array.from(content, (char) => char.charCodeAt(0)) : content, at);
  }
  return copy;
}

export const bytes = (length: number, ...parts: readonly Part[]): Uint8Array =>
  patched(new Uint8Array(length), ...parts);

/** A number in `length` bytes, least significant first. */
export function le(value: number, length: number): number[] {
  return Array.from({ length }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);
}

/** A number in `length` bytes, most significant first. */
export function be(value: number, length: number): number[] {
  return le(value, length).reverse();
}

const BOOT_MARK = [510, [0x55, 0xaa]] as const;
/** cli; hlt; jmp */
export const CODE = [0xfa, 0xf4, 0xeb, 0xfd] as const;

export interface MbrPartition {
  readonly type: number;
  readonly start: number;
  readonly sectors: number;
}

export function mbr(partitions: readonly MbrPartition[], code: readonly number[] = [], signature = 0): Uint8Array {
  const entries = partitions.flatMap(({ type, start, sectors }) => [
    0,
    0,
    2,
    0,
    type,
    0,
    0,
    0,
    ...le(start, 4),
    ...le(sectors, 4),
  ]);
  return bytes(64 * 1024, [0, code], [440, le(signature, 4)], [446, entries], BOOT_MARK);
}

export const GUID = {
  efiSystem: [0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b],
  linux: [0xaf, 0x3d, 0xc6, 0x0f, 0x83, 0x84, 0x72, 0x47, 0x8e, 0x79, 0x3d, 0x69, 0xd8, 0x47, 0x7d, 0xe4],
  biosBoot: [0x48, 0x61, 0x68, 0x21, 0x49, 0x64, 0x6f, 0x6e, 0x74, 0x4e, 0x65, 0x65, 0x64, 0x45, 0x46, 0x49],
  basicData: [0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44, 0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7],
  disk: [0x78, 0x56, 0x34, 0x12, 0xcd, 0xab, 0x01, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef],
} as const;

/** A GPT disk: protective MBR, header, entries of the given types from sector 2 on; each partition starts at sector 64. */
export function gpt(types: readonly (readonly number[])[], code: readonly number[] = [], sector = 512): Uint8Array {
  const entries = types.flatMap((type) => [
    ...type,
    ...GUID.disk,
    ...le(64, 8),
    ...le(127, 8),
    ...new Array<number>(80).fill(0),
  ]);
  const protective = mbr([{ type: 0xee, start: 1, sectors: 0xffff_ffff }], code);
  return patched(
    protective,
    [sector, 'EFI PART'],
    [sector + 56, GUID.disk],
    [sector + 72, le(2, 8)],
    [sector + 80, le(128, 4)],
    [sector + 84, le(128, 4)],
    [2 * sector, entries],
  );
}

const SECTOR = 2048;

/** A boot catalog's validation entry for a platform, with its checksum. */
export function validationEntry(platform: number): number[] {
  const entry = [1, platform, ...new Array<number>(26).fill(0), 0, 0, 0x55, 0xaa];
  let sum = 0;
  for (let i = 0; i < 32; i += 2) sum += (entry[i] ?? 0) + (entry[i + 1] ?? 0) * 256;
  const checksum = -sum & 0xffff;
  return [...entry.slice(0, 28), ...le(checksum, 2), 0x55, 0xaa];
}

export const catalogEntry = (indicator: number): number[] => [
  indicator,
  0,
  0,
  0,
  0,
  0,
  4,
  0,
  ...le(20, 4),
  ...new Array<number>(20).fill(0),
];
export const sectionHeader = (indicator: number, platform: number, entries: number): number[] => [
  indicator,
  platform,
  ...le(entries, 2),
  ...new Array<number>(28).fill(0),
];

export function iso(label: string, catalog: readonly number[] | null, catalogSector = 19): Uint8Array {
  const image = bytes(
    40 * SECTOR,
    [16 * SECTOR, `\x01CD001\x01`],
    [16 * SECTOR + 40, label.padEnd(32)],
    [18 * SECTOR, `\xffCD001\x01`],
  );
  if (catalog === null) return patched(image, [17 * SECTOR, `\xffCD001\x01`]);
  const withRecord = patched(
    image,
    [17 * SECTOR, '\0CD001\x01EL TORITO SPECIFICATION'],
    [17 * SECTOR + 71, le(catalogSector, 4)],
  );
  return catalogSector < 40 ? patched(withRecord, [catalogSector * SECTOR, catalog]) : withRecord;
}

/** What FAT12, FAT16 and FAT32 differ in; all have clusters of one sector, so that folders are small. */
const FAT_SHAPES = {
  12: { sectors: 2880, rootEntries: 224, fatSectors: 9, reserved: 1, media: 0xf0 },
  16: { sectors: 16384, rootEntries: 512, fatSectors: 64, reserved: 4, media: 0xf8 },
  32: { sectors: 70000, rootEntries: 0, fatSectors: 547, reserved: 32, media: 0xf8 },
} as const;

/** A FAT file system with a chain of nested folders in its root, at `start`. */
export function fat(
  bits: 12 | 16 | 32,
  folders: readonly string[],
  options: { code?: string; label?: string; start?: number } = {},
): Uint8Array {
  const { sectors, rootEntries, fatSectors, reserved, media } = FAT_SHAPES[bits];
  const start = options.start ?? 0;
  const table = start + reserved * 512;
  const root = table + 2 * fatSectors * 512;
  const data = root + rootEntries * 32;
  const small = sectors < 65536;
  const firstFree = bits === 32 ? 3 : 2;
  const entry = (name: string, attributes: number, cluster: number): number[] => [
    ...Array.from(name.padEnd(11), (char) => char.charCodeAt(0)),
    attributes,
    ...new Array<number>(14).fill(0),
    ...le(cluster, 2),
    0,
    0,
    0,
    0,
  ];
  const places = folders.map((name, i): [number, number[]] => [
    // The first folder stands in the root behind a label and a deleted entry; each other one in the folder before it.
    i === 0 ? root : data + (firstFree + i - 1 - 2) * 512,
    [
      ...(i === 0 ? [...entry(options.label ?? 'LABEL', 8, 0), ...entry('\xe5LD', 0x10, 9)] : []),
      ...entry(name, 0x10, firstFree + i),
    ],
  ]);
  const extended = bits === 32 ? 66 : 38;
  return bytes(
    1024 * 1024,
    [start, [0xeb, 0x3c, 0x90]],
    [start + 3, 'MSDOS5.0'],
    [start + 11, le(512, 2)],
    [start + 13, [1]],
    [start + 14, le(reserved, 2)],
    [start + 16, [2]],
    [start + 17, le(rootEntries, 2)],
    [start + 19, le(small ? sectors : 0, 2)],
    [start + 21, [media]],
    [start + 22, le(bits === 32 ? 0 : fatSectors, 2)],
    [start + 32, le(small ? 0 : sectors, 4)],
    ...(bits === 32
      ? ([
          [start + 36, le(fatSectors, 4)],
          [start + 44, le(2, 4)],
        ] as const)
      : []),
    [start + extended, [0x29]],
    [start + extended + 5, 'NO NAME    '],
    [start + extended + 24, options.code ?? ''],
    [start + 510, [0x55, 0xaa]],
    ...places,
  );
}

export interface Qcow2Options {
  readonly version: number;
  readonly size: number;
  readonly backingFile?: string;
  readonly dataFile?: string;
  readonly external?: boolean;
}

export function qcow2({ version, size, backingFile, dataFile, external }: Qcow2Options): Uint8Array {
  const extensionsAt = version >= 3 ? 104 : 72;
  return bytes(
    65536,
    [0, 'QFI\xfb'],
    [4, be(version, 4)],
    [8, be(backingFile === undefined ? 0 : 1024, 8)],
    [16, be(backingFile?.length ?? 0, 4)],
    [24, be(size, 8)],
    [79, [external === true ? 4 : 0]],
    [100, version >= 3 ? be(104, 4) : []],
    [extensionsAt, dataFile === undefined ? [] : [...be(0xe2792aca, 4), ...be(3, 4), 0x72, 0x61, 0x77, 0, 0, 0, 0, 0]],
    [extensionsAt + 16, dataFile === undefined ? [] : [...be(0x44415441, 4), ...be(dataFile.length, 4)]],
    [extensionsAt + 24, dataFile ?? ''],
    [1024, backingFile ?? ''],
  );
}
