/**
 * Tiny programs for machines other than PCs, hand-assembled as those of boot-code.ts: each tells in its machine's way that it was booted.
 */
import { efiApplication } from './boot-code.ts';
import { SECTOR } from './disk-images.ts';

const words = (bigEndian: boolean, ...values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [place, value] of values.entries())
    if (bigEndian) bytes.writeUInt32BE(value, 4 * place);
    else bytes.writeUInt32LE(value, 4 * place);
  return bytes;
};

const PE_AARCH64 = 0xaa64;

/** An EFI application for aarch64 that writes `line` to the first serial port of `virt` (a PL011 at 0x0900_0000), then waits for ever. */
export function aarch64EfiProgram(line: string): Buffer {
  const code = words(
    false,
    0x1000_0101, // adr x1, text (8 instructions on)
    0xd2a1_2002, // movz x2, #0x900, lsl #16
    0x3840_1420, // next: ldrb w0, [x1], #1
    0x3400_0060, // cbz w0, wait
    0x3900_0040, // strb w0, [x2]
    0x17ff_fffd, // b next
    0xd503_205f, // wait: wfe
    0x17ff_ffff, // b wait
  );
  return efiApplication(PE_AARCH64, Buffer.concat([code, Buffer.from(`${line}\r\n\0`, 'latin1')]));
}

/**
 * A disk or cdrom with a PReP partition, whose content SLOF loads as an ELF program: one that asks Open Firmware to print `line`, then loops.
 */
export function prepDisk(line: string, size = 8 << 20): Buffer {
  const disk = Buffer.alloc(size);
  Buffer.from([0x80, 0, 2, 0, 0x41, 0, 10, 0]).copy(disk, 446);
  disk.writeUInt32LE(64, 454);
  disk.writeUInt32LE(2048, 458);
  disk.writeUInt16LE(0xaa55, 510);
  // The partition begins at sector 64: of 512 bytes on a disk, of 2048 on a cdrom.
  for (const sector of [SECTOR, 4 * SECTOR]) ppcProgram(line).copy(disk, 64 * sector);
  return disk;
}

/** ELF, 32 bit, big-endian; the entry is called with Open Firmware's client interface in r5. */
function ppcProgram(line: string): Buffer {
  const base = 0x10_0000;
  const headers = 52 + 32;
  const code = headers;
  const args = code + 5 * 4;
  const service = args + 5 * 4;
  const forth = service + 12;
  const text = Buffer.from(`." ${line}" cr\0`, 'latin1');
  const size = forth + text.length;
  const ident = Buffer.from('7f454c4601020100000000000000000000020014', 'hex');
  return Buffer.concat([
    ident,
    words(true, 1, base + code, 52, 0, 0),
    Buffer.from('003400200001000000000000', 'hex'),
    words(true, 1, 0, base, base, size, size, 7, 0x1000),
    words(
      true,
      0x3c60_0000 | (base >> 16), // lis r3, args@h
      0x6063_0000 | args, // ori r3, r3, args@l
      0x7ca9_03a6, // mtctr r5
      0x4e80_0421, // bctrl
      0x4800_0000, // b .
    ),
    words(true, base + service, 1, 1, base + forth, 0), // service, arguments, results, the one argument, room for the result
    Buffer.from('interpret\0\0\0', 'latin1'),
    text,
  ]);
}

/**
 * What the BIOS of s390x takes for a kernel: it begins with the code that old ones loaded themselves with, and S390EP stands behind its entry at
 * 64 KiB. All it does is to stop the machine with `address` in its program status word, which QEMU reports.
 */
export function s390Kernel(address: number): Buffer {
  const kernel = Buffer.alloc(0x1_1000);
  Buffer.from('0008000080010000', 'hex').copy(kernel); // a PSW that goes to 0x10000
  Buffer.from('0200001860000050020000686000005040404040404040', 'hex').copy(kernel, 8);
  kernel.writeUInt8(0x40, 31);
  Buffer.from('0002000180000000', 'hex').copy(kernel, 0x800); // wait for ever, 64 bit
  kernel.writeBigUInt64BE(BigInt(address), 0x808);
  Buffer.from('b2b20800', 'hex').copy(kernel, 0x1_0000); // lpswe 0x800
  kernel.write('S390EP', 0x1_0008, 'latin1');
  return kernel;
}
