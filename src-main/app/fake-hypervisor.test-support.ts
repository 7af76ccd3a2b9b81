/** A host in memory, one domain in it, that does as it is told: each method can be made to fail, slow, or do something first. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { SESSION_NAMESPACE, findSession } from '../../src-core/rescue/session.ts';
import { parseXml } from '../../src-core/domain-xml/document.ts';
import { serialiseXml } from '../../src-core/domain-xml/serialise.ts';
import { child } from '../../src-core/domain-xml/elements.ts';
import type { DomainState, RescueRequest } from '../../src-core/rescue/types.ts';
import { fakeStorage } from './fake-storage.test-support.ts';
import type { FakeStorage } from './fake-storage.test-support.ts';
import { fakeMoves, moveMethods } from './fake-moves.test-support.ts';
import type { FakeMoves } from './fake-moves.test-support.ts';
import type {
  DomainEvent,
  ExaminedVolume,
  Hypervisor,
  ShutdownWay,
  StoragePool,
  VolumeRef,
  WhyOff,
} from '../libvirt/port.ts';

export const UUID = 'c0ffee00-1111-4222-8333-444455556666';
export const DOMAIN = { uuid: UUID, name: 'patient' } as const;

export const DEFINITION = `<domain type='kvm'>
  <name>patient</name>
  <uuid>${UUID}</uuid>
  <memory unit='KiB'>262144</memory>
  <vcpu placement='static'>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
    <boot dev='hd'/>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/images/root.img'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
    </disk>
    <controller type='usb' index='0' model='qemu-xhci'>
      <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/>
    </controller>
    <controller type='sata' index='0'/>
    <graphics type='vnc' port='-1' passwd='s3cret'/>
  </devices>
</domain>
`;

export interface FakeHost {
  readonly hypervisor: Hypervisor;
  /** What uploads and downloads work on. */
  readonly storage: FakeStorage;
  /** What hard reboots and migrations work on. */
  readonly moves: FakeMoves;
  /** By name; start and stop change them. */
  readonly pools: Map<string, StoragePool>;
  /** By path, as they are now. */
  readonly volumes: Readonly<Record<string, ExaminedVolume>>;
  /** Names of the methods that change something, in the order of their calls. */
  readonly changes: string[];
  state: DomainState;
  definition: string;
  persistent: boolean;
  autostart: boolean;
  /** What the domain runs from; null: off. */
  live: string | null;
  /** Run before a method does its work; what it throws, the method throws. */
  readonly before: Partial<Record<keyof Hypervisor, () => void | Promise<void>>>;
  /** Run after a method has done its work: a call that took effect, and whose answer never came. */
  readonly after: Partial<Record<keyof Hypervisor, () => void | Promise<void>>>;
  /** Does the guest go down when it is asked, and in which way? */
  obedient: boolean | ShutdownWay;
  /** How it was asked to shut down. */
  readonly asked: ShutdownWay[];
  managedSave: boolean;
  job: string | null;
  whyOff: WhyOff | null;
  readonly emit: (event: DomainEvent) => void;
}

export interface FakeOptions {
  readonly state?: DomainState;
  readonly persistent?: boolean;
  /** It has no domain (yet): the destination of a migration. */
  readonly absent?: boolean;
  readonly uri?: string;
  /** Two hosts of one test have two names, and two UUIDs. */
  readonly hostname?: string;
  readonly hostUuid?: string;
  readonly pools?: readonly StoragePool[];
  /** By path. */
  readonly volumes?: Readonly<Record<string, ExaminedVolume>>;
}

const BYTES = new Uint8Array(4096);
BYTES.set([0x55, 0xaa], 510);
BYTES[0] = 0xeb;
BYTES[446] = 0x80;
BYTES[450] = 0x83;
BYTES[454] = 1;
BYTES[458] = 7;

export function fileVolume(
  path: string,
  head: Uint8Array | null = BYTES,
  backing: string | null = null,
  format = 'raw',
): ExaminedVolume {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const below =
    backing === null ? '' : `<backingStore><path>${backing}</path><format type='${format}'/></backingStore>`;
  return {
    name,
    xml: `<volume type='file'><name>${name}</name><capacity unit='bytes'>8388608</capacity><allocation unit='bytes'>4096</allocation><physical unit='bytes'>8388608</physical><target><path>${path}</path><format type='raw'/></target>${below}</volume>`,
    head,
  };
}

