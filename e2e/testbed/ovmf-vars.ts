/**
 * OVMF's variable store (VARS.fd), read and written from outside: enough to give a guest a boot entry of its own and to see whether
 * it is still there. Layout: EDK II, MdeModulePkg/Include/Guid/VariableFormat.h (authenticated variables).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { ESP_PARTITION } from './disk-images.ts';
import { guidBytes } from './guid.ts';

const EFI_GLOBAL_VARIABLE = guidBytes('8BE4DF61-93CA-11D2-AA0D-00E098032B8C');
const HEADER = 60;
const START_ID = 0x55aa;
/** VAR_IN_DELETED_TRANSITION and VAR_DELETED clear bits of this: only whole variables have it. */
const VAR_ADDED = 0x3f;
/** Non-volatile, at boot time, at run time. */
const ATTRIBUTES = 7;

interface Store {
  readonly variables: ReadonlyMap<string, Buffer>;
  /** Offset behind the last variable. */
  readonly end: number;
}

/** The EFI global variables of a store. */
function readStore(store: Buffer): Store {
  const volumeHeader = store.readUInt16LE(0x30);
  const limit = volumeHeader + store.readUInt32LE(volumeHeader + 16);
  const variables = new Map<string, Buffer>();
  let at = volumeHeader + 28;
  while (at + HEADER < limit && store.readUInt16LE(at) === START_ID) {
    const nameSize = store.readUInt32LE(at + 36);
    const dataSize = store.readUInt32LE(at + 40);
    const dataAt = at + HEADER + nameSize;
    const isGlobal = store.subarray(at + 44, at + HEADER).equals(EFI_GLOBAL_VARIABLE);
    if (store.readUInt8(at + 2) === VAR_ADDED && isGlobal) {
      const name = store
        .subarray(at + HEADER, dataAt)
        .toString('utf16le')
        .split('\0', 1)
        .join('');
      variables.set(name, store.subarray(dataAt, dataAt + dataSize));
    }
    at = align4(dataAt + dataSize);
  }
  return { variables, end: at };
}

function align4(offset: number): number {
  return (offset + 3) & ~3;
}

/** A copy of `store` with these EFI global variables added behind the ones it has. */
export function withVariables(store: Buffer, variables: Readonly<Record<string, Buffer>>): Buffer {
  const copy = Buffer.from(store);
  let at = readStore(copy).end;
  for (const [name, data] of Object.entries(variables)) {
    const nameBytes = Buffer.from(`${name}\0`, 'utf16le');
    const header = Buffer.alloc(44);
    header.writeUInt16LE(START_ID, 0);
    header.writeUInt8(VAR_ADDED, 2);
    header.writeUInt32LE(ATTRIBUTES, 4);
    header.writeUInt32LE(nameBytes.length, 36);
    header.writeUInt32LE(data.length, 40);
    const entry = Buffer.concat([header, EFI_GLOBAL_VARIABLE, nameBytes, data]);
    entry.copy(copy, at);
    at = align4(at + entry.length);
  }
  return copy;
}

/** What a firmware boot entry (Boot####) holds: `title`, and the loader at `path` on the partition of disk-images.ts, found by its GUID. */
export function loadOption(title: string, partitionSectors: number, path: string): Buffer {
  const partition = Buffer.alloc(42); // device path node: media, hard drive
  partition.writeUInt8(4, 0);
  partition.writeUInt8(1, 1);
  partition.writeUInt16LE(42, 2);
  partition.writeUInt32LE(1, 4); // partition number
  partition.writeBigUInt64LE(BigInt(ESP_PARTITION.firstSector), 8);
  partition.writeBigUInt64LE(BigInt(partitionSectors), 16);
  guidBytes(ESP_PARTITION.guid).copy(partition, 24);
  partition.writeUInt8(2, 40); // GPT
  partition.writeUInt8(2, 41); // the signature is a GUID
  const file = Buffer.from(`${path}\0`, 'utf16le');
  const fileNode = Buffer.from([4, 4, 0, 0]); // device path node: media, file path
  fileNode.writeUInt16LE(4 + file.length, 2);
  const devicePath = Buffer.concat([partition, fileNode, file, Buffer.from([0x7f, 0xff, 4, 0])]);
  const head = Buffer.alloc(6);
  head.writeUInt32LE(1, 0); // active
  head.writeUInt16LE(devicePath.length, 4);
  return Buffer.concat([head, Buffer.from(`${title}\0`, 'utf16le'), devicePath]);
}

/** The boot entries in a store file by name: { Boot0005: 'debian', … }. */
export async function bootEntries(path: string): Promise<Record<string, string>> {
  const { variables } = readStore(await readFile(path));
  const entries: Record<string, string> = {};
  for (const [name, data] of [...variables].sort(([a], [b]) => a.localeCompare(b))) {
    if (/^Boot[0-9A-F]{4}$/.test(name)) entries[name] = data.subarray(6).toString('utf16le').split('\0', 1).join('');
  }
  return entries;
}

/**
 * The guest's own boot entry in a store, and whether the firmware tries it first: what a rescue must leave to it. Everything else a
 * firmware that has booted writes as well (boot counters, consoles, entries of its own).
 */
export function ownBoot(store: Buffer): string {
  const { variables } = readStore(store);
  const entry = variables.get('Boot0005')?.toString('hex') ?? 'no entry';
  return `${entry}, ${variables.get('BootOrder')?.readUInt16LE() === 5 ? 'first' : 'not first'}`;
}

/** Write a store to `path` whose only boot entry is the guest's own: Boot0005 `debian`, alone in BootOrder. */
export async function writeGuestVars(template: string, path: string, partitionSectors: number): Promise<void> {
  const bootOrder = Buffer.from([5, 0]);
  const entry = loadOption('debian', partitionSectors, '\\EFI\\DEBIAN\\SHIMX64.EFI');
  await writeFile(path, withVariables(await readFile(template), { Boot0005: entry, BootOrder: bootOrder }));
}
