/** Disk images around the programs of boot-code.ts: a BIOS disk, an EFI system partition, a GPT disk that holds one, an El Torito ISO. */
import { crc32 } from 'node:zlib';
import { biosCode, efiProgram } from './boot-code.ts';
import { guidBytes } from './guid.ts';

export const SECTOR = 512;
const MIB = 1024 * 1024;

/** A disk with `code` in its boot sector and one active FAT partition entry (SeaBIOS boots nothing without one on some buses). */
export function biosDisk(code: Buffer, size = 16 * MIB): Buffer {
  const disk = Buffer.alloc(size);
  code.copy(disk);
  Buffer.from([0x80, 0, 2, 0, 0x0c, 0, 10, 0]).copy(disk, 446);
  disk.writeUInt32LE(1, 454);
  disk.writeUInt32LE(4096, 458);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}

/** Geometry of a 1.44 MB floppy, which OVMF also accepts as an EFI system partition. */
const FAT = { size: 1440 * 1024, sectorsPerFat: 9, rootEntries: 224, reserved: 1 } as const;

/** A FAT12 file system that holds \EFI\<folder>\<name>.EFI. `media` is the media descriptor: 0xf0 removable, 0xf8 fixed. */
export function fat12(folder: string, name: string, payload: Buffer, media = 0xf0): Buffer {
  const image = Buffer.alloc(FAT.size);
  writeFatHeader(image, media);
  const fat = Buffer.alloc(FAT.sectorsPerFat * SECTOR);
  const rootStart = (FAT.reserved + 2 * FAT.sectorsPerFat) * SECTOR;
  const clusterStart = (cluster: number) => rootStart + FAT.rootEntries * 32 + (cluster - 2) * SECTOR;
  setFatEntry(fat, 0, 0xf00 | media);
  setFatEntry(fat, 1, 0xfff);
  directoryEntry('EFI', '', 0x10, 2, 0).copy(image, rootStart);
  writeDirectory(image, clusterStart(2), 2, 0, directoryEntry(folder, '', 0x10, 3, 0));
  setFatEntry(fat, 2, 0xfff);
  writeDirectory(image, clusterStart(3), 3, 2, directoryEntry(name, 'EFI', 0x20, 4, payload.length));
  setFatEntry(fat, 3, 0xfff);
  payload.copy(image, clusterStart(4));
  const clusters = Math.ceil(payload.length / SECTOR);
  for (let i = 0; i < clusters; i++) setFatEntry(fat, 4 + i, i < clusters - 1 ? 5 + i : 0xfff);
  for (let copy = 0; copy < 2; copy++) fat.copy(image, (FAT.reserved + copy * FAT.sectorsPerFat) * SECTOR);
  return image;
}

function writeFatHeader(image: Buffer, media: number): void {
  image.write('\xeb\x3c\x90MSDOS5.0', 0, 'latin1');
  image.writeUInt16LE(SECTOR, 11);
  image.writeUInt8(1, 13); // sectors per cluster
  image.writeUInt16LE(FAT.reserved, 14);
  image.writeUInt8(2, 16); // copies of the table
  image.writeUInt16LE(FAT.rootEntries, 17);
  image.writeUInt16LE(FAT.size / SECTOR, 19);
  image.writeUInt8(media, 21);
  image.writeUInt16LE(FAT.sectorsPerFat, 22);
  image.writeUInt16LE(18, 24); // sectors per track
  image.writeUInt16LE(2, 26); // heads
  image.writeUInt8(0x80, 36); // drive number
  image.writeUInt8(0x29, 38); // the three fields that follow are there
  image.writeUInt32LE(0x1234, 39);
  image.write('ESP        FAT12   ', 43, 'latin1');
  image.writeUInt16LE(0xaa55, 510);
}

/** FAT12 packs two entries into three bytes. */
function setFatEntry(fat: Buffer, cluster: number, value: number): void {
  const at = Math.floor((cluster * 3) / 2);
  const packed = fat.readUInt16LE(at);
  fat.writeUInt16LE(cluster & 1 ? (packed & 0x000f) | (value << 4) : (packed & 0xf000) | value, at);
}

