/**
 * Files on the host that come and go with a session, so that nobody wonders at them, and knows what a crash may leave behind; and the
 * room that they, and a snapshot, may need.
 */
import { overlayOf } from '../disks/overlay.ts';
import type { Attachment } from './attach.ts';
import { sourceName } from './context.ts';
import type { PlanContext } from './context.ts';
import { refusal, sentence, warning } from './findings.ts';
import type { ProtectedDisk } from './guest-disks.ts';
import { sizeText } from './size-text.ts';
import type { PlannedFile } from './plan-types.ts';
import type { Finding, ImageRoom, Sentence } from './types.ts';

/** What a session writes beside or into one image of the host. */
export interface NeededRoom extends ImageRoom {
  /** Where it is written to. */
  readonly folder: string;
  /** Path of the overlay, and what it is; null: a snapshot, inside the image. */
  readonly overlay: { readonly path: string; readonly what: Sentence } | null;
}

/** Overlays of media, the rescue device's first, volumes of a pool or beside them; overlays of the guest's own disks; the images of a snapshot. */
export function roomNeeded(
  { domain, inputs }: PlanContext,
  attachment: Attachment,
  guestDisks: readonly ProtectedDisk[],
): NeededRoom[] {
  const known = new Map(inputs.room.map((room) => [room.image, room]));
  const of = (image: string, what: Sentence | null): NeededRoom => ({
    ...(known.get(image) ?? { image, capacity: null, free: null, leftOverlay: false }),
    folder: folderOf(image),
    overlay: what === null ? null : { path: overlayOf(image, domain.name), what },
  });
  const pool = inputs.overlayPool?.kind === 'folder' ? inputs.overlayPool : null;
  const volumes = attachment.overlays.toReversed().map(({ path, capacity, backing, ...volume }): NeededRoom => {
    const what = sentence('file-overlay-volume', { medium: sourceName(backing) ?? '', pool: volume.pool });
    const free = pool?.free ?? null;
    return { image: path, capacity, free, leftOverlay: false, folder: folderOf(path), overlay: { path, what } };
  });
  const media = attachment.disks.toReversed().flatMap(({ source, writes }): NeededRoom[] => {
    if (source.type !== 'file' || (writes !== 'overlay' && writes !== 'shared-overlay')) return [];
    return [of(source.file, sentence('file-overlay', { medium: source.file }))];
  });
  const own = guestDisks.flatMap(({ disk: { source, target, sourceType }, how }): NeededRoom[] => {
    if (source === null || how === 'read-only' || sourceType !== 'file') return [];
    return [of(source, how === 'overlay' ? sentence('file-guest-overlay', { target, image: source }) : null)];
  });
  return [...volumes, ...media, ...own];
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

/** The overlays, then the NVRAM of the session's own. */
export function plannedFiles(needed: readonly NeededRoom[], scratchNvram: string | null): PlannedFile[] {
  const overlays = needed.flatMap(({ overlay, capacity, free }): PlannedFile[] =>
    overlay === null ? [] : [{ ...overlay, atMost: capacity, free }],
  );
  if (scratchNvram === null) return overlays;
  return [...overlays, { path: scratchNvram, what: sentence('file-nvram'), atMost: null, free: null }];
}

/** An overlay begins with a few clusters of 64 KiB; with less than this it could not even be made, or would be full at once. */
const LEAST_FREE = 4 * 1024 * 1024;

/** libvirt would fail to start the guest, after it was stopped. */
export function roomRefusals(needed: readonly NeededRoom[]): Finding[] {
  const left = needed.flatMap(({ overlay, leftOverlay, image }) =>
    leftOverlay && overlay !== null ? [refusal('overlay-left-behind', image, { overlay: overlay.path })] : [],
  );
  const full = folders(needed).flatMap(({ folder, free }) =>
    free !== null && free < LEAST_FREE ? [refusal('no-space', folder, { folder, free: sizeText(free) })] : [],
  );
  return [...left, ...full];
}

/** They may grow past what is free; most never do. */
export function roomWarnings(needed: readonly NeededRoom[]): Finding[] {
  return folders(needed).flatMap(({ folder, free, atMost }) => {
    if (free === null || free < LEAST_FREE || atMost <= free) return [];
    return [warning('little-space', folder, { folder, free: sizeText(free), atMost: sizeText(atMost) })];
  });
}

interface Folder {
  readonly folder: string;
  readonly free: number | null;
  readonly atMost: number;
}

function folders(needed: readonly NeededRoom[]): Folder[] {
  const found = new Map<string, Folder>();
  for (const { folder, capacity, free } of needed) {
    const atMost = (found.get(folder)?.atMost ?? 0) + (capacity ?? 0);
    found.set(folder, { folder, free: free ?? found.get(folder)?.free ?? null, atMost });
  }
  return [...found.values()];
}
