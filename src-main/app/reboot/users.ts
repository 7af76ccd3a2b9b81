/** Which other active domains use the same things of a host. */
import { parseXml } from '../../../src-core/domain-xml/document.ts';
import { dependenciesOf } from '../../../src-core/reboot/dependencies.ts';
import { keyOf } from '../../../src-core/reboot/found.ts';
import { isActive } from '../../../src-core/reboot/power.ts';
import type { Dependency } from '../../../src-core/reboot/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { errorOf } from '../errors.ts';
import { IN_FLIGHT, mapLimited, within } from '../patience.ts';

/** All of them together: a host may run hundreds. */
const PATIENCE_MS = 8000;

/** A thing that domains use. */
export type Used = Pick<Dependency, 'kind' | 'name'>;

export interface Users {
  /** Names of those that use any of them, sorted. */
  readonly of: (things: readonly Used[]) => readonly string[];
  /** Everybody has answered. Where this is false, somebody who is not named may use any of them. */
  readonly complete: boolean;
}

/** By what each runs from now; a crashed guest that libvirt keeps has its devices still. Asked only where something is `wanted`. */
export async function activeUsers(hypervisor: Hypervisor, uuid: string, wanted: readonly Used[]): Promise<Users> {
  if (wanted.length === 0) return { of: () => [], complete: true };
  const users = new Map<string, string[]>(wanted.map((each) => [keyOf(each), []]));
  const look = async () => {
    const others = (await hypervisor.listDomains()).filter((other) => other.uuid !== uuid && isActive(other.state));
    const answered = await mapLimited(others, IN_FLIGHT, async (other) => {
      const keys = await keysOf(hypervisor, other.uuid);
      for (const key of new Set(keys)) users.get(key)?.push(other.name);
      return keys !== null;
    });
    return answered.every((each) => each);
  };
  const complete = await within(PATIENCE_MS, look(), false);
  return { of: (things) => [...new Set(things.flatMap((each) => users.get(keyOf(each)) ?? []))].sort(), complete };
}

/** null: it cannot be told. One that is gone meanwhile uses nothing. */
async function keysOf(hypervisor: Hypervisor, uuid: string): Promise<readonly string[] | null> {
  try {
    return dependenciesOf(parseXml(await hypervisor.domainXml(uuid, 'live'))).map(keyOf);
  } catch (error) {
    return errorOf(error).code === 'domain-not-found' ? [] : null;
  }
}
