/** What a fake host does in hard reboots and migrations: its networks, secrets, devices and jobs are maps that a test fills. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { MigrationCall } from '../../src-core/migration/parameters.ts';
import type { JobStats } from '../../src-core/migration/progress.ts';
import type { FakeHost } from './fake-hypervisor.test-support.ts';
import type { CpuComparison, Hypervisor, ShutdownWay, VirtualNetwork } from '../libvirt/port.ts';

export interface FakeSecret {
  readonly xml: string;
  value: Uint8Array | null;
}

export interface FakeMoves {
  /** By name. */
  readonly networks: Map<string, VirtualNetwork>;
  /** By UUID. A private one (`private='yes'`) never tells its value, nor whether it has one. */
  readonly secrets: Map<string, FakeSecret>;
  /** By name. */
  readonly nodeDevices: Map<string, { readonly xml: string; active: boolean | null }>;
  capabilities: string;
  freeMemory: number | null;
  cpu: CpuComparison | null;
  /** Bytes a second. */
  dirtyRate: number | null;
  /** Why the domain is in its state; null: `booted` while it runs, else why it is off. */
  reason: string | null;
  control: string | null;
  /** What was asked of libvirt, in order. */
  readonly migrations: MigrationCall[];
  /** Hosts that this one's daemon reaches, by URI (peer to peer). */
  readonly peers: Map<string, FakeHost>;
  /** What the job of the domain tells, under way and when it has ended. */
  jobStats: JobStats | null;
  completedStats: JobStats | null;
  /**
   * While the migration is under way, after the destination has been made ready; what it throws, the migration fails with, and the domain
   * stays. null: it is over at once. A test that wants it cancelled waits for `signal` here.
   */
  migrating: ((call: MigrationCall, signal: AbortSignal) => void | Promise<void>) | null;
  /** The switch to post-copy was made. */
  postCopy: boolean;
  maxDowntime: number | null;
}

/** Names of the methods here. */
export type MoveMethods = Pick<
  Hypervisor,
  | 'capabilities'
  | 'freeMemory'
  | 'compareCpu'
  | 'secrets'
  | 'domainReason'
  | 'controlState'
  | 'rebootDomain'
  | 'resetDomain'
  | 'pauseDomain'
  | 'resumeDomain'
  | 'listNetworks'
  | 'startNetwork'
  | 'stopNetwork'
  | 'nodeDevice'
  | 'startNodeDevice'
  | 'secretXml'
  | 'defineSecret'
  | 'undefineSecret'
  | 'setSecretValue'
  | 'secretValue'
  | 'migrateTo'
  | 'migrateToUri'
  | 'jobStats'
  | 'cancelJob'
  | 'startPostCopy'
  | 'setMaxDowntime'
  | 'dirtyRate'
  | 'forgetDomain'
  | 'setAutostart'
>;

/** As fakeHost() begins with. `hostUuid` is in its capabilities. */
export function fakeMoves(hostUuid: string): FakeMoves {
  return {
    networks: new Map(),
    secrets: new Map(),
    nodeDevices: new Map(),
    capabilities: `<capabilities><host><uuid>${hostUuid}</uuid><cpu><arch>x86_64</arch></cpu></host></capabilities>`,
    freeMemory: null,
    cpu: null,
    dirtyRate: null,
    reason: null,
    control: 'ok',
    migrations: [],
    peers: new Map(),
    jobStats: null,
    completedStats: null,
    migrating: null,
    postCopy: false,
    maxDowntime: null,
  };
}

/** Which host a hypervisor belongs to, for the one call that needs two. */
const HOST = Symbol('host');
type WithHost = { readonly [HOST]?: FakeHost };

const refuse = (call: string, why: string) => new SalvorError('libvirt', { call }, why);

export function moveMethods(host: FakeHost, changed: () => void): MoveMethods & WithHost {
  const there: There = (answer) =>
    host.persistent || host.live !== null
      ? Promise.resolve().then(answer)
      : Promise.reject(new SalvorError('domain-not-found', { domain: 'patient', uri: host.hypervisor.uri }));
  const change = (name: keyof Hypervisor) => host.changes.push(name);
  return {
    [HOST]: host,
    ...powerMethods(host, there, change, changed),
    ...hostMethods(host, change),
    ...secretMethods(host.moves, change),
    ...migrationMethods(host, there, change, changed),
  };
}

type There = <T>(answer: () => T | Promise<T>) => Promise<T>;
type Change = (name: keyof Hypervisor) => void;

