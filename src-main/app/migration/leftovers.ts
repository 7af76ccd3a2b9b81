/** Volumes that libvirt made at the destination for the copies of a migration that failed: nothing of its own takes them away (tried on 9.0). */
import type { Hypervisor } from '../../libvirt/port.ts';
import { errorOf } from '../errors.ts';
import { removeFile } from '../remove-file.ts';
import type { DiskOnBoth } from '../../../src-core/migration/types.ts';
import { isOn } from '../domain-facts.ts';
import { readVolumeXml } from '../storage-xml.ts';
import { disksOnBoth, usersOf } from './disks-on-both.ts';
import { placeNamed, volumesLeft } from './sides.ts';
import type { RecordedMigration } from './sides.ts';

/** `begun`: by the run that has failed just now, which looked right before. `resumed`: who knows what was mounted or made there since. */
export type RemovedBy = 'begun' | 'resumed';

/**
 * Remove those of the volumes that are there: they were not before, and libvirt was asked to make them. Looked at again: the guest's own image
 * is left, and of a resumed migration all that both hosts do not tell apart from it; and what a domain of the destination has as a disk. In
 * sentences, what is left and why. Never rejects.
 */
export async function removeVolumes(
  source: Hypervisor,
  destination: Hypervisor,
  recorded: RecordedMigration,
  by: RemovedBy,
): Promise<string[]> {
  const { to, makes } = recorded.migration;
  const hostname = to.hostname;
  if (makes.volumes.length === 0) return [];
  const left: string[] = [];
  const there = await volumesLeft(destination, makes.volumes);
  const seen = there.length === 0 ? [] : await compared(source, destination, recorded);
  for (const name of there) {
    const disk = seen.find((each) => each.destination === name);
    const isOther = by === 'begun' ? disk?.seen !== 'same-bytes' : disk?.seen === 'differs';
    const problem = isOther ? await removed(destination, name) : 'it may be the guest’s own image';
    if (problem !== null) left.push(`The copy ${name} that was begun at ${hostname} is left there: ${problem}.`);
  }
  return left;
}

/** The guest's disks, as both hosts have them now; none where they cannot be looked at. */
async function compared(
  source: Hypervisor,
  destination: Hypervisor,
  { domain: { uuid }, migration }: RecordedMigration,
): Promise<DiskOnBoth[]> {
  try {
    const on = isOn(await source.domainState(uuid));
    const xml = await source.domainXml(uuid, on ? 'migratable' : 'definition');
    return await disksOnBoth(source, destination, { uuid, xml, on, rules: migration.request.rules });
  } catch {
    return [];
  }
}

async function removed(destination: Hypervisor, name: string): Promise<string | null> {
  try {
    const [running, off] = await Promise.all([destination.runningDisks(), destination.offDisks()]);
    const place = placeNamed(name);
    // A pool's volume is listed by its path.
    const volume = await destination.examineVolume(place, 0);
    const path = volume === null ? null : readVolumeXml(volume.xml).path;
    const [user] = usersOf([...running, ...off], [name, path]);
    if (user !== undefined) return `${user} has it as a disk`;
    if ('path' in place) return await removeFile(destination, place.path);
    await destination.deleteVolume(place);
    return null;
  } catch (error) {
    const { detail, message } = errorOf(error);
    return (detail ?? message).replace(/\.$/, '');
  }
}
