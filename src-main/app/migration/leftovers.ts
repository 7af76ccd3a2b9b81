/** Volumes that libvirt made at the destination for the copies of a migration that failed: nothing of its own takes them away (tried on 9.0). */
import type { Hypervisor } from '../../libvirt/port.ts';
import { errorOf } from '../errors.ts';
import { removeFile } from '../remove-file.ts';
import { placeNamed, volumesLeft } from './sides.ts';

/**
 * Remove those of the volumes that are there: they were not before, and libvirt was asked to make them. One that a domain of the destination
 * has as a disk is left. In sentences, what is left and why. Never rejects.
 */
export async function removeVolumes(
  destination: Hypervisor,
  hostname: string,
  names: readonly string[],
): Promise<string[]> {
  if (names.length === 0) return [];
  const left: string[] = [];
  for (const name of await volumesLeft(destination, names)) {
    const problem = await removed(destination, name);
    if (problem !== null) left.push(`The copy ${name} that was begun at ${hostname} is left there: ${problem}.`);
  }
  return left;
}

async function removed(destination: Hypervisor, name: string): Promise<string | null> {
  try {
    const [running, off] = await Promise.all([destination.runningDisks(), destination.offDisks()]);
    const user = [...running, ...off].find(({ sources }) => sources?.includes(name) === true);
    if (user !== undefined) return `${user.name} has it as a disk`;
    const place = placeNamed(name);
    if ('path' in place) return await removeFile(destination, place.path);
    await destination.deleteVolume(place);
    return null;
  } catch (error) {
    const { detail, message } = errorOf(error);
    return (detail ?? message).replace(/\.$/, '');
  }
}
