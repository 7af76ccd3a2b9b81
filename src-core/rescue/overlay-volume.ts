/** What libvirt is asked for when it makes the volume that a medium is put behind. */
import { parseXml } from '../domain-xml/document.ts';
import { newElement } from '../domain-xml/elements.ts';
import { serialiseXml } from '../domain-xml/serialise.ts';
import type { PlannedOverlay } from './plan-types.ts';

/**
 * <volume> XML. The format of the medium is told and never probed. Without a capacity of its own (0) QEMU gives it the medium's (tried on
 * libvirt 9.0 with QEMU 7.2).
 */
export function overlayVolumeXml({ name, backing, backingFormat, capacity }: PlannedOverlay): string {
  const document = parseXml('<volume/>');
  const path = backing.type === 'file' ? backing.file : backing.dev;
  const format = (type: string) => newElement(document, 'format', { type });
  for (const element of [
    newElement(document, 'name', {}, name),
    newElement(document, 'capacity', { unit: 'bytes' }, String(capacity ?? 0)),
    newElement(document, 'allocation', { unit: 'bytes' }, '0'),
    newElement(document, 'target', {}, [format('qcow2')]),
    newElement(document, 'backingStore', {}, [newElement(document, 'path', {}, path), format(backingFormat)]),
  ])
    document.documentElement?.appendChild(element);
  return serialiseXml(document);
}
