/** Which disk the guest's root is, by the identifier in its partition table: a medium with the same one is a copy of it. */
import { rootDisk } from '../../src-core/disks/root-disk.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { readMedium } from './read-medium.ts';
import { readVolumeXml } from './storage-xml.ts';
import { volumeNamed } from './volume-place.ts';
import type { VolumePlace } from './volume-place.ts';

/** A partition table and its identifier lie in the first sectors; those of an image lie behind its tables. */
const HEAD_BYTES = 64 * 1024;
/** A fresh overlay holds nothing yet: what it shows is that of the image below. */
const MAX_LAYERS = 4;

/** GPT disk GUID or MBR signature, where a pool of the host knows the image (or those below it); null otherwise. Never rejects. */
export async function readRootDiskId(hypervisor: Hypervisor, view: DomainView): Promise<string | null> {
  const root = rootDisk(view);
  if (root?.source == null) return null;
  let next: VolumePlace | null = root.sourceType === 'volume' ? volumeNamed(root.source) : { path: root.source };
  try {
    for (let layer = 0; next !== null && layer < MAX_LAYERS; layer += 1) {
      const where: VolumePlace = next;
      const volume =
        'path' in where && !where.path.startsWith('/') ? null : await hypervisor.examineVolume(where, HEAD_BYTES);
      if (volume?.head == null) return null;
      const { backingPath, physical } = readVolumeXml(volume.xml);
      const read = (ranges: Parameters<Hypervisor['readVolume']>[1]) => hypervisor.readVolume(where, ranges);
      const { content } = await readMedium(volume.head, physical, read, ({ diskId }) => diskId !== null);
      if (content.diskId !== null) return content.diskId;
      next = backingPath === null || root.format === 'raw' ? null : { path: backingPath };
    }
    return null;
  } catch {
    return null;
  }
}
