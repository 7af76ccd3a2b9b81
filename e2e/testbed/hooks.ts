/** Interference at exact moments of a guest's life, through libvirt's own hook (qemu-hook.sh). */
import { access, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awaitCondition } from './await-condition.ts';
import type { Guest } from './guests.ts';

const hooksFolder = (dir: string) => join(dir, 'etc/libvirt/hooks');
const controlFile = (guest: Guest, name: string) =>
  join(hooksFolder(guest.host.dir), 'control', `${name}-${guest.name}`);

/** Put the hook in place; libvirtd looks for it once, when it starts. */
export async function installHook(dir: string): Promise<void> {
  await mkdir(join(hooksFolder(dir), 'control'), { recursive: true });
  await copyFile(join(import.meta.dirname, 'qemu-hook.sh'), join(hooksFolder(dir), 'qemu'));
}

/** Make the guest's next starts fail: the rescue alone, or every one. Returns the function that lets them succeed again. */
export async function failStarts(guest: Guest, which: 'rescue' | 'all'): Promise<() => Promise<void>> {
  const file = controlFile(guest, `fail-${which}`);
  await writeFile(file, '');
  return () => rm(file, { force: true });
}

/** Remove a file at the moment the guest has been stopped. */
export async function removeAfterStop(guest: Guest, path: string): Promise<void> {
  await writeFile(controlFile(guest, 'remove-after-stop'), path);
}

export interface HeldStart {
  /** Resolves when a start has arrived at the hook and waits there. */
  readonly arrived: () => Promise<unknown>;
  readonly release: () => Promise<void>;
}

/** Hold the guest's next start before QEMU is run. Until released, libvirt answers nothing about this guest. */
export async function holdStart(guest: Guest): Promise<HeldStart> {
  const hold = controlFile(guest, 'hold');
  const held = controlFile(guest, 'held');
  await rm(held, { force: true });
  await writeFile(hold, '');
  const isThere = () =>
    access(held).then(
      () => true,
      () => false,
    );
  return {
    arrived: () => awaitCondition(`a start of ${guest.name} at the hook`, 60, isThere),
    release: () => rm(hold, { force: true }),
  };
}
