/** How each thing that a domain depends on is on its host now. Nothing is changed by looking. */
import { secretOf, valueState } from '../../../src-core/disks/secret-states.ts';
import type { SecretReference } from '../../../src-core/disks/types.ts';
import { isUuid } from '../../../src-core/reboot/actions.ts';
import { keyOf, merged } from '../../../src-core/reboot/found.ts';
import { poolSecrets } from '../../../src-core/reboot/pool-secrets.ts';
import type { Dependency, FoundDependency, Held } from '../../../src-core/reboot/types.ts';
import { nodeDeviceOf } from '../../../src-core/reboot/virsh.ts';
import type { SecretFacts } from '../../../src-core/rescue/types.ts';
import type { Hypervisor, StoragePool, VirtualNetwork } from '../../libvirt/port.ts';
import { IN_FLIGHT, mapLimited } from '../patience.ts';
import { INTERFACES, SCRATCH_POOL, withFinder } from '../volume-finder.ts';
import { lookAtImages } from './images.ts';
import { quietly } from './looks.ts';
import type { Around, Told } from './looks.ts';
import { makerOf, makesItsBridge, waysOnto } from './networks.ts';
import { activeUsers } from './users.ts';
import type { Used } from './users.ts';

/** Of these, of what their images stand on, and of the secrets of their pools. */
export async function findStates(around: Around, named: readonly Dependency[]): Promise<FoundDependency[]> {
  const has = (...kinds: readonly Dependency['kind'][]) => named.some(({ kind }) => kinds.includes(kind));
  const { hypervisor } = around;
  const [pools, networks] = await Promise.all([
    has('pool', 'image') ? quietly(poolsOf(hypervisor)) : [],
    has('network', 'bridge') ? quietly(hypervisor.listNetworks()) : [],
  ]);
  const interfaces = await interfacesOf(hypervisor, named, networks);
  const images = await lookAtImages(around, merged(named), pools);
  const dependencies = withSecrets(merged([...named, ...images.more]), pools, around.secrets);
  const outdated = dependencies.filter((each) => images.states.get(keyOf(each))?.state === 'stale').map(({ of }) => of);
  const devices = await deviceStates(hypervisor, dependencies);
  const told = dependencies.map((dependency): Told => {
    switch (dependency.kind) {
      case 'pool':
        return poolState(dependency, pools, outdated);
      case 'network':
        return networkState(dependency, networks, interfaces);
      case 'bridge':
        return bridgeState(dependency, networks, interfaces);
      case 'secret':
        return secretState(dependency, around.secrets);
      default:
        return (
          images.states.get(keyOf(dependency)) ??
          devices.get(dependency) ?? { state: 'not-checked', detail: NOT_ASKED[dependency.kind] ?? null }
        );
    }
  });
  const found = dependencies.map((dependency, index) => {
    const { state, detail, of } = told[index] ?? { state: 'not-checked', detail: null };
    return { ...dependency, of: of ?? dependency.of, state, detail };
  });
  const contended = found.map((each) => contendedBy(each, networks));
  const users = await activeUsers(hypervisor, around.uuid, contended.flat());
  return found.map((each, index) => {
    const sharedWith = users.of(contended[index] ?? []);
    const held = heldBy(each, { pools, networks, complete: users.complete });
    return { ...each, sharedWith, ...(held === null ? {} : { held }) };
  });
}

/** With the secrets of pools; those that are named by their use alone by their UUID, where the host has one of that use. */
function withSecrets(
  dependencies: readonly Dependency[],
  pools: readonly StoragePool[] | null,
  known: readonly SecretFacts[] | null,
): Dependency[] {
  const ofPools = dependencies.flatMap(({ kind, name }) => {
    const xml = kind === 'pool' ? pools?.find((pool) => pool.name === name)?.xml : null;
    return xml == null ? [] : poolSecrets(name, xml);
  });
  const all = [...dependencies, ...ofPools].map((each) => {
    if (each.kind !== 'secret' || isUuid(each.name)) return each;
    return { ...each, name: secretOf(referenceTo(each), known ?? [])?.uuid ?? each.name };
  });
  return merged(all);
}

