import { holdsWhatIsThere, spells, text, u32le, u64le, u8 } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import type { Container } from './containers.ts';

const SECTOR = 512;
/** QEMU reads no longer descriptor from a sparse image. */
const MAX_DESCRIPTOR = 20 * SECTOR;
const EXTENT =
  /^\s*(?:RW|RDONLY|NOACCESS)\s+(\d{1,15})\s+(?:FLAT|SPARSE|VMFS|VMFSSPARSE|SESPARSE|ZERO)(?:\s+"([^"]*)")?/;
const PARENT = /^\s*parentFileNameHint\s*=\s*"([^"]*)"/;

interface Descriptor {
  readonly sectors: number;
  readonly parent: string | null;
  readonly extents: readonly string[];
}

/** A line each: text() would stop at nothing but NUL, and puts a mark in the place of control characters, line breaks among them. */
function linesAt(bytes: Bytes, at: number): string[] {
  const lines: string[] = [];
  if (!holdsWhatIsThere(bytes, at, MAX_DESCRIPTOR)) return lines;
  const end = Math.min(at + MAX_DESCRIPTOR, bytes.end);
  for (let start = at; start < end;) {
    let stop = start;
    while (stop < end && u8(bytes, stop) !== 0x0a && u8(bytes, stop) !== 0) stop += 1;
    lines.push(text(bytes, start, stop - start));
    if (u8(bytes, stop) === 0) break;
    start = stop + 1;
  }
  return lines;
}

function readDescriptor(bytes: Bytes, at: number): Descriptor {
  let sectors = 0;
  let parent: string | null = null;
  const extents: string[] = [];
  for (const line of linesAt(bytes, at)) {
    parent ??= PARENT.exec(line)?.[1] ?? null;
    const extent = EXTENT.exec(line);
    if (extent === null) continue;
    sectors += Number(extent[1]);
    if (extent[2] !== undefined) extents.push(extent[2]);
  }
  return { sectors, parent, extents };
}

/**
 * VMware, "Virtual Disk Format 5.0": a descriptor in text that names the files of the disk, or a sparse file with such a descriptor in it.
 * A sparse file is its own extent, unless it says that it holds nothing: then QEMU opens what its descriptor names.
 */
export function readVmdk(bytes: Bytes): Container | null {
  if (spells(bytes, 0, '# Disk DescriptorFile')) {
    const { sectors, parent, extents } = readDescriptor(bytes, 0);
    return {
      format: 'vmdk',
      virtualSize: sectors * SECTOR,
      backingFile: parent,
      dataFile: extents[0] ?? null,
      encrypted: false,
    };
  }
  if (spells(bytes, 0, 'COWD')) {
    return {
      format: 'vmdk',
      virtualSize: u32le(bytes, 12) * SECTOR,
      backingFile: null,
      dataFile: null,
      encrypted: false,
    };
  }
  if (!spells(bytes, 0, 'KDMV')) return null;
  const capacity = u64le(bytes, 12);
  const { sectors, parent, extents } = readDescriptor(bytes, u64le(bytes, 28) * SECTOR);
  return {
    format: 'vmdk',
    virtualSize: (capacity === 0 ? sectors : capacity) * SECTOR,
    backingFile: parent,
    dataFile: capacity === 0 ? (extents[0] ?? null) : null,
    encrypted: false,
  };
}
