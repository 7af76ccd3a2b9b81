/**
 * All that a migration's plan depends on, asked of both hosts. Every question has a time: what is essential and does not come ends the look with
 * the name of the host that is silent; of the rest it is said that it is not known.
 */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { parseXml } from '../../../src-core/domain-xml/document.ts';
import type { DomainView } from '../../../src-core/domain-xml/domain.ts';
import { attribute, child } from '../../../src-core/domain-xml/elements.ts';
import { serialiseXml } from '../../../src-core/domain-xml/serialise.ts';
import { knowsMachine, parseCapabilities } from '../../../src-core/host/capabilities.ts';
import type { HostCapabilities } from '../../../src-core/host/capabilities.ts';
import { recordedOriginal } from '../../../src-core/migration/rules.ts';
import { sameGuest } from '../../../src-core/migration/same-guest.ts';
import type { DestinationFacts, MigrationInputs, MigrationRequest } from '../../../src-core/migration/types.ts';
import type { CapabilityQuery, CpuComparison, Hypervisor, VirtualNetwork } from '../../libvirt/port.ts';
import { collectDomain, hostFacts, isOn } from '../domain-facts.ts';
import { within } from '../patience.ts';
import { openSession } from '../run.ts';
import { disksOnBoth, stayingOnBoth } from './disks-on-both.ts';
import { neededThere } from './needs.ts';
import { ownNvramThere } from './own-nvram.ts';

/** What a plan cannot be made without. */
const ESSENTIAL_MS = 15_000;
/** What it can. */
const COURTESY_MS = 5000;
/** How long QEMU measures how fast memory is dirtied. */
const DIRTY_SECONDS = 1;

export interface CollectOrder {
  readonly uuid: string;
  readonly request: MigrationRequest;
  /** How fast the guest dirties memory takes a second to measure, and only the estimate needs it. */
  readonly measure: boolean;
}

/**
 * Rejects with domain-not-found, with timeout where a host is silent, with XmlProblem for a definition that cannot be read, and with what the
 * connections fail with.
 */
export async function collectMigration(
  source: Hypervisor,
  destination: Hypervisor,
  { uuid, request, measure }: CollectOrder,
): Promise<MigrationInputs> {
  const [from, to] = await Promise.all([essential(source, 'identity', source.identity()), identityOf(destination)]);
  const { facts, view } = await essential(source, 'look at the domain', collectDomain(source, uuid));
  const on = isOn(facts.state);
  const [migratableXml, open, sourceHost] = await Promise.all([
    on ? essential(source, 'definition of what runs', source.domainXml(uuid, 'migratable')) : null,
    essential(source, 'metadata of the domain', openSession(source, uuid)),
    essential(source, 'look at the host', hostFacts(source, false)),
  ]);
  const xml = migratableXml ?? facts.definitionXml;
  const { definitionXml } = facts;
  const original = recordedOriginal(definitionXml);
  const stays = original === null ? [definitionXml] : [definitionXml, original];
  const looked = { uuid, xml, on, rules: request.rules };
  const images = disksOnBoth(source, destination, looked);
  const session = open?.session ?? null;
  const variables = { xml, back: original ?? definitionXml, host: sourceHost, rules: request.rules };
  const [there, capabilities, disks, staying, ownNvram, dirtied] = await Promise.all([
    destinationFacts(source, destination, { uuid, view, xml, definitionXml, stays, request }),
    capabilitiesOf(source, view.arch),
    images,
    stayingOnBoth(source, destination, looked, stays, images),
    session === null ? null : ownNvramThere(destination, variables),
    on && measure && request.live ? courtesy(source.dirtyRate(uuid, DIRTY_SECONDS), null) : null,
  ]);
  return {
    domain: facts,
    source: { host: sourceHost, hostname: from.hostname, hostUuid: capabilities?.uuid ?? null },
    destination: { ...there, hostname: to.hostname },
    disks,
    staying,
    migratableXml,
    session,
    ownNvram,
    request,
    dirtyRate: dirtied === null ? null : { bytesPerSecond: dirtied, seconds: DIRTY_SECONDS },
  };
}

function identityOf(destination: Hypervisor) {
  return essential(destination, 'identity', destination.identity());
}