/** A domain that runs (or not) with a bootable medium at /media/rescue.img. */
export function fakeHost(options: FakeOptions = {}): FakeHost {
  const absent = options.absent ?? false;
  const state = absent ? 'shutoff' : (options.state ?? 'running');
  const uri = options.uri ?? 'fake:///host';
  // Not a copy: a test that gives them changes them on its way.
  const volumes: Record<string, ExaminedVolume> = options.volumes ?? {
    '/media/rescue.img': fileVolume('/media/rescue.img'),
  };
  const listeners = new Set<(event: DomainEvent) => void>();
  const emit = (event: DomainEvent) => listeners.forEach((listener) => listener(event));
  const host: FakeHost = {
    volumes,
    changes: [],
    state,
    definition: absent ? '' : DEFINITION,
    persistent: !absent && (options.persistent ?? true),
    autostart: false,
    pools: new Map(options.pools?.map((pool) => [pool.name, pool])),
    live: state === 'running' ? DEFINITION : null,
    before: {},
    after: {},
    obedient: true,
    asked: [],
    managedSave: false,
    job: null,
    whyOff: null,
    emit,
    hypervisor: undefined as unknown as Hypervisor,
    storage: fakeStorage(),
    moves: fakeMoves(options.hostUuid ?? 'aaaaaaaa-0000-4000-8000-000000000001'),
  };
  const become = (next: DomainState, live: string | null, why: WhyOff | null = null) => {
    host.state = next;
    host.live = live;
    host.whyOff = why;
    host.moves.reason = null;
    emit(DOMAIN);
  };
  const there = <T>(answer: () => T): Promise<T> =>
    host.persistent || host.live !== null
      ? Promise.resolve(answer())
      : Promise.reject(new SalvorError('domain-not-found', { domain: DOMAIN.name, uri }));
  const refuse = (call: string, why: string) => new SalvorError('libvirt', { call }, why);
  const change = (name: keyof Hypervisor) => host.changes.push(name);
  const folderOf = (name: string) => /<path>(.*?)<\/path>/.exec(host.pools.get(name)?.xml ?? '')?.[1] ?? null;
  const pathOf = (where: VolumeRef | { readonly path: string }) =>
    'path' in where ? where.path : `${folderOf(where.pool) ?? where.pool}/${where.name}`;
  const namesIn = (pool: string) => {
    const folder = folderOf(pool);
    const inside = Object.keys(volumes).filter((path) => path.slice(0, path.lastIndexOf('/')) === folder);
    return inside.map((path) => path.slice(path.lastIndexOf('/') + 1));
  };
  const setPool = (name: string, active: boolean) => {
    const pool = host.pools.get(name);
    if (pool !== undefined) host.pools.set(name, { ...pool, active });
  };
  const methods: Hypervisor = {
    uri,
    readOnly: false,
    close: () => Promise.resolve(),
    identity: () =>
      Promise.resolve({
        hostname: options.hostname ?? `fake-${String(process.pid)}`,
        driver: 'QEMU',
        libvirtVersion: 9_000_000,
        hypervisorVersion: 7_002_000,
      }),
    domainCapabilities: () => Promise.resolve(null),
    ...moveMethods(host, () => emit(DOMAIN)),
    listDomains: () =>
      Promise.resolve(
        absent && !host.persistent && host.live === null
          ? []
          : [{ ...DOMAIN, state: host.state, persistent: host.persistent, autostart: host.autostart, disks: null }],
      ),
    runningDisks: () => Promise.resolve([]),
    offDisks: () => Promise.resolve([]),
    findDomain: () => there(() => DOMAIN),
    domainStatus: () => there(() => ({ state: host.state, persistent: host.persistent, autostart: host.autostart })),
    domainState: () => there(() => host.state),
    whyOff: () => there(() => (host.live === null ? host.whyOff : null)),
    domainObstacles: () =>
      there(() => ({ managedSave: host.managedSave, snapshots: 0, checkpoints: 0, job: host.job })),
    domainXml: (_uuid, kind) => there(() => (kind === 'definition' ? host.definition : (host.live ?? host.definition))),
    liveMetadata: () => there(() => (host.live === null ? null : sessionIn(host.live))),
    definitionMetadata: () => there(() => (host.persistent ? sessionIn(host.definition) : null)),
    blockJobs: () => Promise.resolve([]),
    blockSizes: () => Promise.resolve(null),
    imageSizes: () => Promise.resolve(new Map()),
    diskStats: () => Promise.resolve([]),
    createDomain: (xml) => {
      change('createDomain');
      if (host.live !== null) return Promise.reject(refuse('virDomainCreateXML', "domain 'patient' is already active"));
      become('running', xml);
      return Promise.resolve();
    },
    startDomain: () => {
      change('startDomain');
      if (host.live !== null) return Promise.reject(refuse('virDomainCreateWithFlags', 'domain is already running'));
      return there(() => {
        host.managedSave = false;
        become('running', host.definition);
      });
    },
    defineDomain: (xml) => {
      change('defineDomain');
      host.definition = xml;
      host.persistent = true;
      emit(DOMAIN);
      return Promise.resolve();
    },
    undefineDomain: () => {
      change('undefineDomain');
      host.persistent = false;
      host.definition = host.live ?? '';
      emit(DOMAIN);
      return Promise.resolve();
    },
    shutdownDomain: (_uuid, way) => {
      change('shutdownDomain');
      host.asked.push(way);
      if (host.obedient === true || host.obedient === way) become('shutoff', null, 'shutdown');
      return Promise.resolve();
    },
    destroyDomain: () => {
      change('destroyDomain');
      if (host.live === null) return Promise.reject(refuse('virDomainDestroyFlags', 'domain is not running'));
      become('shutoff', null, 'destroyed');
      return Promise.resolve();
    },
    watchDomains: (_kinds, listener) => {
      listeners.add(listener);
      return Promise.resolve(() => void listeners.delete(listener));
    },
    createSnapshot: () => {
      change('createSnapshot');
      return Promise.resolve();
    },
    listSnapshots: () => Promise.resolve([]),
    deleteSnapshot: () => {
      change('deleteSnapshot');
      return Promise.resolve();
    },
    listPools: () => Promise.resolve([...host.pools.values()]),
    poolXml: (name) => {
      const pool = host.pools.get(name);
      return pool === undefined
        ? Promise.reject(new SalvorError('pool-not-found', { pool: name, uri }))
        : Promise.resolve(pool.xml);
    },
    startPool: (name) => {
      change('startPool');
      setPool(name, true);
      return Promise.resolve();
    },
    poolByTarget: () => Promise.resolve(null),
    refreshPool: () => Promise.resolve(),
    freeSpace: () => Promise.resolve(null),
    createPool: () => Promise.resolve('created'),
    stopPool: (name) => {
      setPool(name, false);
      return Promise.resolve();
    },
    listVolumeNames: (pool) => Promise.resolve(namesIn(pool)),
    listVolumes: () => Promise.resolve([]),
    examineVolume: (where) => Promise.resolve(volumes[pathOf(where)] ?? null),
    readVolume: (where, ranges) => {
      const head = ('path' in where ? volumes[where.path] : undefined)?.head ?? null;
      return Promise.resolve(head === null ? null : ranges.map(({ at, length }) => head.slice(at, at + length)));
    },
    writeVolume: (where, at, bytes) => {
      change('writeVolume');
      if ('path' in where) volumes[where.path]?.head?.set(bytes, at);
      return Promise.resolve();
    },
    makeVolume: (pool, xml) => {
      change('makeVolume');
      const name = /<name>(.*?)<\/name>/.exec(xml)?.[1] ?? '';
      const path = pathOf({ pool, name });
      if (path in volumes)
        return Promise.reject(refuse('virStorageVolCreateXML', `storage volume '${name}' exists already`));
      volumes[path] = fileVolume(path, null, /<backingStore><path>(.*?)<\/path>/.exec(xml)?.[1] ?? null);
      return Promise.resolve(path);
    },
    ...host.storage.methods,
    deleteVolume: (where) => {
      if (host.storage.remove(where)) return Promise.resolve();
      const path = pathOf(where);
      const folder = path.slice(0, path.lastIndexOf('/'));
      if ([...host.pools.keys()].some((name) => folderOf(name) === folder)) change('deleteVolume');
      Reflect.deleteProperty(volumes, path);
      return Promise.resolve();
    },
  };
  const hypervisor = new Proxy(methods, {
    get: (target, name: keyof Hypervisor) => {
      const method: unknown = target[name];
      if (typeof method !== 'function') return method;
      return async (...given: unknown[]) => {
        await host.before[name]?.();
        const answer = await (method as (...given: unknown[]) => unknown)(...given);
        await host.after[name]?.();
        return answer;
      };
    },
  });
  return Object.assign(host, { hypervisor });
}

