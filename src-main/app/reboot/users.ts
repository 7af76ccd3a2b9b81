/** Which other running domains use the same things of a host. */
import { parseXml } from '../../../src-core/domain-xml/document.ts';
import { dependenciesOf } from '../../../src-core/reboot/dependencies.ts';
import type { Dependency } from '../../../src-core/reboot/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { isOn } from '../domain-facts.ts';
import { IN_FLIGHT, mapLimited, within } from '../patience.ts';

/** All of them together: a host may run hundreds. */
const PATIENCE_MS = 8000;

const keyOf = ({ kind, name }: Pick<Dependency, 'kind' | 'name'>): string => `${kind}\n${name}`;

/** By what each runs from now. Asked only where something is `wanted`; who does not answer in time is not told of. */
export async function runningUsers(
  hypervisor: Hypervisor,
  uuid: string,
  wanted: readonly Pick<Dependency, 'kind' | 'name'>[],
): Promise<(dependency: Pick<Dependency, 'kind' | 'name'>) => readonly string[]> {
  if (wanted.length === 0) return () => [];
  const users = new Map<string, string[]>(wanted.map((each) => [keyOf(each), []]));
  const look = async () => {
    const others = (await hypervisor.listDomains()).filter((other) => other.uuid !== uuid && isOn(other.state));
    await mapLimited(others, IN_FLIGHT, async (other) => {
      const xml = await hypervisor.domainXml(other.uuid, 'live').catch(() => null);
      for (const key of new Set(xml === null ? [] : keysOf(xml))) users.get(key)?.push(other.name);
    });
  };
  await within(PATIENCE_MS, look(), undefined);
  return (dependency) => [...(users.get(keyOf(dependency)) ?? [])].sort();
}

function keysOf(xml: string): string[] {
  try {
    return dependenciesOf(parseXml(xml)).map(keyOf);
  } catch {
    return [];
  }
}
