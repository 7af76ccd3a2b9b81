import { holds, holdsWhatIsThere, orNull, spells, text, u16le, u32le, u8 } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { lookup } from '../lookup.ts';

/** A FAT12, FAT16 or FAT32 file system, as far as booting needs it (Microsoft, "FAT File System Specification", 2005). */
export interface FatFilesystem {
  readonly label: string | null;
  /** Has its boot sector code that does more than complain? */
  readonly bootCode: boolean;
  /** Is there a folder \EFI\BOOT, where UEFI looks on media it has no entry for? null: its root lies beyond the bytes that were read. */
  readonly efiBoot: boolean | null;
  /** libvirt's names of the architectures that folder has a loader for; null: there is no such folder, or it was not read. */
  readonly efiArches: readonly string[] | null;
}

/** UEFI specification 2.10, 3.5.1.1 "Removable Media Boot Behavior", as short names; the last two are too long for one and get a number. */
const LOADERS: Readonly<Record<string, string>> = {
  'BOOTX64 EFI': 'x86_64',
  BOOTIA32EFI: 'i686',
  BOOTAA64EFI: 'aarch64',
  'BOOTARM EFI': 'armv7l',
  'BOOTRI~1EFI': 'riscv64',
  'BOOTLO~1EFI': 'loongarch64',
};

/** mkfs.fat's boot code, which says this and waits. (DOS and Windows have such a line too, in code that does boot when it can.) */
const COMPLAINT = 'This is not a bootable disk';

const ENTRY = 32;
const MAX_ENTRIES = 4096;
/** A folder is asked for in pieces of this size. */
const PIECE = 16 * 1024;
const DIRECTORY = 0x10;
const VOLUME_LABEL = 0x08;
const LONG_NAME = 0x0f;
const DELETED = 0xe5;

interface Layout {
  readonly start: number;
  readonly clusterBytes: number;
  readonly fat: number;
  readonly bits: 12 | 16 | 32;
  /** The fixed root of FAT12 and FAT16, in bytes; for FAT32 the root is a chain from rootCluster. */
  readonly rootAt: number;
  readonly rootBytes: number;
  readonly rootCluster: number;
  readonly data: number;
}

const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

/** The layout that the boot sector at `start` describes, or null: no FAT. The checks are those of the kernel's fat_read_bpb. */
function readLayout(bytes: Bytes, start: number): Layout | null {
  const sector = u16le(bytes, start + 11);
  const clusterSectors = u8(bytes, start + 13);
  const reserved = u16le(bytes, start + 14);
  const fats = u8(bytes, start + 16);
  const media = u8(bytes, start + 21);
  const jump = u8(bytes, start);
  if (jump !== 0xeb && jump !== 0xe9) return null;
  if (!isPowerOfTwo(sector) || sector < 512 || sector > 4096 || !isPowerOfTwo(clusterSectors)) return null;
  if (reserved === 0 || fats === 0 || fats > 2 || (media < 0xf8 && media !== 0xf0)) return null;

  const rootEntries = u16le(bytes, start + 17);
  const fatSectors = u16le(bytes, start + 22) || u32le(bytes, start + 36);
  const sectors = u16le(bytes, start + 19) || u32le(bytes, start + 32);
  const rootAt = start + (reserved + fats * fatSectors) * sector;
  const rootBytes = Math.ceil((rootEntries * ENTRY) / sector) * sector;
  const data = rootAt + rootBytes;
  const clusters = Math.floor((sectors - (data - start) / sector) / clusterSectors);
  if (fatSectors === 0 || clusters < 1) return null;
  const bits = u16le(bytes, start + 22) === 0 ? 32 : clusters < 4085 ? 12 : 16;
  return {
    start,
    clusterBytes: clusterSectors * sector,
    fat: start + reserved * sector,
    bits,
    rootAt,
    rootBytes,
    rootCluster: bits === 32 ? u32le(bytes, start + 44) : 0,
    data,
  };
}

/** The cluster behind this one, or null at the end of the chain (or where the table cannot be read). */
function nextCluster(bytes: Bytes, layout: Layout, cluster: number): number | null {
  const at = layout.fat + Math.floor((cluster * layout.bits) / 8);
  if (!holds(bytes, at, layout.bits === 32 ? 4 : 2)) return null;
  const value =
    layout.bits === 32
      ? u32le(bytes, at) & 0x0fff_ffff
      : layout.bits === 16
        ? u16le(bytes, at)
        : (u16le(bytes, at) >> (cluster & 1 ? 4 : 0)) & 0xfff;
  const end = layout.bits === 32 ? 0x0fff_fff7 : layout.bits === 16 ? 0xfff7 : 0xff7;
  return value < 2 || value >= end ? null : value;
}