function powerMethods(host: FakeHost, there: There, change: Change, changed: () => void) {
  const { moves } = host;
  const needsPower = (call: string) => {
    if (host.live === null) throw refuse(call, 'Requested operation is not valid: domain is not running');
  };
  return {
    domainReason: () =>
      there(() => ({
        state: host.state,
        reason: moves.reason ?? (host.live === null ? host.whyOff : host.state === 'paused' ? 'user' : 'booted'),
      })),
    controlState: () => there(() => (host.live === null ? null : moves.control)),
    rebootDomain: (_uuid: string, way: ShutdownWay) =>
      there(() => {
        change('rebootDomain');
        needsPower('virDomainReboot');
        host.asked.push(way);
      }),
    resetDomain: () =>
      there(() => {
        change('resetDomain');
        needsPower('virDomainReset');
      }),
    pauseDomain: () =>
      there(() => {
        change('pauseDomain');
        needsPower('virDomainSuspend');
        host.state = 'paused';
        changed();
      }),
    resumeDomain: () =>
      there(() => {
        change('resumeDomain');
        needsPower('virDomainResume');
        if (host.state !== 'paused')
          throw refuse('virDomainResume', 'Requested operation is not valid: domain is already running');
        host.state = 'running';
        moves.reason = null;
        changed();
      }),
    setAutostart: (_uuid: string, autostart: boolean) =>
      there(() => {
        change('setAutostart');
        host.autostart = autostart;
      }),
    forgetDomain: () =>
      there(() => {
        change('forgetDomain');
        host.persistent = false;
        host.definition = host.live ?? '';
        changed();
      }),
  };
}

function hostMethods(host: FakeHost, change: Change) {
  const { moves } = host;
  const setNetwork = async (call: string, name: string, active: boolean): Promise<void> => {
    const network = moves.networks.get(name);
    await Promise.resolve();
    if (network === undefined)
      throw refuse('virNetworkLookupByName', `Network not found: no network with matching name '${name}'`);
    if (network.active === active)
      throw refuse(call, active ? 'network is already active' : `network '${name}' is not active`);
    moves.networks.set(name, { ...network, active });
  };
  return {
    capabilities: () => Promise.resolve(moves.capabilities),
    freeMemory: () => Promise.resolve(moves.freeMemory),
    compareCpu: () => Promise.resolve(moves.cpu),
    listNetworks: () => Promise.resolve([...moves.networks.values()]),
    startNetwork: (name: string) => {
      change('startNetwork');
      return setNetwork('virNetworkCreate', name, true);
    },
    stopNetwork: (name: string) => {
      change('stopNetwork');
      return setNetwork('virNetworkDestroy', name, false);
    },
    nodeDevice: (name: string) => Promise.resolve(moves.nodeDevices.get(name) ?? null),
    startNodeDevice: (name: string) => {
      change('startNodeDevice');
      const device = moves.nodeDevices.get(name);
      if (device === undefined)
        return Promise.reject(refuse('virNodeDeviceLookupByName', `Node device not found: '${name}'`));
      device.active = true;
      return Promise.resolve();
    },
  };
}

