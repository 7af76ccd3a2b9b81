/** The images of the testbed: which disk was booted is said on the serial port, as one of these lines. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { biosCode, efiProgram, obedientBiosCode } from './boot-code.ts';
import { SECTOR, biosDisk, elToritoIso, fat12, gptDisk } from './disk-images.ts';
import { writeGuestVars } from './ovmf-vars.ts';

export const ROOT_BOOTED = 'ROOT-BOOTED';
export const RESCUE_BOOTED = 'RESCUE-BOOTED';

const MIB = 1024 * 1024;
/** Smaller than the boot code expects of a floppy drive would not be recognised: exactly 1.44 MB. */
const FLOPPY_SIZE = 1440 * 1024;

/** Debian's OVMF; also where the XML of a UEFI guest points to. */
export const OVMF = { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', vars: '/usr/share/OVMF/OVMF_VARS_4M.fd' } as const;

/** Names of the files that writeBootImages makes. */
export const IMAGES = {
  root: 'root.img',
  /** A root disk that obeys the power button. */
  obedientRoot: 'root-obedient.img',
  medium: 'medium.img',
  floppy: 'medium-floppy.img',
  iso: 'medium.iso',
  blank: 'blank.img',
  empty: 'empty.img',
  uefiRoot: 'root-uefi.img',
  uefiMedium: 'medium-uefi.img',
  vars: 'VARS.fd',
} as const;

/** Write all of IMAGES into `dir`. The ISO boots on BIOS and on UEFI; the loader of the UEFI root is found only through its NVRAM entry. */
export async function writeBootImages(dir: string): Promise<void> {
  const put = (name: string, bytes: Buffer) => writeFile(join(dir, name), bytes);
  const esp = fat12('DEBIAN', 'SHIMX64', efiProgram(ROOT_BOOTED), 0xf8);
  await put(IMAGES.root, biosDisk(biosCode(ROOT_BOOTED)));
  await put(IMAGES.obedientRoot, biosDisk(obedientBiosCode(ROOT_BOOTED)));
  await put(IMAGES.medium, biosDisk(biosCode(RESCUE_BOOTED), 8 * MIB));
  await put(IMAGES.floppy, biosDisk(biosCode(RESCUE_BOOTED), FLOPPY_SIZE));
  await put(IMAGES.iso, elToritoIso(RESCUE_BOOTED));
  await put(IMAGES.blank, Buffer.alloc(4 * MIB));
  await put(IMAGES.empty, Buffer.alloc(0));
  await put(IMAGES.uefiRoot, gptDisk(esp));
  await put(IMAGES.uefiMedium, fat12('BOOT', 'BOOTX64', efiProgram(RESCUE_BOOTED)));
  await writeGuestVars(OVMF.vars, join(dir, IMAGES.vars), esp.length / SECTOR);
}
