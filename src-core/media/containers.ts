import { holds, holdsWhatIsThere, spells, text, text16, u16be, u32be, u32le, u64be, u64le, u8 } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { readVhdx } from './vhdx.ts';
import { readVmdk } from './vmdk.ts';

/** An image format that holds a disk inside a file, and what it points at. */
export interface Container {
  /** QEMU's name of the format. */
  readonly format: string;
  /** Size of the disk inside, in bytes; null: stands where it was not read. */
  readonly virtualSize: number | null;
  /** The names of other files it refers to, as they stand there. */
  readonly backingFile: string | null;
  readonly dataFile: string | null;
  readonly encrypted: boolean;
}

/** QEMU takes no longer name (qcow2: 1023 bytes). */
const MAX_NAME = 1023;
/** It refers to something; what, stands where it was not read, or nowhere. */
const UNREAD_NAME = '(name not read)';

function nameAt(bytes: Bytes, at: number, length: number): string | null {
  if (at === 0 || length === 0) return null;
  const name = holds(bytes, at, Math.min(length, MAX_NAME)) ? text(bytes, at, Math.min(length, MAX_NAME)) : '';
  return name === '' ? UNREAD_NAME : name;
}

const EXTENSION_DATA_FILE = 0x44415441;
const INCOMPATIBLE_DATA_FILE = 0x04;
const MAX_EXTENSIONS = 64;

/** QEMU, docs/interop/qcow2.txt. The header extensions end at type 0, or where the backing file's name begins. */
function qcow2DataFile(bytes: Bytes, version: number): string | null {
  const external = version >= 3 && (u8(bytes, 79) & INCOMPATIBLE_DATA_FILE) !== 0;
  let at = version >= 3 ? u32be(bytes, 100) : 72;
  for (let i = 0; i < MAX_EXTENSIONS && holds(bytes, at, 8); i += 1) {
    const type = u32be(bytes, at);
    const length = u32be(bytes, at + 4);
    if (type === 0) break;
    if (type === EXTENSION_DATA_FILE) return nameAt(bytes, at + 8, length) ?? UNREAD_NAME;
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return external ? UNREAD_NAME : null;
}

function readQcow(bytes: Bytes): Container {
  const version = u32be(bytes, 4);
  return {
    format: version === 1 ? 'qcow' : 'qcow2',
    virtualSize: u64be(bytes, 24),
    backingFile: nameAt(bytes, u64be(bytes, 8), u32be(bytes, 16)),
    dataFile: version === 1 ? null : qcow2DataFile(bytes, version),
    // crypt_method: 1 AES, 2 LUKS; in the first version it stands elsewhere.
    encrypted: u32be(bytes, version === 1 ? 36 : 32) !== 0,
  };
}

/** QEMU, docs/interop/qed_spec.txt. */
function readQed(bytes: Bytes): Container {
  const hasBackingFile = (u8(bytes, 16) & 1) !== 0;
  return {
    format: 'qed',
    virtualSize: u64le(bytes, 48),
    backingFile: hasBackingFile ? (nameAt(bytes, u32le(bytes, 56), u32le(bytes, 60)) ?? UNREAD_NAME) : null,
    dataFile: null,
    encrypted: false,
  };
}

const VPC_DIFFERENCING = 4;

/** Microsoft, "Virtual Hard Disk Image Format Specification", 2006. A fixed image has its footer at the end only and looks raw. */
function readVpc(bytes: Bytes): Container {
  const header = u64be(bytes, 16);
  const parent = holdsWhatIsThere(bytes, header, 1024) ? text16(bytes, header + 64, 512, u16be) : '';
  return {
    format: 'vpc',
    virtualSize: u64be(bytes, 48),
    backingFile: u32be(bytes, 60) === VPC_DIFFERENCING ? parent || UNREAD_NAME : null,
    dataFile: null,
    encrypted: false,
  };
}

const VDI_DIFFERENCING = 4;

/** QEMU, block/vdi.c. A disk that differs from its parent names it by UUID only. */
function readVdi(bytes: Bytes): Container {
  const parent = u32le(bytes, 0x4c) === VDI_DIFFERENCING ? UNREAD_NAME : null;
  return { ...plain('vdi', u64le(bytes, 0x170)), backingFile: parent };
}

/** LUKS1 says where its payload begins; LUKS2 in JSON that may stand anywhere. */
function readLuks(bytes: Bytes, size: number | null): Container {
  const payload = u16be(bytes, 6) === 1 ? u32be(bytes, 104) * 512 : null;
  const virtualSize = size === null || payload === null ? null : size - payload;
  return { ...plain('luks', virtualSize !== null && virtualSize >= 0 ? virtualSize : null), encrypted: true };
}

const plain = (format: string, virtualSize: number | null): Container => ({
  format,
  virtualSize,
  backingFile: null,
  dataFile: null,
  encrypted: false,
});

/** Archives and packed files: what is in them is no medium before it is unpacked. Signatures as file(1) knows them. */
const PACKED: readonly (readonly [format: string, at: number, signature: string])[] = [
  ['gzip', 0, '\x1f\x8b\x08'],
  ['bzip2', 0, 'BZh'],
  ['xz', 0, '\xfd7zXZ\0'],
  ['zstd', 0, '\x28\xb5\x2f\xfd'],
  ['lz4', 0, '\x04\x22\x4d\x18'],
  ['zip', 0, 'PK\x03\x04'],
  ['7z', 0, '7z\xbc\xaf\x27\x1c'],
  // OVA files are tar archives.
  ['tar', 257, 'ustar'],
];
export const PACKED_FORMATS: readonly string[] = PACKED.map(([format]) => format);

/** The container format at the start of an image, or null: raw as far as the first bytes tell. */
export function readContainer(bytes: Bytes, size: number | null): Container | null {
  const version = u32be(bytes, 4);
  if (spells(bytes, 0, 'QFI\xfb') && version >= 1 && version <= 3) return readQcow(bytes);
  if (spells(bytes, 0, 'QED\0')) return readQed(bytes);
  if (spells(bytes, 0, 'conectix')) return readVpc(bytes);
  if (spells(bytes, 0, 'LUKS\xba\xbe')) return readLuks(bytes, size);
  if (u32le(bytes, 0x40) === 0xbeda107f) return readVdi(bytes);
  if (spells(bytes, 0, 'vhdxfile')) return readVhdx(bytes);
  if (spells(bytes, 0, 'WithoutFreeSpace')) return plain('parallels', u32le(bytes, 36) * 512);
  if (spells(bytes, 0, 'WithouFreSpacExt')) return plain('parallels', u64le(bytes, 36) * 512);
  const packed = PACKED.find(([, at, signature]) => spells(bytes, at, signature));
  return packed === undefined ? readVmdk(bytes) : plain(packed[0], null);
}
