/**
 * What a hard reboot is planned from, asked of the host. Every question has a time: a pool that hangs, or a QEMU that does not answer, is
 * found as such, and holds up nothing.
 */
import { parseXml } from '../../../src-core/domain-xml/document.ts';
import { parseDomain } from '../../../src-core/domain-xml/domain.ts';
import { liveLayers, openEnds } from '../../../src-core/reboot/chains.ts';
import { dependenciesOf } from '../../../src-core/reboot/dependencies.ts';
import { isActive } from '../../../src-core/reboot/power.ts';
import { sessionStartXml } from '../../../src-core/reboot/start-xml.ts';
import type { RebootInputs, RebootRequest } from '../../../src-core/reboot/types.ts';
import { recoverDefinition } from '../../../src-core/rescue/record.ts';
import { SESSION_NAMESPACE } from '../../../src-core/rescue/session.ts';
import type { DomainFacts } from '../../../src-core/rescue/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { hostFacts } from '../domain-facts.ts';
import { within } from '../patience.ts';
import { openSession } from '../run.ts';
import type { OpenSession } from '../run.ts';
import { findStates } from './states.ts';

/** A monitor that takes longer than that for a word is as good as hung. */
const MONITOR_MS = 3000;

export interface CollectedReboot {
  readonly inputs: RebootInputs;
  readonly open: OpenSession | null;
  /** What it would be started from. Holds passwords: never shown. */
  readonly startXml: string;
}

/** Rejects with domain-not-found, XmlProblem for a definition that cannot be read, and the connection's own failures. */
export async function collectReboot(
  hypervisor: Hypervisor,
  uuid: string,
  request: RebootRequest,
  secretsGiven: readonly string[],
): Promise<CollectedReboot> {
  const [{ facts, control, pausedReason }, open] = await Promise.all([
    domainFacts(hypervisor, uuid),
    openSession(hypervisor, uuid),
  ]);
  const startXml = await startXmlOf(hypervisor, uuid, facts, open, request);
  const host = await hostFacts(hypervisor, true);
  const document = parseXml(startXml);
  const ends = openEnds(document);
  const dependencies = [...dependenciesOf(document), ...liveLayers(facts.liveXml, ends)];
  const around = { hypervisor, uuid, facts, secrets: host.secrets, driver: host.driver, ends };
  const found = await findStates(around, dependencies);
  const session = open?.session ?? null;
  return {
    inputs: { domain: facts, host, found, request, session, control, pausedReason, secretsGiven },
    open,
    startXml,
  };
}

async function domainFacts(
  hypervisor: Hypervisor,
  uuid: string,
): Promise<{ facts: DomainFacts } & Pick<RebootInputs, 'control' | 'pausedReason'>> {
  const [status, obstacles, definition, sessionXml] = await Promise.all([
    hypervisor.domainStatus(uuid),
    hypervisor.domainObstacles(uuid),
    hypervisor.domainXml(uuid, 'definition'),
    hypervisor.liveMetadata(uuid, SESSION_NAMESPACE),
  ]);
  const definitionXml = status.persistent ? definition : await hypervisor.domainXml(uuid, 'migratable');
  const targets = parseDomain(definitionXml).disks.flatMap(({ source, target }) =>
    source === null || target === '' ? [] : [target],
  );
  const on = isActive(status.state);
  const [{ control, blockJobs }, pausedReason, liveXml] = await Promise.all([
    on ? monitor(hypervisor, uuid, targets) : { control: null, blockJobs: [] },
    status.state === 'paused' ? hypervisor.domainReason(uuid).then(({ reason }) => reason) : null,
    // A domain that ends meanwhile runs from nothing.
    on ? hypervisor.domainXml(uuid, 'live').catch(() => null) : null,
  ]);
  const facts: DomainFacts = {
    ...{ definitionXml, ...status, ...obstacles, blockJobs, sessionXml, liveXml },
    ...{ rootDiskId: null, diskUsers: [] },
  };
  return { facts, control, pausedReason };
}

/** How QEMU fares. One that is stopped dead is `ok` until it is asked something: the question about block jobs is such a one. */
async function monitor(
  hypervisor: Hypervisor,
  uuid: string,
  targets: readonly string[],
): Promise<{ control: string | null; blockJobs: readonly string[] }> {
  const told = () => within(MONITOR_MS, hypervisor.controlState(uuid), null).catch(() => null);
  const control = await told();
  if (control === 'occupied' || control === 'error') return { control, blockJobs: [] };
  const jobs = hypervisor.blockJobs(uuid, targets).catch(() => []);
  const blockJobs = await within(MONITOR_MS, jobs, null);
  if (blockJobs !== null) return { control, blockJobs };
  return { control: 'occupied', blockJobs: [] };
}

/**
 * A one-shot rescue that is kept lives in the running domain alone; a rescue until ended in the definition, with the guest's own inside, which
 * it comes back to where the rescue is ended first.
 */
async function startXmlOf(
  hypervisor: Hypervisor,
  uuid: string,
  { definitionXml, persistent }: DomainFacts,
  open: OpenSession | null,
  { session }: RebootRequest,
): Promise<string> {
  if (open === null || !persistent) return definitionXml;
  if (session === 'end') return recoverDefinition(definitionXml).definitionXml ?? definitionXml;
  if (open.defined) return definitionXml;
  const { name } = parseDomain(definitionXml);
  return sessionStartXml(await hypervisor.domainXml(uuid, 'migratable'), name);
}