function directoryEntry(name: string, extension: string, attributes: number, cluster: number, size: number): Buffer {
  const entry = Buffer.alloc(32);
  entry.write(name.padEnd(8) + extension.padEnd(3), 0, 'latin1');
  entry.writeUInt8(attributes, 11);
  entry.writeUInt16LE(cluster, 26);
  entry.writeUInt32LE(size, 28);
  return entry;
}

function writeDirectory(image: Buffer, at: number, self: number, parent: number, entry: Buffer): void {
  Buffer.concat([directoryEntry('.', '', 0x10, self, 0), directoryEntry('..', '', 0x10, parent, 0), entry]).copy(
    image,
    at,
  );
}

export const ESP_PARTITION = { guid: '11111111-2222-3333-4444-555555555555', firstSector: 64 } as const;
const EFI_SYSTEM_PARTITION_TYPE = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B';
const GPT_ENTRIES = { count: 128, size: 128, sectors: 32 } as const;

/** A GPT disk with that EFI system partition at sector 64. */
export function gptDisk(esp: Buffer, size = 4 * MIB): Buffer {
  const disk = Buffer.alloc(size);
  const sectors = size / SECTOR;
  const lastSector = ESP_PARTITION.firstSector + esp.length / SECTOR - 1;
  Buffer.from([0, 0, 2, 0, 0xee, 255, 255, 255]).copy(disk, 446); // protective MBR
  disk.writeUInt32LE(1, 454);
  disk.writeUInt32LE(sectors - 1, 458);
  disk.writeUInt16LE(0xaa55, 510);
  const entries = Buffer.alloc(GPT_ENTRIES.count * GPT_ENTRIES.size);
  guidBytes(EFI_SYSTEM_PARTITION_TYPE).copy(entries, 0);
  guidBytes(ESP_PARTITION.guid).copy(entries, 16);
  entries.writeBigUInt64LE(BigInt(ESP_PARTITION.firstSector), 32);
  entries.writeBigUInt64LE(BigInt(lastSector), 40);
  entries.write('ESP', 56, 'utf16le');
  const backup = sectors - 1 - GPT_ENTRIES.sectors;
  gptHeader(sectors, 1, sectors - 1, 2, entries).copy(disk, SECTOR);
  entries.copy(disk, 2 * SECTOR);
  entries.copy(disk, backup * SECTOR);
  gptHeader(sectors, sectors - 1, 1, backup, entries).copy(disk, (sectors - 1) * SECTOR);
  esp.copy(disk, ESP_PARTITION.firstSector * SECTOR);
  return disk;
}

function gptHeader(sectors: number, current: number, other: number, entriesAt: number, entries: Buffer): Buffer {
  const header = Buffer.alloc(92);
  header.write('EFI PART', 0, 'latin1');
  header.writeUInt32LE(0x10000, 8);
  header.writeUInt32LE(92, 12);
  header.writeBigUInt64LE(BigInt(current), 24);
  header.writeBigUInt64LE(BigInt(other), 32);
  header.writeBigUInt64LE(34n, 40); // first usable sector
  header.writeBigUInt64LE(BigInt(sectors - 34), 48); // last usable sector
  guidBytes(ESP_PARTITION.guid).copy(header, 56);
  header.writeBigUInt64LE(BigInt(entriesAt), 72);
  header.writeUInt32LE(GPT_ENTRIES.count, 80);
  header.writeUInt32LE(GPT_ENTRIES.size, 84);
  header.writeUInt32LE(crc32(entries), 88);
  header.writeUInt32LE(crc32(header), 16); // over the header with this field zero
  return header;
}

const ISO_SECTOR = 2048;
/** Where things are in the ISO, in its sectors. */
const ISO_AT = {
  volume: 16,
  bootRecord: 17,
  terminator: 18,
  catalog: 19,
  biosCode: 20,
  rootDirectory: 25,
  esp: 40,
} as const;

/** ISO 9660 with El Torito entries for BIOS (no emulation) and for UEFI (an EFI system partition); not a hybrid. */
export function elToritoIso(line: string, esp = fat12('BOOT', 'BOOTX64', efiProgram(line))): Buffer {
  const iso = emptyIso(esp.length);
  bootCatalog(esp.length / SECTOR).copy(iso, ISO_AT.catalog * ISO_SECTOR);
  biosCode(line).copy(iso, ISO_AT.biosCode * ISO_SECTOR);
  esp.copy(iso, ISO_AT.esp * ISO_SECTOR);
  return iso;
}

