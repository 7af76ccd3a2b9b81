/**
 * What libvirtd found out about the QEMUs of this machine, handed on from one private host to the next: it starts each of some twenty
 * emulators for that, which takes seconds, at every first start. libvirtd itself keeps this in files and takes none that does not fit its
 * own version, QEMU's, or the kernel's (virQEMUCapsIsValid in src/qemu/qemu_capabilities.c), so nothing stale can be handed on.
 */
import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

const KEPT = join(import.meta.dirname, '../../.cache/libvirt-capabilities');
/** Named by a hash of the emulator's path. */
const FILE = /^[0-9a-f]{64}\.xml$/;

const folderOf = (dir: string) => join(dir, 'var/cache/libvirt/qemu/capabilities');

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => FILE.test(name));
}

/** Before the first start of libvirtd in the host's folder `dir`. */
export async function giveCapabilities(dir: string): Promise<void> {
  await mkdir(folderOf(dir), { recursive: true });
  for (const name of await filesIn(KEPT)) await copyFile(join(KEPT, name), join(folderOf(dir), name));
}

/** When libvirtd answers: keeps what it found out by itself since `began`, in milliseconds of Date.now(). */
export async function keepCapabilities(dir: string, began: number): Promise<void> {
  await mkdir(KEPT, { recursive: true });
  for (const name of await filesIn(folderOf(dir))) {
    const file = join(folderOf(dir), name);
    if ((await stat(file)).mtimeMs <= began) continue;
    // Others may be reading and keeping the same one at this moment.
    const part = join(KEPT, `${name}.${randomUUID()}`);
    await copyFile(file, part);
    await rename(part, join(KEPT, name));
  }
}
