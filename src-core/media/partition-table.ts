import { allZero, guid, holds, holdsWhatIsThere, spells, u16le, u32le, u64le, u8 } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { readFat } from './fat.ts';

/** What the start of a partitioned disk says about booting. */
export interface PartitionTable {
  readonly kind: 'mbr' | 'gpt';
  /** Has the boot sector code? (A GPT disk has one for BIOS too, in its protective MBR.) */
  readonly bootCode: boolean;
  /** Is there an EFI system partition, or a FAT partition with \EFI\BOOT? null: a FAT partition lies beyond the bytes that were read. */
  readonly efi: boolean | null;
  /** Architectures that \EFI\BOOT has a loader for, on all of those; null: not all could be looked into, or there is none. */
  readonly efiArches: readonly string[] | null;
  readonly diskId: string | null;
}

const SECTOR = 512;
/** The boot sector's code ends where the disk signature begins. */
const CODE_END = 440;
const MBR_EFI_SYSTEM = 0xef;
const MBR_PROTECTIVE = 0xee;
/** FAT in its MBR types: firmware looks for \EFI\BOOT on any of them. */
const MBR_FAT = new Set([0x01, 0x04, 0x06, 0x0b, 0x0c, 0x0e]);
const MBR_EXTENDED = new Set([0x05, 0x0f, 0x85]);
const GPT_EFI_SYSTEM = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
/** "Microsoft basic data": FAT on sticks made under Windows. */
const GPT_BASIC_DATA = 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7';
/** The UEFI specification asks for 128; more than this is no disk that boots. */
const MAX_GPT_ENTRIES = 1024;
const MAX_GPT_ENTRY_SIZE = 4096;
/** No more file systems than these are looked into. */
const MAX_FATS = 8;

interface MbrEntry {
  readonly type: number;
  readonly start: number;
}

/** The four entries in use, or null: no MBR. An entry's first byte is 0x00 or 0x80; anything else is text or code. */
function mbrEntries(bytes: Bytes): MbrEntry[] | null {
  if (!holds(bytes, 0, SECTOR) || u8(bytes, 510) !== 0x55 || u8(bytes, 511) !== 0xaa) return null;
  const entries: MbrEntry[] = [];
  for (let at = 446; at < 510; at += 16) {
    const status = u8(bytes, at);
    if (status !== 0 && status !== 0x80) return null;
    const type = u8(bytes, at + 4);
    if (type !== 0 && u32le(bytes, at + 12) !== 0) entries.push({ type, start: u32le(bytes, at + 8) });
  }
  return entries;
}

type Efi = Pick<PartitionTable, 'efi' | 'efiArches'>;

/**
 * What UEFI finds on partitions that start at these bytes. An EFI system partition counts as one whatever is on it; other FAT file
 * systems count where they have \EFI\BOOT: firmware boots from any.
 */
function readEfi(bytes: Bytes, systemPartitions: readonly number[], others: readonly number[]): Efi {
  let efi: boolean | null = systemPartitions.length > 0;
  let complete = true;
  const arches = new Set<string>();
  for (const start of new Set([...systemPartitions, ...others])) {
    const fat = holds(bytes, start, SECTOR) ? readFat(bytes, start) : undefined;
    const found = fat === null ? false : (fat?.efiBoot ?? null);
    if (found === true || (found === null && efi === false)) efi = found;
    complete &&= found === false || fat?.efiArches != null;
    for (const arch of fat?.efiArches ?? []) arches.add(arch);
  }
  return { efi, efiArches: efi === true && complete ? [...arches].sort() : null };
}

function readGpt(bytes: Bytes): PartitionTable | null {
  // 4096 bytes a sector on disks that have no smaller ones.
  const sector = [SECTOR, 4096].find((size) => spells(bytes, size, 'EFI PART'));
  if (sector === undefined) return null;
  const table = u64le(bytes, sector + 72) * sector;
  const count = Math.min(u32le(bytes, sector + 80), MAX_GPT_ENTRIES);
  const entrySize = u32le(bytes, sector + 84);
  const hasEntries = entrySize >= 128 && entrySize <= MAX_GPT_ENTRY_SIZE;
  const fats: number[] = [];
  const systemPartitions: number[] = [];
  let complete = hasEntries;
  if (hasEntries) holdsWhatIsThere(bytes, table, count * entrySize);
  for (let i = 0; hasEntries && i < count; i += 1) {
    const at = table + i * entrySize;
    if (!holds(bytes, at, 128)) {
      complete = false;
      break;
    }
    if (allZero(bytes, at, at + 16)) continue;
    const type = guid(bytes, at);
    const start = u64le(bytes, at + 32) * sector;
    if (type === GPT_EFI_SYSTEM) systemPartitions.push(start);
    if (type === GPT_BASIC_DATA) fats.push(start);
  }
  const found = readEfi(bytes, systemPartitions.slice(0, MAX_FATS), fats.slice(0, MAX_FATS));
  return {
    kind: 'gpt',
    bootCode: hasBootCode(bytes),
    efi: complete || found.efi === true ? found.efi : null,
    efiArches: found.efiArches,
    diskId: allZero(bytes, sector + 56, sector + 72) ? null : guid(bytes, sector + 56),
  };
}

function hasBootCode(bytes: Bytes): boolean {
  return u8(bytes, 510) === 0x55 && u8(bytes, 511) === 0xaa && !allZero(bytes, 0, CODE_END);
}

/** The partition table in the first sectors, or null. A boot sector with code and no partition at all counts as one: it is booted alike. */
export function readPartitionTable(bytes: Bytes): PartitionTable | null {
  const gpt = readGpt(bytes);
  if (gpt !== null) return gpt;
  const entries = mbrEntries(bytes);
  if (entries === null) return null;
  const bootCode = hasBootCode(bytes);
  if (entries.length === 0 && !bootCode) return null;
  const signature = u32le(bytes, CODE_END);
  const startsOf = (isOne: (type: number) => boolean) =>
    entries.filter(({ type }) => isOne(type)).map(({ start }) => start * SECTOR);
  const found = readEfi(
    bytes,
    startsOf((type) => type === MBR_EFI_SYSTEM),
    startsOf((type) => MBR_FAT.has(type)),
  );
  // The header behind a protective MBR is damaged, or logical partitions follow: what is on the disk stands further on.
  const hidden = entries.some((entry) => entry.type === MBR_PROTECTIVE || MBR_EXTENDED.has(entry.type));
  return {
    kind: entries.some((entry) => entry.type === MBR_PROTECTIVE) ? 'gpt' : 'mbr',
    bootCode,
    efi: hidden && found.efi === false ? null : found.efi,
    efiArches: found.efiArches,
    diskId: signature === 0 ? null : signature.toString(16).padStart(8, '0'),
  };
}

/** Is this a boot sector with a partition in it? (A FAT without partitions has a boot sector as well.) */
export function hasPartitions(bytes: Bytes): boolean {
  return readGpt(bytes) !== null || (mbrEntries(bytes)?.length ?? 0) > 0;
}

/** The 16-bit mark of a boot sector, whatever it holds. */
export function hasBootMark(bytes: Bytes, start: number): boolean {
  return u16le(bytes, start + 510) === 0xaa55;
}
