import { holds, holdsWhatIsThere, orNull, spells, text, u16le, u32le, u8 } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { readFat } from './fat.ts';

/** An ISO 9660 image with its El Torito boot catalog ("El Torito" Bootable CD-ROM Format Specification 1.0, 1995). */
export interface Iso9660 {
  readonly label: string | null;
  /** El Torito has an entry for a BIOS; null: the catalog lies beyond the bytes that were read. */
  readonly bios: boolean | null;
  /** El Torito has an entry for UEFI (platform 0xEF); null as above. */
  readonly uefi: boolean | null;
  /** Architectures that \EFI\BOOT of its EFI images has a loader for; null: there is none, or not all could be looked into. */
  readonly efiArches: readonly string[] | null;
}

const SECTOR = 2048;
const FIRST_DESCRIPTOR = 16;
const MAX_DESCRIPTORS = 64;
const PRIMARY = 1;
const BOOT_RECORD = 0;
const TERMINATOR = 255;

const ENTRY = 32;
/** Two sectors of catalog: no image has more. */
const MAX_CATALOG_ENTRIES = 128;
/** No more boot images than these are looked into. */
const MAX_IMAGES = 8;
const VALIDATION = 0x01;
const BOOTABLE = 0x88;
const HEADER_MORE = 0x90;
const HEADER_LAST = 0x91;
const EXTENSION = 0x44;
const PLATFORM_X86 = 0x00;
const PLATFORM_EFI = 0xef;

type Catalog = Pick<Iso9660, 'bios' | 'uefi' | 'efiArches'>;
const NOT_BOOTABLE: Catalog = { bios: false, uefi: false, efiArches: null };
const NOT_READ: Catalog = { bios: null, uefi: null, efiArches: null };

/** The validation entry's 16-bit words add up to 0; firmware passes over a catalog where they do not. */
function isValid(bytes: Bytes, at: number): boolean {
  let sum = 0;
  for (let i = 0; i < ENTRY; i += 2) sum += u16le(bytes, at + i);
  return u8(bytes, at) === VALIDATION && u16le(bytes, at + 30) === 0xaa55 && (sum & 0xffff) === 0;
}

/** An EFI boot image is a FAT file system. */
function archesOf(bytes: Bytes, images: readonly number[]): readonly string[] | null {
  const arches = new Set<string>();
  for (const image of images.slice(0, MAX_IMAGES)) {
    const found = readFat(bytes, image)?.efiArches;
    if (found == null) return null;
    for (const arch of found) arches.add(arch);
  }
  return images.length === 0 ? null : [...arches].sort();
}

function readCatalog(bytes: Bytes, start: number): Catalog {
  if (!holdsWhatIsThere(bytes, start, SECTOR)) return NOT_READ;
  if (!isValid(bytes, start)) return NOT_BOOTABLE;
  const platforms = new Set<number>();
  const efiImages: number[] = [];
  const note = (platform: number, entry: number) => {
    if (u8(bytes, entry) !== BOOTABLE) return;
    platforms.add(platform);
    if (platform === PLATFORM_EFI) efiImages.push(u32le(bytes, entry + 8) * SECTOR);
  };
  note(u8(bytes, start + 1), start + ENTRY);

  let at = start + 2 * ENTRY;
  const end = start + MAX_CATALOG_ENTRIES * ENTRY;
  for (let last = false; !last && at < end;) {
    const indicator = u8(bytes, at);
    if (indicator !== HEADER_MORE && indicator !== HEADER_LAST) break;
    last = indicator === HEADER_LAST;
    const platform = u8(bytes, at + 1);
    let entries = u16le(bytes, at + 2);
    at += ENTRY;
    for (; at < end && (entries > 0 || u8(bytes, at) === EXTENSION); at += ENTRY) {
      if (u8(bytes, at) === EXTENSION) continue;
      entries -= 1;
      note(platform, at);
    }
  }
  return {
    bios: platforms.has(PLATFORM_X86),
    uefi: platforms.has(PLATFORM_EFI),
    efiArches: archesOf(bytes, efiImages),
  };
}

/** The ISO 9660 file system in an image, or null. */
export function readIso9660(bytes: Bytes): Iso9660 | null {
  let label: string | null | undefined;
  let catalog: Catalog = NOT_BOOTABLE;
  for (let i = 0; i < MAX_DESCRIPTORS; i += 1) {
    const at = (FIRST_DESCRIPTOR + i) * SECTOR;
    if (!holds(bytes, at, SECTOR) || !spells(bytes, at + 1, 'CD001')) break;
    const type = u8(bytes, at);
    if (type === TERMINATOR) break;
    if (type === PRIMARY) label ??= orNull(text(bytes, at + 40, 32));
    if (type === BOOT_RECORD && spells(bytes, at + 7, 'EL TORITO SPECIFICATION')) {
      catalog = readCatalog(bytes, u32le(bytes, at + 71) * SECTOR);
    }
  }
  return label === undefined ? null : { label, ...catalog };
}
