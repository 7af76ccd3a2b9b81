/** Removing a file of the host through the host itself, so that it works from anywhere. */
import { posix } from 'node:path';
import type { Hypervisor } from '../libvirt/port.ts';
import { errorOf } from './errors.ts';
import { NO_SUCH_FILE, withFinder } from './volume-finder.ts';

/** Remove a file; null when it is gone, else why it is not, in words. Never rejects. */
export async function removeFile(hypervisor: Hypervisor, path: string): Promise<string | null> {
  try {
    return await withFinder(hypervisor, async (finder) => {
      const found = await finder.find(path, 0);
      if (found.volume !== null) await hypervisor.deleteVolume(found.where);
      return found.problem === NO_SUCH_FILE ? null : found.problem;
    });
  } catch (error) {
    const { message, detail } = errorOf(error);
    return `${posix.basename(path)}: ${detail ?? message}`;
  }
}