/** The session element of a domain's XML as virDomainGetMetadata gives it. */
export function sessionIn(xml: string): string | null {
  const element = findSession(child(parseXml(xml).documentElement, 'metadata'));
  return element === null ? null : serialiseXml(element);
}

/** XML of a domain that somebody else has in rescue. */
export function inRescue(by: string, definition = 'unknown'): string {
  const mark = `<salvor:rescue xmlns:salvor='${SESSION_NAMESPACE}' version='1' kind='one-shot' id='other' started='2026-01-01T00:00:00Z' by='${by}' power='on' definition='${definition}'/>`;
  return DEFINITION.replace('<memory', `<metadata>${mark}</metadata>\n  <memory`);
}

export const REQUEST: RescueRequest = {
  media: [{ kind: 'path', path: '/media/rescue.img' }],
  device: 'disk',
  bus: 'usb',
  profile: 'recommended',
  session: 'one-shot',
  endAtFirstReboot: false,
  fallThrough: null,
  writes: 'overlay',
  overlayPool: null,
  guestDisks: 'writable',
  stop: { how: 'force', timeoutSeconds: 1, onTimeout: 'give-up' },
  allowUnbootable: false,
  transientConsent: false,
};

export const STAMP = { id: 'ours', startedAt: '2026-02-02T00:00:00Z', startedBy: 'tester@here' } as const;