function secretMethods({ secrets }: FakeMoves, change: Change) {
  const isPrivate = ({ xml }: FakeSecret) => /private=(['"])yes\1/.test(xml);
  const known = async (uuid: string): Promise<FakeSecret> => {
    const secret = secrets.get(uuid);
    await Promise.resolve();
    if (secret === undefined)
      throw refuse('virSecretLookupByUUIDString', `Secret not found: no secret with matching uuid '${uuid}'`);
    return secret;
  };
  return {
    secrets: () =>
      Promise.resolve(
        [...secrets].map(([uuid, secret]) => ({
          uuid,
          usage: /<(?:volume|name|target)>(.*?)</.exec(secret.xml)?.[1] ?? null,
          hasValue: isPrivate(secret) ? null : secret.value !== null,
        })),
      ),
    secretXml: (uuid: string) => Promise.resolve(secrets.get(uuid)?.xml ?? null),
    defineSecret: (xml: string) => {
      change('defineSecret');
      const uuid = /<uuid>(.*?)<\/uuid>/.exec(xml)?.[1];
      if (uuid === undefined) return Promise.reject(refuse('virSecretDefineXML', 'XML error: missing uuid'));
      secrets.set(uuid, { xml, value: secrets.get(uuid)?.value ?? null });
      return Promise.resolve();
    },
    undefineSecret: async (uuid: string) => {
      change('undefineSecret');
      await known(uuid);
      secrets.delete(uuid);
    },
    setSecretValue: async (uuid: string, value: Uint8Array) => {
      change('setSecretValue');
      (await known(uuid)).value = value.slice();
    },
    secretValue: async (uuid: string) => {
      const secret = await known(uuid);
      return isPrivate(secret) ? null : secret.value;
    },
  };
}

function migrationMethods(host: FakeHost, there: There, change: Change, changed: () => void) {
  const { moves } = host;
  let cancel: AbortController | null = null;
  const run = async (destination: FakeHost, call: MigrationCall): Promise<void> => {
    moves.migrations.push(call);
    if (call.flags.includes('OFFLINE')) {
      leaveDefinition(host, destination, call, changed);
      return;
    }
    const live = host.live;
    if (live === null) throw refuse('virDomainMigrate', 'Requested operation is not valid: domain is not running');
    if (destination.live !== null)
      throw refuse('virDomainMigrate', "operation failed: domain 'patient' already exists");
    const before = { state: host.state, job: host.job };
    const controller = new AbortController();
    cancel = controller;
    host.job = 'unbounded';
    arrive(destination, call.destinationXml ?? live, 'paused', 'migrating');
    try {
      await moves.migrating?.(call, controller.signal);
      if (controller.signal.aborted)
        throw refuse('virDomainMigrate', "operation aborted: job 'migration out' canceled by client");
    } catch (error) {
      leave(destination);
      throw error;
    } finally {
      host.job = before.job;
      cancel = null;
    }
    arrive(destination, call.destinationXml ?? live, before.state, before.state === 'running' ? 'migrated' : null);
    if (call.flags.includes('PERSIST_DEST')) {
      destination.definition = call.persistentXml ?? host.definition;
      destination.persistent = true;
    }
    leave(host);
    host.whyOff = 'migrated';
    moves.reason = null;
    if (call.flags.includes('UNDEFINE_SOURCE')) host.persistent = false;
    changed();
  };
  return {
    migrateTo: (_uuid: string, destination: Hypervisor, call: MigrationCall) =>
      there(() => {
        change('migrateTo');
        const other = (destination as WithHost)[HOST];
        if (other === undefined)
          throw new SalvorError('not-supported', { what: 'a migration to another kind of host' });
        return run(other, call);
      }),
    migrateToUri: (_uuid: string, destinationUri: string, call: MigrationCall) =>
      there(() => {
        change('migrateToUri');
        const other = moves.peers.get(destinationUri);
        if (other === undefined)
          throw refuse('virDomainMigrateToURI3', 'unable to connect to server: Connection refused');
        return run(other, call);
      }),
    jobStats: (_uuid: string, which: 'current' | 'completed') =>
      there(() => (which === 'completed' ? moves.completedStats : host.job === null ? null : moves.jobStats)),
    cancelJob: () =>
      there(() => {
        change('cancelJob');
        if (moves.postCopy)
          throw refuse(
            'virDomainAbortJob',
            'Requested operation is not valid: cannot abort migration in post-copy mode',
          );
        cancel?.abort();
        host.job = null;
      }),
    startPostCopy: () =>
      there(() => {
        change('startPostCopy');
        if (cancel === null)
          throw refuse(
            'virDomainMigrateStartPostCopy',
            'Requested operation is not valid: domain is not being migrated',
          );
        moves.postCopy = true;
      }),
    setMaxDowntime: (_uuid: string, milliseconds: number) =>
      there(() => {
        change('setMaxDowntime');
        moves.maxDowntime = milliseconds;
      }),
    dirtyRate: () => there(() => (host.live === null ? null : moves.dirtyRate)),
  };
}

/** The definition of a domain goes over; nothing runs. Of both that are given libvirt takes the one that would run. */
function leaveDefinition(host: FakeHost, destination: FakeHost, call: MigrationCall, changed: () => void): void {
  destination.definition = call.destinationXml ?? host.definition;
  destination.persistent = true;
  destination.state = 'shutoff';
  if (call.flags.includes('UNDEFINE_SOURCE')) host.persistent = false;
  destination.emit({ uuid: 'c0ffee00-1111-4222-8333-444455556666', name: 'patient' });
  changed();
}

function arrive(host: FakeHost, live: string, state: FakeHost['state'], reason: string | null): void {
  host.live = live;
  host.state = state;
  host.moves.reason = reason;
  host.emit({ uuid: 'c0ffee00-1111-4222-8333-444455556666', name: 'patient' });
}

function leave(host: FakeHost): void {
  host.live = null;
  host.state = 'shutoff';
  host.moves.reason = null;
  host.emit({ uuid: 'c0ffee00-1111-4222-8333-444455556666', name: 'patient' });
}
