/** What planning needs to know of a domain and its host, asked for in as few rounds as the answers allow. */
import { SESSION_NAMESPACE } from '../../src-core/rescue/session.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import { parseDomainCapabilities } from '../../src-core/host/domain-capabilities.ts';
import type { DomainFacts, DomainState, HostFacts } from '../../src-core/rescue/types.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { within } from './patience.ts';
import { readRootDiskId } from './root-disk-id.ts';

/** The identifier of the root disk is a courtesy: it is not waited for longer. */
const DISK_ID_PATIENCE_MS = 2000;

export interface CollectedDomain {
  readonly facts: DomainFacts;
  readonly view: DomainView;
}

/** Is a guest's memory alive, so that stopping it means something? */
export function isOn(state: DomainState): boolean {
  return state !== 'shutoff' && state !== 'crashed' && state !== 'nostate';
}

/** Facts of one domain but who else has its disks, which needs a look at all of them. Rejects with domain-not-found, or XmlProblem for a definition that cannot be read. */
export async function collectDomain(hypervisor: Hypervisor, uuid: string): Promise<CollectedDomain> {
  const [status, obstacles, definition, sessionXml] = await Promise.all([
    hypervisor.domainStatus(uuid),
    hypervisor.domainObstacles(uuid),
    hypervisor.domainXml(uuid, 'definition'),
    hypervisor.liveMetadata(uuid, SESSION_NAMESPACE),
  ]);
  // A transient domain has no definition; what libvirt gives for it is not fit to start it from again.
  const definitionXml = status.persistent ? definition : await hypervisor.domainXml(uuid, 'migratable');
  const view = parseDomain(definitionXml);
  const [blockJobs, rootDiskId, liveXml] = await Promise.all([
    isOn(status.state) ? hypervisor.blockJobs(uuid, targetsWithSource(view)) : [],
    within(DISK_ID_PATIENCE_MS, readRootDiskId(hypervisor, view), null),
    // A domain that ends meanwhile runs from nothing.
    isOn(status.state) ? hypervisor.domainXml(uuid, 'live').catch(() => null) : null,
  ]);
  return {
    facts: { definitionXml, ...status, ...obstacles, blockJobs, sessionXml, rootDiskId, liveXml, diskUsers: [] },
    view,
  };
}

function targetsWithSource(view: DomainView): string[] {
  return view.disks.filter((disk) => disk.source !== null && disk.target !== '').map((disk) => disk.target);
}

/** The host as far as planning for this domain depends on it. */
export async function collectHost(hypervisor: Hypervisor, view: DomainView): Promise<HostFacts> {
  const wantsSecrets = view.disks.some((disk) => disk.secrets.length > 0);
  const [facts, capabilitiesXml] = await Promise.all([
    hostFacts(hypervisor, wantsSecrets),
    hypervisor.domainCapabilities({
      emulator: view.emulator,
      arch: view.arch,
      machine: view.machine || null,
      virtType: view.type,
    }),
  ]);
  return { ...facts, domainCapabilities: capabilitiesXml === null ? null : parseDomainCapabilities(capabilitiesXml) };
}

/** The same without domain capabilities: for operations that fit no definition to them. Without `wantsSecrets`, secrets are not asked for either. */
export async function hostFacts(hypervisor: Hypervisor, wantsSecrets: boolean): Promise<HostFacts> {
  const [identity, secrets] = await Promise.all([hypervisor.identity(), wantsSecrets ? hypervisor.secrets() : []]);
  return {
    uri: hypervisor.uri,
    driver: identity.driver,
    libvirtVersion: identity.libvirtVersion,
    hypervisorVersion: identity.hypervisorVersion,
    domainCapabilities: null,
    readOnly: hypervisor.readOnly,
    secrets,
  };
}
