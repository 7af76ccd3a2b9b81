/** How each thing that a domain depends on is on its host now. Nothing is changed by looking. */
import { posix } from 'node:path';
import { secretOf } from '../../../src-core/disks/secret-states.ts';
import { parseXml } from '../../../src-core/domain-xml/document.ts';
import { parseDomain } from '../../../src-core/domain-xml/domain.ts';
import { child } from '../../../src-core/domain-xml/elements.ts';
import { isUuid } from '../../../src-core/reboot/actions.ts';
import type { Dependency, DependencyState, FoundDependency } from '../../../src-core/reboot/types.ts';
import { nodeDeviceOf } from '../../../src-core/reboot/virsh.ts';
import type { DomainFacts, SecretFacts } from '../../../src-core/rescue/types.ts';
import type { Hypervisor, StoragePool, VirtualNetwork } from '../../libvirt/port.ts';
import { errorOf } from '../errors.ts';
import { nvramFacts } from '../nvram.ts';
import { IN_FLIGHT, mapLimited, within } from '../patience.ts';
import { TOO_SLOW } from '../storage-looks.ts';
import { readPoolXml } from '../storage-xml.ts';
import { INTERFACES, NO_SUCH_FILE, SCRATCH_POOL, withFinder } from '../volume-finder.ts';
import type { Finder } from '../volume-finder.ts';
import { runningUsers } from './users.ts';

/** One question, and all looks at files together. */
const EACH_MS = 6000;
const FILES_MS = 8000;

/** `of`: where it was learned. */
type Told = Pick<FoundDependency, 'state' | 'detail'> & { readonly of?: string };

export interface Around {
  readonly hypervisor: Hypervisor;
  readonly uuid: string;
  readonly facts: DomainFacts;
  readonly secrets: readonly SecretFacts[] | null;
  /** As HostFacts has it. */
  readonly driver: string;
}

export async function findStates(around: Around, dependencies: readonly Dependency[]): Promise<FoundDependency[]> {
  const has = (...kinds: readonly Dependency['kind'][]) => dependencies.some(({ kind }) => kinds.includes(kind));
  const { hypervisor } = around;
  const [pools, networks] = await Promise.all([
    has('pool', 'image') ? quietly(poolsOf(hypervisor)) : [],
    has('network', 'bridge') ? quietly(hypervisor.listNetworks()) : [],
  ]);
  const interfaces = await interfacesOf(hypervisor, dependencies, networks);
  const volumes = await volumeStates(hypervisor, dependencies, pools);
  const files = await fileStates(around, dependencies, pools);
  const devices = await deviceStates(hypervisor, dependencies);
  const told = dependencies.map((dependency): Told => {
    switch (dependency.kind) {
      case 'pool':
        return poolState(dependency, pools, volumes);
      case 'network':
        return networkState(dependency, networks, interfaces);
      case 'bridge':
        return bridgeState(dependency, networks, interfaces);
      case 'secret':
        return secretState(dependency, around.secrets);
      default:
        return (
          volumes.get(dependency) ??
          files.get(dependency) ??
          devices.get(dependency) ?? { state: 'not-checked', detail: NOT_ASKED[dependency.kind] ?? null }
        );
    }
  });
  const users = await runningUsers(hypervisor, around.uuid, contended(dependencies, told));
  return dependencies.map((dependency, index) => {
    const { state, detail, of } = told[index] ?? { state: 'not-checked', detail: null };
    const sharedWith = users(dependency);
    return { ...dependency, of: of ?? dependency.of, state, detail, sharedWith };
  });
}

/** Pools that somebody is looking through meanwhile come and go: nothing that a guest has is in them. */
async function poolsOf(hypervisor: Hypervisor): Promise<readonly StoragePool[]> {
  return (await hypervisor.listPools()).filter(({ name }) => !SCRATCH_POOL.test(name));
}

/** Where it matters who else uses a thing: it would be taken down under them, or they stand in the way. */
function contended(dependencies: readonly Dependency[], told: readonly Told[]): Dependency[] {
  return dependencies.filter(({ kind }, index) => {
    if (kind === 'host-device' || kind === 'mediated-device') return true;
    return (kind === 'pool' || kind === 'network') && told[index]?.state === 'stale';
  });
}

/** Why libvirt has no word about it; stands behind a colon. */
const NOT_ASKED: Partial<Record<Dependency['kind'], string>> = {
  'network-storage': 'its server is asked by QEMU alone, at the start',
  'host-device': 'libvirt tells nothing of it',
  tpm: 'libvirt starts it with the guest, and keeps its state',
  share: 'the start tells whether it is there',
  'vhost-user': 'the start tells whether somebody listens there',
  memory: 'the start tells whether there is enough',
};