interface Guest {
  readonly uuid: string;
  readonly view: DomainView;
  /** What migrates: what runs, or the definition. */
  readonly xml: string;
  readonly definitionXml: string;
  /** The definition, and the one in the record of its rescue. */
  readonly stays: readonly string[];
  readonly request: MigrationRequest;
}

async function destinationFacts(
  source: Hypervisor,
  destination: Hypervisor,
  { uuid, view, xml, definitionXml, stays, request }: Guest,
): Promise<Omit<DestinationFacts, 'hostname'>> {
  const listed = courtesy<readonly VirtualNetwork[] | null>(destination.listNetworks(), null);
  const [host, capabilities, domains, cpu, needed, networks, free] = await Promise.all([
    essential(destination, 'look at the host', hostFacts(destination, false)),
    capabilitiesOf(destination, view.arch),
    essential(destination, 'list of domains', namesakes(destination, uuid, view.name, definitionXml)),
    compared(destination, view, xml),
    neededThere(source, destination, [...new Set([xml, ...stays])], request.rules, listed),
    listed,
    courtesy(destination.freeMemory(), null),
  ]);
  return {
    host,
    hostUuid: capabilities?.uuid ?? null,
    cpu,
    machineKnown: machineKnown(capabilities, view),
    domains,
    needed,
    networks: (networks ?? []).map(({ name, bridge }) => ({ name, bridge })),
    freeMemory: free === null ? null : Math.floor(free / 1024),
  };
}

/** Domains that are in the way by their name or UUID. */
async function namesakes(
  destination: Hypervisor,
  uuid: string,
  name: string,
  definitionXml: string,
): Promise<DestinationFacts['domains']> {
  const all = await destination.listDomains();
  return Promise.all(
    all
      .filter((each) => each.uuid === uuid || each.name === name)
      .map(async (each) => ({
        uuid: each.uuid,
        name: each.name,
        state: each.state,
        ours: each.uuid === uuid && !isOn(each.state) && (await isRemnant(destination, uuid, definitionXml)),
      })),
  );
}

async function isRemnant(destination: Hypervisor, uuid: string, definitionXml: string): Promise<boolean> {
  const there = await courtesy(destination.domainXml(uuid, 'definition'), null);
  return there !== null && sameGuest(there, definitionXml);
}

function machineKnown(capabilities: HostCapabilities | null, { machine }: DomainView): boolean | null {
  return capabilities === null || machine === '' ? null : knowsMachine(capabilities, machine);
}

async function capabilitiesOf(host: Hypervisor, arch: string): Promise<HostCapabilities | null> {
  const xml = await courtesy(host.capabilities(), null);
  try {
    return xml === null ? null : parseCapabilities(xml, arch);
  } catch {
    return null;
  }
}

/**
 * The guest's CPU against the destination's. Only of a model by name under KVM: an emulated CPU runs anywhere, and whether the host's own is
 * the other host's own no daemon can tell (it says `superset`).
 */
function compared(destination: Hypervisor, view: DomainView, xml: string): Promise<CpuComparison | null> {
  if (view.type !== 'kvm') return Promise.resolve(null);
  const cpu = child(parseXml(xml).documentElement, 'cpu');
  const model = child(cpu, 'model');
  const mode = attribute(cpu, 'mode') ?? 'custom';
  if (cpu === null || model === null || mode !== 'custom') return Promise.resolve(null);
  const query: CapabilityQuery = {
    emulator: view.emulator,
    arch: view.arch,
    machine: view.machine || null,
    virtType: view.type,
  };
  return courtesy(destination.compareCpu(query, serialiseXml(cpu)), null);
}

/** Rejects with timeout, naming the host, where no answer comes. */
async function essential<T>(host: Hypervisor, what: string, answer: Promise<T>): Promise<T> {
  const late = Symbol('late');
  const told = await within<T, typeof late>(ESSENTIAL_MS, answer, late);
  if (told === late) throw new SalvorError('timeout', { call: `${what} at ${host.uri}`, seconds: ESSENTIAL_MS / 1000 });
  return told;
}

/** What is not told in time, or at all, is not known. */
function courtesy<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  return within<T, T>(
    COURTESY_MS,
    answer.catch(() => otherwise),
    otherwise,
  );
}
