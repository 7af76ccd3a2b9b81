import type { VolumeRef } from '../libvirt/port.ts';

/** A volume by its pool and name, or by its path on the host. */
export type VolumePlace = VolumeRef | { readonly path: string };

/** `pool/volume`, as the source of a disk of type volume is named; no pool has a slash in its name. */
export function volumeNamed(source: string): VolumeRef {
  const slash = source.indexOf('/');
  return { pool: source.slice(0, slash), name: source.slice(slash + 1) };
}

/** Where the host's storage keeps a disk's image; null: nowhere that a pool could know. */
export function placeOf(sourceType: string, source: string): VolumePlace | null {
  if (sourceType === 'volume') return volumeNamed(source);
  return source.startsWith('/') && (sourceType === 'file' || sourceType === 'block') ? { path: source } : null;
}