/** null: no answer in time, or none at all. */
async function quietly<T>(question: Promise<T>, patience = EACH_MS): Promise<T | null> {
  try {
    return await within(patience, question, null);
  } catch (error) {
    // It is not about this question.
    if (errorOf(error).code === 'connection-lost') throw error;
    return null;
  }
}

function poolState(
  { name }: Dependency,
  pools: readonly StoragePool[] | null,
  volumes: ReadonlyMap<Dependency, Told>,
): Told {
  if (pools === null) return { state: 'unreachable', detail: null };
  const pool = pools.find((one) => one.name === name);
  if (pool === undefined) return { state: 'missing', detail: null };
  if (pool.xml === null) return { state: 'unreachable', detail: null };
  if (!pool.active) return { state: 'inactive', detail: null };
  const outdated = [...volumes].some(([volume, { state }]) => volume.of === name && state === 'stale');
  return { state: outdated ? 'stale' : 'ready', detail: null };
}

/** Volumes of pools that are active and answer, compared with what their pools list. */
async function volumeStates(
  hypervisor: Hypervisor,
  dependencies: readonly Dependency[],
  pools: readonly StoragePool[] | null,
): Promise<Map<Dependency, Told>> {
  const volumes = dependencies.filter(({ kind }) => kind === 'volume');
  const states = await mapLimited(volumes, IN_FLIGHT, async (volume): Promise<[Dependency, Told]> => {
    const pool = pools?.find(({ name }) => name === volume.of);
    if (pool?.active !== true || pool.xml === null)
      return [volume, { state: 'not-checked', detail: 'its pool is to be set up first' }];
    return [volume, await volumeState(hypervisor, pool.name, volume.name.slice(pool.name.length + 1))];
  });
  return new Map(states);
}

async function volumeState(hypervisor: Hypervisor, pool: string, name: string): Promise<Told> {
  const names = await quietly(hypervisor.listVolumeNames(pool));
  if (names === null) return { state: 'not-checked', detail: TOO_SLOW };
  if (!names.includes(name)) return { state: 'stale', detail: null };
  // Described from what is there: one that has gone since the pool was read cannot be.
  const volume = await quietly(hypervisor.examineVolume({ pool, name }, 0).then((found) => ({ found })));
  if (volume === null) return { state: 'not-checked', detail: TOO_SLOW };
  return { state: volume.found === null ? 'stale' : 'ready', detail: null };
}

/** Images by their paths, and the file of UEFI variables. */
async function fileStates(
  around: Around,
  dependencies: readonly Dependency[],
  pools: readonly StoragePool[] | null,
): Promise<Map<Dependency, Told>> {
  const files = dependencies.filter(({ kind }) => kind === 'image' || kind === 'nvram');
  if (files.length === 0) return new Map();
  const { hypervisor, driver } = around;
  if (driver === 'TEST') {
    const unasked = { state: 'not-checked', detail: 'libvirt’s test driver has no files, and opens none' } as const;
    return new Map(files.map((file) => [file, unasked]));
  }
  const tooSlow = new Map(files.map((file) => [file, { state: 'not-checked', detail: TOO_SLOW } as const]));
  const looked = withFinder(hypervisor, async (finder) => {
    const states = await mapLimited(files, IN_FLIGHT, async (file): Promise<[Dependency, Told]> => {
      const told = file.kind === 'nvram' ? variablesState(around, finder) : imageState(file, finder, pools);
      return [file, (await quietly(told)) ?? { state: 'not-checked', detail: TOO_SLOW }];
    });
    return new Map<Dependency, Told>(states);
  });
  // What it still looks at afterwards, it takes its pools away from by itself.
  looked.catch(() => undefined);
  return within<Map<Dependency, Told>, Map<Dependency, Told>>(FILES_MS, looked, tooSlow);
}

async function imageState({ name }: Dependency, finder: Finder, pools: readonly StoragePool[] | null): Promise<Told> {
  const folder = posix.dirname(name);
  const holder = pools?.find(({ xml }) => xml !== null && readPoolXml(xml).targetPath === folder);
  const of = holder === undefined ? {} : { of: holder.name };
  const found = await finder.find(name, 0);
  if (found.problem === null) return { state: 'ready', detail: null, ...of };
  return { state: found.problem === NO_SUCH_FILE ? 'missing' : 'not-checked', detail: found.problem, ...of };
}

async function variablesState({ hypervisor, facts }: Around, finder: Finder): Promise<Told> {
  const view = parseDomain(facts.definitionXml);
  const nvram = await nvramFacts(hypervisor, { facts, view }, () => Promise.resolve(facts.liveXml), finder);
  if (nvram.kind === 'out-of-reach') return { state: 'not-checked', detail: nvram.why };
  return { state: nvram.kind === 'file' ? 'ready' : 'missing', detail: null };
}

