/** What is worth knowing of a medium beyond whether it has anything to boot: for which machine, made from what, is it a kernel at all. */
import { rootDisk } from '../disks/root-disk.ts';
import { mediumName } from './context.ts';
import type { PlanContext } from './context.ts';
import { warning } from './findings.ts';
import type { BootFile, Finding, MediumFacts } from './types.ts';

/** UEFI loaders are for one architecture each; firmware looks for its own by name. */
export function loaderWarnings({ domain }: PlanContext, medium: MediumFacts): Finding[] {
  const arches = medium.content?.efiArches ?? null;
  if (domain.firmware !== 'uefi' || medium.content?.uefi !== true || arches === null) return [];
  const name = mediumName(medium.spec);
  if (arches.length === 0) return [warning('medium-no-efi-loader', name, { medium: name })];
  if (arches.includes(loaderArch(domain.arch))) return [];
  return [warning('medium-architecture', name, { medium: name, arches: arches.join(', '), arch: domain.arch })];
}

/** 32-bit arm is one to UEFI. */
function loaderArch(arch: string): string {
  return /^armv[67]/.test(arch) ? 'armv7l' : arch;
}

/** A medium with the same identifiers as the root disk: Linux mounts whichever it finds first (Nova bug 1075701). */
export function copyWarnings({ domain, inputs }: PlanContext, medium: MediumFacts): Finding[] {
  const root = rootDisk(domain);
  if (root === null || !medium.found || medium.spec.kind === 'kernel') return [];
  const params = { medium: mediumName(medium.spec), target: root.target };
  const isBase = medium.spec.kind === 'original' || (medium.kin?.as === 'base' && medium.kin.target === root.target);
  if (isBase) return [warning('original-of-root', params.medium, params)];
  const diskId = medium.content?.diskId ?? null;
  return diskId !== null && diskId === inputs.domain.rootDiskId
    ? [warning('clone-of-root', params.medium, params)]
    : [];
}

/** A disk of another guest is off now, and may be started. */
export function ownerWarnings({ spec, owners }: MediumFacts): Finding[] {
  const name = mediumName(spec);
  return owners.length === 0
    ? []
    : [warning('medium-is-other-guest-disk', name, { medium: name, users: owners.join(', ') })];
}

/** Properties that a rescue does not follow, where somebody might expect it to (Nova would change the machine type). */
export function propertyWarnings({ domain }: PlanContext, medium: MediumFacts): Finding[] {
  const asked = medium.properties['hw_machine_type'];
  if (asked === undefined || asked === domain.machine) return [];
  const name = mediumName(medium.spec);
  return [warning('medium-machine-type', name, { medium: name, asked, machine: domain.machine || domain.arch })];
}

/** QEMU unpacks kernels on arm only. */
const KERNELS = ['bzimage', 'image', 'efi', 'elf'];
const UNPACKS_KERNELS = /^(?:arm|aarch64)/;
const INITRDS = ['cpio', 'packed'];

/** Does what is given as kernel and initrd look like it, and is it for this guest? */
export function kernelWarnings(context: PlanContext, medium: MediumFacts): Finding[] {
  return medium.bootFiles.flatMap((file) => bootFileWarnings(context, file));
}

function bootFileWarnings({ domain }: PlanContext, { role, file, content }: BootFile): Finding[] {
  if (content === null) return [warning('medium-not-examined', file, { medium: file })];
  const what = WHAT[content.kind];
  if (role === 'initrd')
    return INITRDS.includes(content.kind) ? [] : [warning('initrd-unrecognised', file, { file, what })];
  const unpacked = content.kind === 'packed' && UNPACKS_KERNELS.test(domain.arch);
  if (!KERNELS.includes(content.kind) && !unpacked) return [warning('kernel-unrecognised', file, { file, what })];
  return content.arch === null || runs(domain.arch, content.arch)
    ? []
    : [warning('kernel-architecture', file, { file, kernel: content.arch, arch: domain.arch })];
}

const WHAT: Readonly<Record<NonNullable<BootFile['content']>['kind'], string>> = {
  bzimage: 'an x86 kernel',
  image: 'a kernel image',
  efi: 'an EFI program',
  elf: 'an ELF program',
  cpio: 'a cpio archive',
  packed: 'packed data',
  empty: 'it is empty',
  unknown: 'none of the known formats',
};

/** A 64-bit processor runs its own 32-bit kernels; POWER runs both byte orders. */
function runs(guest: string, kernel: string): boolean {
  if (guest === kernel || loaderArch(guest) === kernel) return true;
  return (guest === 'x86_64' && kernel === 'i686') || (guest.startsWith('ppc64') && kernel.startsWith('ppc64'));
}
