import { allZero, viewOf } from './bytes.ts';
import type { Bytes, Part, Range } from './bytes.ts';
import { readContainer } from './containers.ts';
import type { Container } from './containers.ts';
import { readFat } from './fat.ts';
import { readFilesystem } from './filesystem.ts';
import { readIso9660 } from './iso9660.ts';
import { hasPartitions, readPartitionTable } from './partition-table.ts';
import { insideQcow2 } from './qcow2-inside.ts';

/** What the first bytes of a medium say. Never the suffix. */
export interface MediumContent {
  /**
   * iso9660: a CD image; disk: a partition table (MBR or GPT); filesystem: a file system without partition table (floppy images, FAT);
   * image: a container format (qcow2, vmdk, …: `format` names it); empty: nothing but zeros or no bytes; unknown: none of these.
   */
  readonly kind: 'iso9660' | 'disk' | 'filesystem' | 'image' | 'empty' | 'unknown';
  /** Container format: raw, qcow2, qcow, qed, vmdk, vdi, vhdx, vpc, luks, …; of packed files and archives how: gzip, xz, zip, tar, … */
  readonly format: string;
  /** Carries boot code for a BIOS; null: cannot be told (inside a container, or beyond the bytes that were read). */
  readonly bios: boolean | null;
  /** Carries an EFI system partition, a FAT with \EFI\BOOT or an El Torito EFI image; null: cannot be told. */
  readonly uefi: boolean | null;
  /** Architectures (libvirt's names) that \EFI\BOOT has a loader for; null: not looked into. Empty with `uefi` true: no loader under its usual name. */
  readonly efiArches: readonly string[] | null;
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
  /** Its content is encrypted (LUKS, or encryption inside of qcow2): QEMU needs a key to open it. */
  readonly encrypted: boolean;
  /** Virtual size of a container in bytes, or null. */
  readonly virtualSize: number | null;
}

/** What is read of a medium first, in bytes: nearly every signature is in it. reading.ts says what more. */
export const HEAD_LENGTH = 512 * 1024;

/** The last signature looked for (btrfs) ends here: less than this of a longer medium cannot be called empty. */
const LAST_SIGNATURE_END = 0x10048;

const NOTHING: MediumContent = {
  kind: 'unknown',
  format: 'raw',
  bios: false,
  uefi: false,
  efiArches: null,
  hybrid: false,
  partitions: null,
  label: null,
  diskId: null,
  backingFile: null,
  dataFile: null,
  encrypted: false,
  virtualSize: null,
};

/** true if either is, false if both are, else not to be told. */
function either(a: boolean | null, b: boolean | null): boolean | null {
  if (a === true || b === true) return true;
  return a === null || b === null ? null : false;
}

function withoutBytes({ parts: [first] }: Bytes, size: number | null): MediumContent {
  const head = first?.at === 0 ? first.bytes.length : 0;
  const seen = size === 0 || head >= Math.min(size ?? LAST_SIGNATURE_END, LAST_SIGNATURE_END);
  return seen ? { ...NOTHING, kind: 'empty' } : { ...NOTHING, bios: null, uefi: null };
}

/** What the disk inside an image says of booting; nothing where it cannot be read. */
type Inside = Pick<MediumContent, 'bios' | 'uefi' | 'efiArches' | 'partitions' | 'label' | 'diskId'>;
const UNREAD: Inside = { bios: null, uefi: null, efiArches: null, partitions: null, label: null, diskId: null };

function insideOf(bytes: Bytes): Inside | null {
  return insideQcow2(bytes, (inside) => {
    // An image inside of an image is a file to the guest, and boots nothing.
    const { bios, uefi, efiArches, partitions, label, diskId } = ofPlain(inside, inside.end);
    return { bios, uefi, efiArches, partitions, label, diskId };
  });
}

function ofContainer(container: Container, inside: Inside | null): MediumContent {
  const virtualSize = Number.isSafeInteger(container.virtualSize) ? container.virtualSize : null;
  return { ...NOTHING, kind: 'image', ...(inside ?? UNREAD), ...container, virtualSize };
}

function ofIso(head: Bytes): MediumContent | null {
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
    efiArches: iso.efiArches ?? (hybrid ? table.efiArches : null),
    hybrid,
    partitions: table?.kind ?? null,
    diskId: table?.diskId ?? null,
  };
}

function ofFilesystem(head: Bytes): MediumContent | null {
  const fat = readFat(head, 0);
  if (fat !== null) {
    return {
      ...NOTHING,
      kind: 'filesystem',
      label: fat.label,
      bios: fat.bootCode,
      uefi: fat.efiBoot,
      efiArches: fat.efiArches,
    };
  }
  const filesystem = readFilesystem(head);
  if (filesystem === null) return null;
  return { ...NOTHING, kind: 'filesystem', label: filesystem.label, bios: filesystem.bootCode };
}

function ofDisk(head: Bytes): MediumContent | null {
  const table = readPartitionTable(head);
  if (table === null) return null;
  const { bootCode, efi, efiArches, kind, diskId } = table;
  return { ...NOTHING, kind: 'disk', bios: bootCode, uefi: efi, efiArches, partitions: kind, diskId };
}

/**
 * Say what a medium is by its first bytes.
 * @param head the first bytes; HEAD_LENGTH of them are enough for most media, and fewer for most formats
 * @param size length of the whole medium in bytes, or null: not known
 * Never throws, whatever the bytes; takes time in proportion to their number.
 */
export function recognise(head: Uint8Array, size: number | null): MediumContent {
  return examine([{ at: 0, bytes: head }], size).content;
}

/** The same by whatever parts of the medium were read, and which more would tell more (`wanted`; they may overlap). */
export function examine(
  parts: readonly Part[],
  size: number | null,
): { readonly content: MediumContent; readonly wanted: readonly Range[] } {
  const bytes = viewOf(parts, size);
  return { content: contentOf(bytes, size), wanted: bytes.wanted };
}

function contentOf(bytes: Bytes, size: number | null): MediumContent {
  const container = readContainer(bytes, size);
  if (container !== null) return ofContainer(container, container.format === 'qcow2' ? insideOf(bytes) : null);
  return ofPlain(bytes, size);
}

/** A medium that is no container. */
function ofPlain(bytes: Bytes, size: number | null): MediumContent {
  if (bytes.parts.every((part) => allZero(bytes, part.at, part.at + part.bytes.length)))
    return withoutBytes(bytes, size);
  const iso = ofIso(bytes);
  if (iso !== null) return iso;
  // A FAT has a boot sector too, and a disk may carry the rest of an old file system: partitions decide.
  const [first, second] = hasPartitions(bytes) ? [ofDisk, ofFilesystem] : [ofFilesystem, ofDisk];
  return first(bytes) ?? second(bytes) ?? NOTHING;
}