/** Offsets of a directory's entries, up to its end; false as the last one: the rest was not read. */
function* entriesOf(bytes: Bytes, layout: Layout, cluster: number): Generator<number | false> {
  const fixed = cluster === 0;
  let here: number | null = cluster;
  for (let seen = 0; here !== null && seen < MAX_ENTRIES;) {
    const at = fixed ? layout.rootAt : layout.data + (here - 2) * layout.clusterBytes;
    const length = fixed ? layout.rootBytes : layout.clusterBytes;
    for (let entry = at; entry < at + length && seen < MAX_ENTRIES; entry += ENTRY, seen += 1) {
      const piece = (entry - at) % PIECE === 0 ? Math.min(PIECE, at + length - entry) : ENTRY;
      if (!holdsWhatIsThere(bytes, entry, piece) || !holds(bytes, entry, ENTRY)) {
        yield false;
        return;
      }
      if (u8(bytes, entry) === 0) return;
      if (u8(bytes, entry) !== DELETED && u8(bytes, entry + 11) !== LONG_NAME) yield entry;
    }
    here = fixed ? null : nextCluster(bytes, layout, here);
  }
}

/** The first cluster of a sub-directory; null: there is none; undefined: not read far enough to tell. */
function findDirectory(bytes: Bytes, layout: Layout, inside: number, name: string): number | null | undefined {
  for (const entry of entriesOf(bytes, layout, inside)) {
    if (entry === false) return undefined;
    if ((u8(bytes, entry + 11) & DIRECTORY) !== 0 && spells(bytes, entry, name.padEnd(11))) {
      const cluster = u16le(bytes, entry + 26) + (layout.bits === 32 ? u16le(bytes, entry + 20) * 0x1_0000 : 0);
      return cluster < 2 ? null : cluster;
    }
  }
  return null;
}

type EfiBoot = Pick<FatFilesystem, 'efiBoot' | 'efiArches'>;

function readEfiBoot(bytes: Bytes, layout: Layout): EfiBoot {
  const efi = findDirectory(bytes, layout, layout.rootCluster, 'EFI');
  const boot = efi == null ? efi : findDirectory(bytes, layout, efi, 'BOOT');
  if (boot == null) return { efiBoot: boot === undefined ? null : false, efiArches: null };
  const arches = new Set<string>();
  for (const entry of entriesOf(bytes, layout, boot)) {
    if (entry === false) return { efiBoot: true, efiArches: null };
    const arch = lookup(LOADERS, text(bytes, entry, 11));
    if (arch !== undefined) arches.add(arch);
  }
  return { efiBoot: true, efiArches: [...arches].sort() };
}

function labelOf(bytes: Bytes, layout: Layout): string | null {
  for (const entry of entriesOf(bytes, layout, layout.rootCluster)) {
    if (entry === false) break;
    if ((u8(bytes, entry + 11) & (VOLUME_LABEL | DIRECTORY)) === VOLUME_LABEL) return orNull(text(bytes, entry, 11));
  }
  const extended = layout.start + (layout.bits === 32 ? 66 : 38);
  if (u8(bytes, extended) !== 0x29) return null;
  const label = orNull(text(bytes, extended + 5, 11));
  return label === 'NO NAME' ? null : label;
}

/** Boot code lies behind the parameter block: what comes before it is a jump and numbers on any FAT. */
function hasBootCode(bytes: Bytes, layout: Layout): boolean {
  const { start } = layout;
  if (u8(bytes, start + 510) !== 0x55 || u8(bytes, start + 511) !== 0xaa) return false;
  const from = start + (layout.bits === 32 ? 90 : 62);
  let words = '';
  let code = false;
  for (let at = from; at < start + 510; at += 1) {
    code ||= u8(bytes, at) !== 0;
    words += String.fromCharCode(u8(bytes, at));
  }
  return code && !words.includes(COMPLAINT);
}

/** The FAT file system that starts at byte `start`, or null. */
export function readFat(bytes: Bytes, start: number): FatFilesystem | null {
  const layout = holds(bytes, start, 512) ? readLayout(bytes, start) : null;
  if (layout === null) return null;
  return {
    label: labelOf(bytes, layout),
    bootCode: hasBootCode(bytes, layout),
    ...readEfiBoot(bytes, layout),
  };
}
