/** What a session writes beside or into images of the host: is there room, and does an overlay of an earlier session lie in the way? */
import { posix } from 'node:path';
import { overlayOf } from '../../src-core/disks/overlay.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import type { ImageRoom, MediumFacts, RescueRequest } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import type { Finder } from './volume-finder.ts';

/** An image that a session may write beside or into. */
export interface WantedRoom {
  readonly image: string;
  readonly capacity: () => Promise<number | null>;
  /**
   * Its folder is opened where no pool holds it. For the guest's own disks, where protection was asked for; a medium's folder is not
   * opened for a figure.
   */
  readonly thorough: boolean;
}

/** The images of a request, as far as they may need room: the planner knows which do. */
export function wantedRoom(
  hypervisor: Hypervisor,
  view: DomainView,
  request: RescueRequest,
  media: readonly MediumFacts[],
): WantedRoom[] {
  const found = new Map<string, WantedRoom>();
  for (const { source, size, content } of media) {
    // With a pool for overlays none lies beside a medium.
    if (request.writes !== 'overlay' || request.overlayPool !== null) break;
    if (source?.type !== 'file' || content?.kind === 'iso9660') continue;
    const capacity = content?.virtualSize ?? size;
    found.set(source.file, { image: source.file, capacity: () => Promise.resolve(capacity), thorough: false });
  }
  if (request.guestDisks !== 'overlay' && request.guestDisks !== 'snapshot') return [...found.values()];
  for (const { source, sourceType, device, readonly, target } of view.disks) {
    if (source === null || sourceType !== 'file' || device !== 'disk' || readonly) continue;
    const capacity = async () =>
      (await hypervisor.blockSizes(view.uuid ?? '', target).catch(() => null))?.capacity ?? null;
    found.set(source, { image: source, capacity, thorough: true });
  }
  return [...found.values()];
}

/** Rejects with the connection's own failures alone. */
export async function imageRoom(finder: Finder, domain: string, wanted: WantedRoom): Promise<ImageRoom> {
  const { image, thorough } = wanted;
  const capacity = await wanted.capacity();
  const overlay = overlayOf(image, domain);
  const names = thorough ? await finder.names(posix.dirname(image)) : null;
  const leftOverlay = names === null ? await finder.glimpse(overlay) : names.includes(posix.basename(overlay));
  const free = await finder.free(posix.dirname(image), capacity ?? Infinity, thorough);
  return { image, capacity, free, leftOverlay };
}