/** Names of the host's network interfaces; null: it does not let one look. Asked only where they tell something. */
async function interfacesOf(
  hypervisor: Hypervisor,
  dependencies: readonly Dependency[],
  networks: readonly VirtualNetwork[] | null,
): Promise<readonly string[] | null> {
  const wanted = dependencies.some(
    ({ kind, name }) =>
      kind === 'bridge' || (kind === 'network' && networks?.some((one) => one.name === name && one.active)),
  );
  if (!wanted) return null;
  const names = await quietly(withFinder(hypervisor, (finder) => finder.names(INTERFACES)));
  // Every host has this one: where it is not listed, the list is none.
  return names?.includes('lo') === true ? names : null;
}

/** In these modes somebody else makes the bridge; an empty one has libvirt make it. */
const FOREIGN_BRIDGE: readonly string[] = ['bridge', 'private', 'vepa', 'passthrough', 'hostdev'];

function makesItsBridge({ xml }: VirtualNetwork): boolean {
  const forward = child(parseXml(xml).documentElement, 'forward');
  return !FOREIGN_BRIDGE.includes(forward?.getAttribute('mode') ?? '');
}

/** libvirt takes a network for active whose bridge somebody has deleted: the host's interfaces tell. */
function networkState(
  { name }: Dependency,
  networks: readonly VirtualNetwork[] | null,
  interfaces: readonly string[] | null,
): Told {
  if (networks === null) return { state: 'not-checked', detail: 'the host does not list its networks' };
  const network = networks.find((one) => one.name === name);
  if (network === undefined) return { state: 'missing', detail: null };
  if (!network.active) return { state: 'inactive', detail: null };
  const { bridge } = network;
  const isGone = bridge !== null && interfaces?.includes(bridge) === false && makesItsBridge(network);
  return { state: isGone ? 'stale' : 'ready', detail: null };
}

/** A bridge that a network of libvirt's makes is there while that is active. Others may be there in ways that are not listed (Open vSwitch). */
function bridgeState(
  { name }: Dependency,
  networks: readonly VirtualNetwork[] | null,
  interfaces: readonly string[] | null,
): Told {
  const network = networks?.find(({ bridge }) => bridge === name);
  if (network === undefined) {
    if (interfaces?.includes(name) === true) return { state: 'ready', detail: null };
    return {
      state: 'not-checked',
      detail: interfaces === null ? 'no network of libvirt’s has it' : 'the host lists no interface of that name',
    };
  }
  return { state: network.active ? 'ready' : 'inactive', detail: null, of: network.name };
}

function secretState({ name }: Dependency, known: readonly SecretFacts[] | null): Told {
  if (known === null) return { state: 'not-checked', detail: 'the host does not list its secrets' };
  const reference = isUuid(name)
    ? { uuid: name, usage: null, purpose: 'encryption' as const }
    : { uuid: null, usage: name.slice(name.indexOf(' ') + 1), purpose: 'auth' as const };
  const secret = secretOf(reference, known);
  return { state: secretStateOf(secret), detail: null };
}

function secretStateOf(secret: SecretFacts | undefined): DependencyState {
  if (secret === undefined) return 'missing';
  if (secret.hasValue === null) return 'value-unknown';
  return secret.hasValue ? 'ready' : 'no-value';
}

/** Node devices. */
async function deviceStates(
  hypervisor: Hypervisor,
  dependencies: readonly Dependency[],
): Promise<Map<Dependency, Told>> {
  const isNodeDevice = ({ kind, name }: Dependency) =>
    kind === 'mediated-device' || (kind === 'host-device' && /^(?:pci|scsi)_/.test(name));
  const devices = dependencies.filter(isNodeDevice);
  if (devices.length === 0) return new Map();
  // Every host has this one: where it is not, libvirt has no driver for node devices there.
  const root = await quietly(hypervisor.nodeDevice('computer'));
  if (root === null) return new Map();
  const states = await mapLimited(devices, IN_FLIGHT, async (device): Promise<[Dependency, Told]> => {
    const mediated = device.kind === 'mediated-device';
    const asked = hypervisor.nodeDevice(mediated ? nodeDeviceOf(device.name) : device.name);
    const answer = await quietly(asked.then((found) => ({ found })));
    if (answer === null) return [device, { state: 'not-checked', detail: 'the host does not answer in time' }];
    if (answer.found !== null)
      return [device, { state: answer.found.active === false ? 'inactive' : 'ready', detail: null }];
    // Newer libvirt calls it by its parent, too, which the definition does not tell.
    return [device, mediated ? { state: 'not-checked', detail: null } : { state: 'missing', detail: null }];
  });
  return new Map(states);
}
