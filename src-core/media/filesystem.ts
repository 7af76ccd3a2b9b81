import { allZero, orNull, spells, text } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { hasBootMark } from './partition-table.ts';

/** A file system that fills a whole image, other than FAT and ISO 9660. */
export interface Filesystem {
  readonly label: string | null;
  readonly bootCode: boolean;
}

interface Kind {
  /** Where its signature stands. */
  readonly at: number;
  readonly signature: string;
  readonly label: { readonly at: number; readonly length: number } | null;
  /** The bytes that a boot sector's code may take; null: it has no place for any. */
  readonly code: { readonly from: number; readonly to: number } | null;
}

/** Offsets as in each file system's superblock; the same that blkid knows. */
const KINDS: readonly Kind[] = [
  // ext2, ext3, ext4: the superblock is at 1024, the first two sectors are the boot loader's.
  { at: 0x438, signature: '\x53\xef', label: { at: 0x478, length: 16 }, code: { from: 0, to: 510 } },
  { at: 0, signature: 'XFSB', label: { at: 108, length: 12 }, code: null },
  { at: 0x10040, signature: '_BHRfS_M', label: { at: 0x1012b, length: 256 }, code: { from: 0, to: 510 } },
  { at: 3, signature: 'NTFS    ', label: null, code: { from: 84, to: 510 } },
  { at: 3, signature: 'EXFAT   ', label: null, code: { from: 120, to: 510 } },
  { at: 0, signature: 'hsqs', label: null, code: null },
  // UDF: its recognition sequence stands where ISO 9660 has its descriptors.
  { at: 32769, signature: 'BEA01', label: null, code: null },
];

/** The file system that fills the image, or null. */
export function readFilesystem(bytes: Bytes): Filesystem | null {
  const kind = KINDS.find(({ at, signature }) => spells(bytes, at, signature));
  if (kind === undefined) return null;
  return {
    label: kind.label === null ? null : orNull(text(bytes, kind.label.at, kind.label.length)),
    bootCode: kind.code !== null && hasBootMark(bytes, 0) && !allZero(bytes, kind.code.from, kind.code.to),
  };
}
