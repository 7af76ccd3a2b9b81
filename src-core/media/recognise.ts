import { allZero } from './bytes.ts';
import { readContainer } from './containers.ts';
import type { Container } from './containers.ts';
import { readFat } from './fat.ts';
import { readFilesystem } from './filesystem.ts';
import { readIso9660 } from './iso9660.ts';
import { hasPartitions, readPartitionTable } from './partition-table.ts';

/** What the first bytes of a medium say. Never the suffix. */
export interface MediumContent {
  /**
   * iso9660: a CD image; disk: a partition table (MBR or GPT); filesystem: a file system without partition table (floppy images, FAT);
   * image: a container format (qcow2, vmdk, …: `format` names it); empty: nothing but zeros or no bytes; unknown: none of these.
   */
  readonly kind: 'iso9660' | 'disk' | 'filesystem' | 'image' | 'empty' | 'unknown';
  /** Container format: raw, qcow2, qcow, qed, vmdk, vdi, vhdx, vpc, luks, … */
  readonly format: string;
  /** Carries boot code for a BIOS; null: cannot be told (inside a container, or beyond the bytes that were read). */
  readonly bios: boolean | null;
  /** Carries an EFI system partition, a FAT with \EFI\BOOT or an El Torito EFI image; null: cannot be told. */
  readonly uefi: boolean | null;
  /** An ISO that is also a disk with something to boot (isohybrid). */
  readonly hybrid: boolean;
  /** Partition table: mbr, gpt or null. */
  readonly partitions: 'mbr' | 'gpt' | null;
  /** Volume label or file system label, trimmed; null without. */
  readonly label: string | null;
  /** GPT disk GUID (with its dashes) or MBR disk signature (8 digits), lower-case hex; null without. For "medium is a clone of the root disk". */
  readonly diskId: string | null;
  /** qcow2 and the like: the file names they point at, or a word in parentheses where the name was not read. */
  readonly backingFile: string | null;
  readonly dataFile: string | null;
  /** Virtual size of a container in bytes, or null. */
  readonly virtualSize: number | null;
}

/** The most of a medium that is ever read, in bytes. Longer input is cut. */
export const HEAD_LENGTH = 1024 * 1024;

/** The last signature looked for (btrfs) ends here: less than this of a longer medium cannot be called empty. */
const LAST_SIGNATURE_END = 0x10048;

const NOTHING: MediumContent = {
  kind: 'unknown',
  format: 'raw',
  bios: false,
  uefi: false,
  hybrid: false,
  partitions: null,
  label: null,
  diskId: null,
  backingFile: null,
  dataFile: null,
  virtualSize: null,
};

/** true if either is, false if both are, else not to be told. */
function either(a: boolean | null, b: boolean | null): boolean | null {
  if (a === true || b === true) return true;
  return a === null || b === null ? null : false;
}

function withoutBytes(head: Uint8Array, size: number | null): MediumContent {
  const seen = size === 0 || head.length >= Math.min(size ?? LAST_SIGNATURE_END, LAST_SIGNATURE_END);
  return seen ? { ...NOTHING, kind: 'empty' } : { ...NOTHING, bios: null, uefi: null };
}

function ofContainer(container: Container): MediumContent {
  const virtualSize = Number.isSafeInteger(container.virtualSize) ? container.virtualSize : null;
  return { ...NOTHING, kind: 'image', bios: null, uefi: null, ...container, virtualSize };
}

function ofIso(head: Uint8Array): MediumContent | null {
  const iso = readIso9660(head);
  if (iso === null) return null;
  const table = readPartitionTable(head);
  const hybrid = table !== null && (table.bootCode || table.efi === true);
  return {
    ...NOTHING,
    kind: 'iso9660',
    label: iso.label,
    bios: either(iso.bios, hybrid && table.bootCode),
    uefi: either(iso.uefi, hybrid && table.efi === true),
    hybrid,
    partitions: table?.kind ?? null,
    diskId: table?.diskId ?? null,
  };
}

function ofFilesystem(head: Uint8Array): MediumContent | null {
  const fat = readFat(head, 0);
  if (fat !== null) {
    return { ...NOTHING, kind: 'filesystem', label: fat.label, bios: fat.bootCode, uefi: fat.efiBoot };
  }
  const filesystem = readFilesystem(head);
  if (filesystem === null) return null;
  return { ...NOTHING, kind: 'filesystem', label: filesystem.label, bios: filesystem.bootCode };
}

function ofDisk(head: Uint8Array): MediumContent | null {
  const table = readPartitionTable(head);
  if (table === null) return null;
  const { bootCode, efi, kind, diskId } = table;
  return { ...NOTHING, kind: 'disk', bios: bootCode, uefi: efi, partitions: kind, diskId };
}

/**
 * Say what a medium is by its first bytes.
 * @param head the first bytes, up to HEAD_LENGTH; fewer are enough for most formats
 * @param size length of the whole medium in bytes, or null: not known
 * Never throws, whatever the bytes; takes time in proportion to their number.
 */
export function recognise(head: Uint8Array, size: number | null): MediumContent {
  const bytes = head.subarray(0, Math.min(HEAD_LENGTH, size ?? HEAD_LENGTH));
  if (allZero(bytes, 0, bytes.length)) return withoutBytes(bytes, size);
  const container = readContainer(bytes, size);
  if (container !== null) return ofContainer(container);
  const iso = ofIso(bytes);
  if (iso !== null) return iso;
  // A FAT has a boot sector too, and a disk may carry the rest of an old file system: partitions decide.
  const [first, second] = hasPartitions(bytes) ? [ofDisk, ofFilesystem] : [ofFilesystem, ofDisk];
  return first(bytes) ?? second(bytes) ?? NOTHING;
}
