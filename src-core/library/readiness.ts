/** What a medium of the library is ready for, in plain data. */
import type { LibraryMedium } from './types.ts';

export interface Readiness {
  /** libvirt's names; null: nothing tells. */
  readonly arches: readonly string[] | null;
  /** null: not known. */
  readonly bios: boolean | null;
  readonly uefi: boolean | null;
  /** What the image properties say (os_secure_boot); null: nothing does. Signatures of loaders are not checked. */
  readonly secureBoot: 'required' | 'optional' | 'disabled' | null;
}

/** By what was seen of it, and where that does not tell by its properties. */
export function readinessOf({ seen, properties }: Pick<LibraryMedium, 'seen' | 'properties'>): Readiness {
  const content = seen?.content ?? null;
  const told = properties['hw_firmware_type'];
  const secure = properties['os_secure_boot'];
  const arch = properties['hw_architecture'];
  const loaders = content?.efiArches ?? null;
  return {
    arches: arch !== undefined ? [arch] : loaders !== null && loaders.length > 0 ? loaders : null,
    bios: content?.bios ?? (told === 'bios' ? true : null),
    uefi: content?.uefi ?? (told === 'uefi' ? true : null),
    secureBoot: secure === 'required' || secure === 'optional' || secure === 'disabled' ? secure : null,
  };
}

/** Does it begin like another format than its catalogue says? Then both words; null: they agree, or one of them is not known. */
export function formatConflict({
  seen,
  told,
}: Pick<LibraryMedium, 'seen' | 'told'>): { readonly said: string; readonly is: string } | null {
  const content = seen?.content ?? null;
  const said = told?.format ?? null;
  if (content === null || said === null || content.kind === 'unknown') return null;
  const is = content.kind === 'iso9660' ? 'iso' : content.format;
  // Raw bytes are whatever they are; Glance keeps an ISO as iso or raw, and Amazon's kernel and machine images as raw bytes, too.
  if (said === is || (content.format === 'raw' && ['raw', 'ami', 'aki', 'ari'].includes(said))) return null;
  // Glance's word for VHD is vhd, QEMU's vpc.
  return said === 'vhd' && is === 'vpc' ? null : { said, is: is === 'raw' ? content.kind : is };
}