/** ISO 9660 whose only El Torito entry is the image, loaded as it is: how s390x boots. */
export function elToritoImageIso(image: Buffer): Buffer {
  const iso = emptyIso(image.length);
  const entry = bootEntry(ISO_AT.esp, image.length / SECTOR);
  Buffer.concat([validationEntry(), entry]).copy(iso, ISO_AT.catalog * ISO_SECTOR);
  image.copy(iso, ISO_AT.esp * ISO_SECTOR);
  return iso;
}

/** Descriptors and an empty root directory, with room for `bytes` at ISO_AT.esp. */
function emptyIso(bytes: number): Buffer {
  const sectors = ISO_AT.esp + Math.ceil(bytes / ISO_SECTOR);
  const iso = Buffer.alloc(sectors * ISO_SECTOR);
  volumeDescriptor(sectors).copy(iso, ISO_AT.volume * ISO_SECTOR);
  iso.write('\0CD001\x01EL TORITO SPECIFICATION', ISO_AT.bootRecord * ISO_SECTOR, 'latin1');
  iso.writeUInt32LE(ISO_AT.catalog, ISO_AT.bootRecord * ISO_SECTOR + 71);
  iso.write('\xffCD001\x01', ISO_AT.terminator * ISO_SECTOR, 'latin1');
  Buffer.concat([directoryRecord(0), directoryRecord(1)]).copy(iso, ISO_AT.rootDirectory * ISO_SECTOR);
  return iso;
}

/** ISO 9660 writes its numbers twice: little-endian, then big-endian. */
function writeBoth32(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32LE(value, at);
  bytes.writeUInt32BE(value, at + 4);
}

function writeBoth16(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt16LE(value, at);
  bytes.writeUInt16BE(value, at + 2);
}

function directoryRecord(name: number): Buffer {
  const record = Buffer.alloc(34);
  record.writeUInt8(34, 0);
  writeBoth32(record, ISO_AT.rootDirectory, 2);
  writeBoth32(record, ISO_SECTOR, 10);
  record.writeUInt8(2, 25); // a directory
  writeBoth16(record, 1, 28);
  record.writeUInt8(1, 32);
  record.writeUInt8(name, 33);
  return record;
}

function volumeDescriptor(sectors: number): Buffer {
  const descriptor = Buffer.alloc(ISO_SECTOR);
  descriptor.write('\x01CD001\x01', 0, 'latin1');
  descriptor.write(' '.repeat(32) + 'RESCUE'.padEnd(32), 8, 'latin1');
  writeBoth32(descriptor, sectors, 80);
  writeBoth16(descriptor, 1, 120);
  writeBoth16(descriptor, 1, 124);
  writeBoth16(descriptor, ISO_SECTOR, 128);
  directoryRecord(0).copy(descriptor, 156);
  descriptor.writeUInt8(1, 881); // file structure version
  return descriptor;
}

function bootCatalog(espSectors: number): Buffer {
  const section = Buffer.alloc(32);
  section.writeUInt8(0x91, 0); // the last section header
  section.writeUInt8(0xef, 1); // platform: EFI
  section.writeUInt16LE(1, 2);
  return Buffer.concat([validationEntry(), bootEntry(ISO_AT.biosCode, 4), section, bootEntry(ISO_AT.esp, espSectors)]);
}

/** Names the platform of the entry behind it: x86, which other BIOSes pass over. */
function validationEntry(): Buffer {
  const validation = Buffer.alloc(32);
  validation.writeUInt8(1, 0);
  validation.writeUInt16LE(0xaa55, 30);
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += validation.readUInt16LE(at);
  validation.writeUInt16LE(-sum & 0xffff, 28);
  return validation;
}

/** Bootable, without emulation: so many 512-byte sectors from an ISO sector on. */
function bootEntry(isoSector: number, sectors: number): Buffer {
  const entry = Buffer.alloc(32);
  entry.writeUInt8(0x88, 0);
  entry.writeUInt16LE(Math.min(0xffff, sectors), 6);
  entry.writeUInt32LE(isoSector, 8);
  return entry;
}