/** Pools that somebody is looking through meanwhile come and go: nothing that a guest has is in them. */
async function poolsOf(hypervisor: Hypervisor): Promise<readonly StoragePool[]> {
  return (await hypervisor.listPools()).filter(({ name }) => !SCRATCH_POOL.test(name));
}

type Seen = Omit<FoundDependency, 'sharedWith'>;

/** Where it matters who else uses a thing: it would be taken down under them, or they stand in the way. By whatever name they use it. */
function contendedBy(found: Seen, networks: readonly VirtualNetwork[] | null): readonly Used[] {
  const { kind, state } = found;
  if (kind === 'host-device' || kind === 'mediated-device') return [found];
  if (state !== 'stale') return [];
  const network = networkBehind(found, networks);
  return network === undefined ? (kind === 'pool' ? [found] : []) : waysOnto(network);
}

function networkBehind({ kind, name, of }: Seen, networks: readonly VirtualNetwork[] | null) {
  const wanted = kind === 'network' ? name : kind === 'bridge' ? of : null;
  return wanted === null ? undefined : networks?.find((network) => network.name === wanted);
}

/** Why what is stale must be left as it is. What has no definition is gone for good where it is stopped, or its refresh fails. */
function heldBy(
  found: Seen,
  around: {
    readonly pools: readonly StoragePool[] | null;
    readonly networks: readonly VirtualNetwork[] | null;
    readonly complete: boolean;
  },
): Held | null {
  if (found.state !== 'stale') return null;
  if (found.kind === 'pool')
    return around.pools?.find(({ name }) => name === found.name)?.persistent === false ? 'no-definition' : null;
  const network = networkBehind(found, around.networks);
  if (network === undefined) return null;
  if (!network.persistent) return 'no-definition';
  return around.complete ? null : 'users-unknown';
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

function poolState(
  { name }: Dependency,
  pools: readonly StoragePool[] | null,
  outdated: readonly (string | null)[],
): Told {
  if (pools === null) return { state: 'unreachable', detail: null };
  const pool = pools.find((one) => one.name === name);
  if (pool === undefined) return { state: 'missing', detail: null };
  if (pool.xml === null) return { state: 'unreachable', detail: null };
  if (!pool.active) return { state: 'inactive', detail: null };
  return { state: outdated.includes(name) ? 'stale' : 'ready', detail: null };
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

/** A bridge that a network of libvirt's makes is there while that is active, unless somebody has deleted it. Others may be there in ways that are not listed (Open vSwitch). */
function bridgeState(
  { name }: Dependency,
  networks: readonly VirtualNetwork[] | null,
  interfaces: readonly string[] | null,
): Told {
  const network = makerOf(name, networks ?? []);
  if (network === undefined) {
    if (interfaces?.includes(name) === true) return { state: 'ready', detail: null };
    return {
      state: 'not-checked',
      detail: interfaces === null ? 'no network of libvirt’s makes it' : 'the host lists no interface of that name',
    };
  }
  const isGone = interfaces?.includes(name) === false;
  return { state: !network.active ? 'inactive' : isGone ? 'stale' : 'ready', detail: null, of: network.name };
}

function secretState(dependency: Dependency, known: readonly SecretFacts[] | null): Told {
  if (known === null) return { state: 'not-checked', detail: 'the host does not list its secrets' };
  return { state: valueState(secretOf(referenceTo(dependency), known)), detail: null };
}

/** By its UUID, or by its use (`TYPE NAME`). */
function referenceTo({ name }: Dependency): SecretReference {
  return isUuid(name)
    ? { uuid: name, usage: null, purpose: 'encryption' }
    : { uuid: null, usage: name.slice(name.indexOf(' ') + 1), purpose: 'auth' };
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
