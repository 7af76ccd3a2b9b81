import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBootFile } from './boot-file.ts';
import { bytes, le } from './images.test-support.ts';

const BOOT_MARK = [0x1fe, [0x55, 0xaa]] as const;
/** A PE header at 0x80 for that machine. */
const pe = (machine: number): Uint8Array =>
  bytes(512, [0, 'MZ'], [0x3c, le(0x80, 4)], [0x80, 'PE\0\0'], [0x84, le(machine, 2)]);
const elf = (bits: 1 | 2, order: 1 | 2, machine: number): Uint8Array =>
  bytes(64, [0, '\x7fELF'], [4, [bits, order]], [18, order === 1 ? le(machine, 2) : le(machine, 2).reverse()]);

describe('readBootFile', () => {
  it.each<[string, Uint8Array, string, string | null]>([
    [
      'an x86 kernel of 64 bits',
      bytes(1024, BOOT_MARK, [0x202, 'HdrS'], [0x206, le(0x020f, 2)], [0x236, [1]]),
      'bzimage',
      'x86_64',
    ],
    ['an x86 kernel of 32 bits', bytes(1024, BOOT_MARK, [0x202, 'HdrS'], [0x206, le(0x020f, 2)]), 'bzimage', 'i686'],
    [
      'an x86 kernel from before the flags',
      bytes(1024, BOOT_MARK, [0x202, 'HdrS'], [0x206, le(0x0204, 2)], [0x236, [1]]),
      'bzimage',
      'i686',
    ],
    [
      'an x86 kernel with an EFI stub',
      bytes(1024, [0, 'MZ'], BOOT_MARK, [0x202, 'HdrS'], [0x206, le(0x020f, 2)], [0x236, [1]]),
      'bzimage',
      'x86_64',
    ],
    ['an arm64 kernel', bytes(128, [0, 'MZ'], [56, 'ARM\x64']), 'image', 'aarch64'],
    ['a riscv kernel', bytes(128, [48, 'RISCV\0\0\0'], [56, 'RSC\x05']), 'image', 'riscv64'],
    ['an arm zImage', bytes(128, [36, [0x18, 0x28, 0x6f, 0x01]]), 'image', 'armv7l'],
    ['a U-Boot image', bytes(128, [0, [0x27, 0x05, 0x19, 0x56]]), 'image', null],
    ['an s390 kernel', bytes(0x10020, [0x10008, 'S390EP']), 'image', 's390x'],
    ['an EFI program', pe(0x8664), 'efi', 'x86_64'],
    ['an EFI program for arm64', pe(0xaa64), 'efi', 'aarch64'],
    ['an EFI program for something new', pe(0x1234), 'efi', null],
    ['a DOS program', bytes(512, [0, 'MZ']), 'unknown', null],
    ['an ELF kernel', elf(2, 1, 62), 'elf', 'x86_64'],
    ['an ELF kernel of POWER, little-endian', elf(2, 1, 21), 'elf', 'ppc64le'],
    ['an ELF kernel of POWER, big-endian', elf(2, 2, 21), 'elf', 'ppc64'],
    ['an ELF kernel of s390', elf(2, 2, 22), 'elf', 's390x'],
    ['an ELF kernel of RISC-V with 32 bits', elf(1, 1, 243), 'elf', 'riscv32'],
    ['cpio', bytes(512, [0, '070701']), 'cpio', null],
    ['gzip', bytes(512, [0, [0x1f, 0x8b]]), 'packed', null],
    ['xz', bytes(512, [0, '\xfd7zXZ\0']), 'packed', null],
    ['zstd', bytes(512, [0, [0x28, 0xb5, 0x2f, 0xfd]]), 'packed', null],
    ['lz4', bytes(512, [0, [0x02, 0x21, 0x4c, 0x18]]), 'packed', null],
    ['text', bytes(512, [0, 'hello']), 'unknown', null],
  ])('%s', (_name, head, kind, arch) => {
    expect(readBootFile(head, head.length)).toEqual({ kind, arch });
  });

  it('tells an empty file from one that could not be read', () => {
    expect(readBootFile(new Uint8Array(0), 0).kind).toBe('empty');
    expect(readBootFile(new Uint8Array(0), null).kind).toBe('empty');
    expect(readBootFile(new Uint8Array(0), 9).kind).toBe('unknown');
  });

  it('answers for any bytes', () => {
    const mark = fc.constantFrom('MZ', '\x7fELF', '070701', '');
    fc.assert(
      fc.property(mark, fc.uint8Array({ minLength: 8, maxLength: 2048 }), (text, noise) => {
        noise.set(Array.from(text, (char) => char.charCodeAt(0)));
        expect(readBootFile(noise, noise.length)).toHaveProperty('kind');
      }),
      { numRuns: 1000 },
    );
  });
});
