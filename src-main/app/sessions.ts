/** Open rescue sessions of a host, whoever started them. What sessions left behind: leftovers.ts. */
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { errorOf } from './errors.ts';
import { IN_FLIGHT, mapLimited } from './patience.ts';
import { sessionOf } from './run.ts';

export interface OpenSession {
  readonly domain: DomainRef;
  readonly session: SessionRecord;
}

export async function listSessions(hypervisor: Hypervisor): Promise<OpenSession[]> {
  const domains = await hypervisor.listDomains();
  const found = await mapLimited(domains, IN_FLIGHT, async ({ uuid, name, state }) => {
    const session = await sessionOf(hypervisor, uuid, isOn(state)).catch(ifGone);
    return session === null ? null : { domain: { uuid, name }, session };
  });
  return found.filter((open) => open !== null);
}

function ifGone(error: unknown): null {
  if (errorOf(error).code === 'domain-not-found') return null;
  throw error;
}
