/** Files on the host that come and go with a session, so that nobody wonders at them, and knows what a crash may leave behind. */
import { overlayOf } from '../disks/overlay.ts';
import type { Attachment } from './attach.ts';
import { sentence } from './findings.ts';
import type { PlannedFile } from './types.ts';

/** The overlays of disks that are not written, the rescue device's first; then the NVRAM of the session's own. */
export function plannedFiles(domain: string, attachment: Attachment, scratchNvram: string | null): PlannedFile[] {
  const overlays = attachment.disks.toReversed().flatMap(({ source, writes }): PlannedFile[] => {
    if (source.type !== 'file' || (writes !== 'overlay' && writes !== 'shared-overlay')) return [];
    return [{ path: overlayOf(source.file, domain), what: sentence('file-overlay', { medium: source.file }) }];
  });
  return scratchNvram === null ? overlays : [...overlays, { path: scratchNvram, what: sentence('file-nvram') }];
}
