import { allZero, guid, holds, spells, u16le, u32le, u64le, u8 } from './bytes.ts';
import { readFat } from './fat.ts';

/** What the start of a partitioned disk says about booting. */
export interface PartitionTable {
  readonly kind: 'mbr' | 'gpt';
  /** Has the boot sector code? (A GPT disk has one for BIOS too, in its protective MBR.) */
  readonly bootCode: boolean;
  /** Is there an EFI system partition, or a FAT partition with \EFI\BOOT? null: a FAT partition lies beyond the bytes that were read. */
  readonly efi: boolean | null;
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

interface MbrEntry {
  readonly type: number;
  readonly start: number;
}

/** The four entries in use, or null: no MBR. An entry's first byte is 0x00 or 0x80; anything else is text or code. */
function mbrEntries(bytes: Uint8Array): MbrEntry[] | null {
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

/** Firmware boots \EFI\BOOT from any FAT file system; none at all is a clear no. */
function anyFatWithEfiBoot(bytes: Uint8Array, starts: readonly number[]): boolean | null {
  let answer: boolean | null = false;
  for (const start of starts) {
    const found = holds(bytes, start, SECTOR) ? (readFat(bytes, start)?.efiBoot ?? null) : null;
    if (found === true) return true;
    if (found === null && !isReadAndNoFat(bytes, start)) answer = null;
  }
  return answer;
}

function isReadAndNoFat(bytes: Uint8Array, start: number): boolean {
  return holds(bytes, start, SECTOR) && readFat(bytes, start) === null;
}

function readGpt(bytes: Uint8Array): PartitionTable | null {
  // 4096 bytes a sector on disks that have no smaller ones.
  const sector = [SECTOR, 4096].find((size) => spells(bytes, size, 'EFI PART'));
  if (sector === undefined) return null;
  const table = u64le(bytes, sector + 72) * sector;
  const count = Math.min(u32le(bytes, sector + 80), MAX_GPT_ENTRIES);
  const entrySize = u32le(bytes, sector + 84);
  const hasEntries = entrySize >= 128 && entrySize <= MAX_GPT_ENTRY_SIZE;
  const fats: number[] = [];
  let efi = false;
  let complete = hasEntries;
  for (let i = 0; hasEntries && i < count; i += 1) {
    const at = table + i * entrySize;
    if (!holds(bytes, at, 128)) {
      complete = false;
      break;
    }
    if (allZero(bytes, at, at + 16)) continue;
    const type = guid(bytes, at);
    efi ||= type === GPT_EFI_SYSTEM;
    if (type === GPT_BASIC_DATA) fats.push(u64le(bytes, at + 32) * sector);
  }
  const onFat = anyFatWithEfiBoot(bytes, fats);
  return {
    kind: 'gpt',
    bootCode: hasBootCode(bytes),
    efi: efi || onFat === true ? true : complete ? onFat : null,
    diskId: allZero(bytes, sector + 56, sector + 72) ? null : guid(bytes, sector + 56),
  };
}

function hasBootCode(bytes: Uint8Array): boolean {
  return u8(bytes, 510) === 0x55 && u8(bytes, 511) === 0xaa && !allZero(bytes, 0, CODE_END);
}

/** The partition table in the first sectors, or null. A boot sector with code and no partition at all counts as one: it is booted alike. */
export function readPartitionTable(bytes: Uint8Array): PartitionTable | null {
  const gpt = readGpt(bytes);
  if (gpt !== null) return gpt;
  const entries = mbrEntries(bytes);
  if (entries === null) return null;
  const bootCode = hasBootCode(bytes);
  if (entries.length === 0 && !bootCode) return null;
  const signature = u32le(bytes, CODE_END);
  const fats = entries.filter((entry) => MBR_FAT.has(entry.type)).map((entry) => entry.start * SECTOR);
  // The header behind a protective MBR is damaged, or logical partitions follow: what is on the disk stands further on.
  const hidden = entries.some((entry) => entry.type === MBR_PROTECTIVE || MBR_EXTENDED.has(entry.type));
  const onFat = anyFatWithEfiBoot(bytes, fats);
  const efi = entries.some((entry) => entry.type === MBR_EFI_SYSTEM) || onFat === true;
  return {
    kind: entries.some((entry) => entry.type === MBR_PROTECTIVE) ? 'gpt' : 'mbr',
    bootCode,
    efi: efi ? true : hidden ? null : onFat,
    diskId: signature === 0 ? null : signature.toString(16).padStart(8, '0'),
  };
}

/** Is this a boot sector with a partition in it? (A FAT without partitions has a boot sector as well.) */
export function hasPartitions(bytes: Uint8Array): boolean {
  return readGpt(bytes) !== null || (mbrEntries(bytes)?.length ?? 0) > 0;
}

/** The 16-bit mark of a boot sector, whatever it holds. */
export function hasBootMark(bytes: Uint8Array, start: number): boolean {
  return u16le(bytes, start + 510) === 0xaa55;
}
