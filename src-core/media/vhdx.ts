import { guid, holds, holdsWhatIsThere, spells, text16, u16le, u32le, u64le, u8 } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import type { Container } from './containers.ts';

/** Microsoft, [MS-VHDX] "Virtual Hard Disk v2 (VHDX) File Format". */
const REGION_TABLES = [192 * 1024, 256 * 1024];
const METADATA_REGION = '8b7ca206-4790-4b9a-b8fe-575f050f886e';
const FILE_PARAMETERS = 'caa16737-fa36-4d43-b3b6-33f0aa44e76b';
const VIRTUAL_DISK_SIZE = '2fa54224-cd1b-4876-b211-5dbed83bf4b8';
const PARENT_LOCATOR = 'a8d35f2d-b30b-454d-abf7-d3d84834ab0c';
const HAS_PARENT = 2;
/** In the order in which a reader is to try them. */
const PARENT_KEYS = ['relative_path', 'absolute_win32_path', 'volume_path'];
const MAX_ENTRIES = 2047;
const UNREAD_NAME = '(name not read)';

/** Where the metadata region lies, by the first region table that can be read; null: none can. */
function metadataAt(bytes: Bytes): number | null {
  for (const table of REGION_TABLES) {
    if (!holds(bytes, table, 16) || !spells(bytes, table, 'regi')) continue;
    const count = Math.min(u32le(bytes, table + 8), MAX_ENTRIES);
    for (let i = 0; i < count; i += 1) {
      const entry = table + 16 + i * 32;
      if (holds(bytes, entry, 32) && guid(bytes, entry) === METADATA_REGION) return u64le(bytes, entry + 16);
    }
  }
  return null;
}

/** Offsets and lengths of the metadata items, by their kind. */
function metadataItems(bytes: Bytes, region: number): Map<string, { at: number; length: number }> {
  const items = new Map<string, { at: number; length: number }>();
  if (!holdsWhatIsThere(bytes, region, 64 * 1024) || !spells(bytes, region, 'metadata')) return items;
  const count = Math.min(u16le(bytes, region + 10), MAX_ENTRIES);
  for (let i = 0; i < count; i += 1) {
    const entry = region + 32 + i * 32;
    if (!holds(bytes, entry, 32)) break;
    items.set(guid(bytes, entry), { at: region + u32le(bytes, entry + 16), length: u32le(bytes, entry + 20) });
  }
  return items;
}

/** A parent locator is a list of keys and values in UTF-16. */
function parentName(bytes: Bytes, locator: { at: number; length: number } | undefined): string {
  if (locator === undefined || !holds(bytes, locator.at, Math.min(locator.length, 64 * 1024))) return UNREAD_NAME;
  const count = Math.min(u16le(bytes, locator.at + 18), 64);
  const found = new Map<string, string>();
  for (let i = 0; i < count; i += 1) {
    const entry = locator.at + 20 + i * 12;
    const key = text16(bytes, locator.at + u32le(bytes, entry), u16le(bytes, entry + 8), u16le);
    found.set(
      key,
      text16(bytes, locator.at + u32le(bytes, entry + 4), Math.min(u16le(bytes, entry + 10), 1023), u16le),
    );
  }
  return PARENT_KEYS.map((key) => found.get(key)).find((name) => name !== undefined && name !== '') ?? UNREAD_NAME;
}

/** A VHDX image: its size, and whether it differs from a parent, stand in a region that lies behind the first MiB. */
export function readVhdx(bytes: Bytes): Container {
  const region = metadataAt(bytes);
  const items = region === null ? new Map<string, { at: number; length: number }>() : metadataItems(bytes, region);
  const size = items.get(VIRTUAL_DISK_SIZE);
  const parameters = items.get(FILE_PARAMETERS);
  const differs =
    parameters !== undefined && holds(bytes, parameters.at, 8) && (u8(bytes, parameters.at + 4) & HAS_PARENT) !== 0;
  return {
    format: 'vhdx',
    virtualSize: size !== undefined && holds(bytes, size.at, 8) ? u64le(bytes, size.at) : null,
    backingFile: differs ? parentName(bytes, items.get(PARENT_LOCATOR)) : null,
    dataFile: null,
    encrypted: false,
  };
}
