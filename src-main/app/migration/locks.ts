/** A migration has its domain on two hosts, and nobody else on this computer may act on it on either. */
import type { DomainRef } from '../../libvirt/port.ts';
import { lockDomain } from '../domain-lock.ts';

/** Take the locks of a domain on all of these hosts, or none and throw `busy`. Resolves to what lets go of them. */
export async function lockOnHosts(
  hostnames: readonly string[],
  domain: DomainRef,
  holder: string,
): Promise<() => void> {
  const held: (() => void)[] = [];
  const letGo = () => {
    for (const free of held.splice(0)) free();
  };
  try {
    // Two daemons of one computer may go by one name.
    for (const hostname of new Set(hostnames)) held.push(await lockDomain(hostname, domain, holder));
  } catch (error) {
    letGo();
    throw error;
  }
  return letGo;
}
