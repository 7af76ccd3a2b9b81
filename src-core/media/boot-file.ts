import { spells, u16be, u16le, u32le, u8, viewOf } from './bytes.ts';
import type { Bytes } from './bytes.ts';

/** What the first bytes of a kernel or an initrd say. */
export interface BootFileContent {
  /**
   * bzimage: an x86 Linux kernel; image: a bare kernel of another architecture; efi: a PE program (unified kernel images, zboot);
   * elf; cpio: an initrd as it is unpacked; packed: gzip, xz, zstd and the like, of a kernel or an initrd.
   */
  readonly kind: 'bzimage' | 'image' | 'efi' | 'elf' | 'cpio' | 'packed' | 'empty' | 'unknown';
  /** libvirt's name of the architecture it is for; null: not to be told. */
  readonly arch: string | null;
}

/** As much as the signatures below need: the last one is s390's. */
export const BOOT_FILE_HEAD = 128 * 1024;

/** PE/COFF machine types (Microsoft, "PE Format"). */
const PE_ARCH: Readonly<Record<number, string>> = {
  0x014c: 'i686',
  0x8664: 'x86_64',
  0xaa64: 'aarch64',
  0x01c0: 'armv7l',
  0x01c2: 'armv7l',
  0x01c4: 'armv7l',
  0x5064: 'riscv64',
  0x6264: 'loongarch64',
};

/** ELF e_machine (elf.h); those whose word depends on the byte order or the class are below. */
const ELF_ARCH: Readonly<Record<number, string>> = {
  3: 'i686',
  22: 's390x',
  40: 'armv7l',
  62: 'x86_64',
  183: 'aarch64',
  258: 'loongarch64',
};
const ELF_PPC64 = 21;
const ELF_RISCV = 243;

/** gzip, xz, zstd, bzip2, lz4 (as kernels and initrds use it), lzop, lzma: what the kernel's own unpacker looks for (lib/decompress.c). */
const PACKED = ['\x1f\x8b', '\xfd7zXZ\0', '\x28\xb5\x2f\xfd', 'BZh', '\x02\x21\x4c\x18', '\x89LZO', '\x5d\0\0'];
const CPIO = ['070701', '070702', '070707'];

/** The kernel's documentation: x86/boot.rst. Bit 0 of xloadflags: it has a 64-bit entry. */
function readBzImage(bytes: Bytes): BootFileContent | null {
  if (u16le(bytes, 0x1fe) !== 0xaa55 || !spells(bytes, 0x202, 'HdrS')) return null;
  const is64 = u16le(bytes, 0x206) >= 0x020c && (u8(bytes, 0x236) & 1) !== 0;
  return { kind: 'bzimage', arch: is64 ? 'x86_64' : 'i686' };
}

/** arm64/booting.rst, riscv/boot-image-header.rst, arm's zImage, U-Boot's header, s390's head.S. */
function readImage(bytes: Bytes): BootFileContent | null {
  if (spells(bytes, 56, 'ARM\x64')) return { kind: 'image', arch: 'aarch64' };
  if (spells(bytes, 56, 'RSC\x05') || spells(bytes, 48, 'RISCV\0\0\0')) return { kind: 'image', arch: 'riscv64' };
  if (spells(bytes, 36, '\x18\x28\x6f\x01')) return { kind: 'image', arch: 'armv7l' };
  if (spells(bytes, 0, '\x27\x05\x19\x56')) return { kind: 'image', arch: null };
  if (spells(bytes, 0x10008, 'S390EP')) return { kind: 'image', arch: 's390x' };
  return null;
}

function readPe(bytes: Bytes): BootFileContent | null {
  if (!spells(bytes, 0, 'MZ')) return null;
  const header = u32le(bytes, 0x3c);
  return spells(bytes, header, 'PE\0\0') ? { kind: 'efi', arch: PE_ARCH[u16le(bytes, header + 4)] ?? null } : null;
}

function readElf(bytes: Bytes): BootFileContent | null {
  if (!spells(bytes, 0, '\x7fELF')) return null;
  const is64 = u8(bytes, 4) === 2;
  const little = u8(bytes, 5) !== 2;
  const machine = little ? u16le(bytes, 18) : u16be(bytes, 18);
  if (machine === ELF_PPC64) return { kind: 'elf', arch: little ? 'ppc64le' : 'ppc64' };
  if (machine === ELF_RISCV) return { kind: 'elf', arch: is64 ? 'riscv64' : 'riscv32' };
  return { kind: 'elf', arch: ELF_ARCH[machine] ?? null };
}

/**
 * Say what a kernel or an initrd is by its first bytes; BOOT_FILE_HEAD of them are enough. Never throws, whatever they are.
 * @param size length of the whole file in bytes, or null: not known
 */
export function readBootFile(head: Uint8Array, size: number | null): BootFileContent {
  if (size === 0 || (size === null && head.length === 0)) return { kind: 'empty', arch: null };
  const bytes = viewOf([{ at: 0, bytes: head }], size);
  const known = readBzImage(bytes) ?? readImage(bytes) ?? readPe(bytes) ?? readElf(bytes);
  if (known !== null) return known;
  if (CPIO.some((mark) => spells(bytes, 0, mark))) return { kind: 'cpio', arch: null };
  return { kind: PACKED.some((mark) => spells(bytes, 0, mark)) ? 'packed' : 'unknown', arch: null };
}
