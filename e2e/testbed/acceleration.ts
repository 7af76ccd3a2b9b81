import { OVMF } from './boot-images.ts';
import { runCommand } from './command.ts';

/** `kvm` where QEMU can really use it (a /dev/kvm that may not be opened, or that fails at once, does not count), else `qemu`: TCG. */
export type DomainType = 'kvm' | 'qemu';

let detected: Promise<DomainType> | undefined;

/**
 * Tried once a process, by starting QEMU with KVM and asking it to quit. Not for UEFI guests: OVMF does not come up under nested KVM
 * everywhere, while under TCG it always does.
 */
export function detectAcceleration(): Promise<DomainType> {
  detected ??= tryKvm();
  return detected;
}

async function tryKvm(): Promise<DomainType> {
  const arguments_ = ['-accel', 'kvm', '-nodefaults', '-display', 'none', '-S', '-monitor', 'stdio'];
  const done = await runCommand('qemu-system-x86_64', arguments_, { input: 'quit\n', timeoutSeconds: 20 });
  return done.code === 0 ? 'kvm' : 'qemu';
}

/** The <loader> and <nvram> of a UEFI guest. */
export function pflashXml(vars: string): string {
  return `<loader readonly='yes' type='pflash'>${OVMF.code}</loader><nvram>${vars}</nvram>`;
}
