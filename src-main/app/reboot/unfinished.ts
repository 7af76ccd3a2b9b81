/** A hard reboot that was not finished: how the machine stands, and the ways on. */
import type { MachineKey } from '../../../src-core/contract/schemas.ts';
import { happened } from '../../../src-core/journal/situation.ts';
import type { EntryOutline } from '../../../src-core/journal/types.ts';
import { rebootSituation } from '../../../src-core/reboot/situations.ts';
import type { RebootFound, RebootNow } from '../../../src-core/reboot/situations.ts';
import { hashDefinition } from '../../../src-core/rescue/record.ts';
import type { DomainRef, Hypervisor } from '../../libvirt/port.ts';
import { isOn } from '../domain-facts.ts';
import { errorOf } from '../errors.ts';
import { openSession } from '../run.ts';
import type { ConnectedHost } from '../unfinished.ts';

/** Rejects with what the connection fails with. */
export async function lookAtReboot(
  entry: EntryOutline,
  host: ConnectedHost,
): Promise<RebootFound & { happened: string; machine: MachineKey | null }> {
  const { found, now } = await lookAtDomain(entry, host.hypervisor);
  const here = now.domain === 'there' || now.domain === 'renamed';
  const machine = here ? { hostId: host.id, uuid: entry.began.domain.uuid } : null;
  return { ...found, happened: happened(entry), machine };
}

export async function lookAtDomain(
  entry: EntryOutline,
  hypervisor: Hypervisor,
): Promise<{ found: RebootFound; now: RebootNow }> {
  const now = await domainNow(entry, hypervisor);
  return { found: rebootSituation(entry, now), now };
}

async function domainNow({ began }: EntryOutline, hypervisor: Hypervisor): Promise<RebootNow> {
  const { uuid, name } = began.domain;
  const nobody = { definition: 'none', runs: 'off', saved: 'no', name, there: null, inSession: false } as const;
  const here = await find(hypervisor, uuid, (found) => found.uuid === uuid);
  if (here === null) {
    const namesake = await find(hypervisor, name, (found) => found.name === name && found.uuid !== uuid);
    return { ...nobody, domain: namesake === null ? 'gone' : 'replaced', there: namesake?.uuid ?? null };
  }
  try {
    const [{ state, persistent }, { managedSave }, definitionXml, open] = await Promise.all([
      hypervisor.domainStatus(uuid),
      hypervisor.domainObstacles(uuid),
      hypervisor.domainXml(uuid, 'definition'),
      openSession(hypervisor, uuid),
    ]);
    const inSession = open !== null && began.session !== null && (open.session.id ?? '') === began.session.id;
    return {
      domain: here.name === name ? 'there' : 'renamed',
      name: here.name,
      there: null,
      definition: !persistent ? 'none' : hashDefinition(definitionXml) === began.before.definition ? 'own' : 'changed',
      runs: open !== null && !inSession ? 'other-rescue' : isOn(state) ? 'on' : 'off',
      saved: managedSave ? 'yes' : 'no',
      inSession,
    };
  } catch (error) {
    // It went away between two calls.
    if (errorOf(error).code !== 'domain-not-found') throw error;
    return { ...nobody, domain: 'gone' };
  }
}

/** libvirt looks a word up as a UUID and as a name. */
async function find(
  hypervisor: Hypervisor,
  word: string,
  isMeant: (found: DomainRef) => boolean,
): Promise<DomainRef | null> {
  try {
    const found = await hypervisor.findDomain(word);
    return isMeant(found) ? found : null;
  } catch (error) {
    if (errorOf(error).code === 'domain-not-found') return null;
    throw error;
  }
}
