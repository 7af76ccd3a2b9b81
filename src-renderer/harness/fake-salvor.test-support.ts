/**
 * A `window.salvor` without a main process, over the real planning engine: for the tests of the window and for looking at it
 * in a browser. It is no part of what ships.
 */
import { effectiveBootOrder } from '../../src-core/boot/effective-order.ts';
import { errorData } from '../../src-core/contract/errors.ts';
import type { Answer, ChannelInput, ChannelName, ChannelOutput, SalvorApi } from '../../src-core/contract/channels.ts';
import type {
  AppEvent,
  Host,
  MachineDetails,
  MachineKey,
  MachineRow,
  Operation,
  Preview,
  Settings,
  Volume,
} from '../../src-core/contract/schemas.ts';
import { guestNames } from '../../src-core/disks/guest-names.ts';
import { diskRoles } from '../../src-core/disks/roles.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import type { DomainView } from '../../src-core/domain-xml/domain.ts';
import { previewRescue } from '../../src-core/rescue/plan.ts';
import { redactPlan } from '../../src-core/rescue/redact.ts';
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import { LEGACY, MAIL, STORAGE, WEB, guestXml, mediumFacts } from './guests.test-support.ts';

type Handlers = {
  readonly [C in ChannelName]: (
    input: ChannelInput<C>,
  ) => ChannelOutput<C> | Answer<ChannelOutput<C>> | Promise<ChannelOutput<C> | Answer<ChannelOutput<C>>>;
};

const GIB = 1024 ** 3;
const TRAITS: Host['traits'] = [
  'stable-rescue',
  'volume-root-rescue',
  'shared-transient-overlay',
  'usb-boot',
  'domain-capabilities',
  'media-read',
];

export function host(parts: Partial<Host> = {}): Host {
  return {
    id: 'demo',
    name: 'Demo',
    uri: 'test:///usr/share/salvor/demo.xml',
    builtin: true,
    readOnly: false,
    state: 'connected',
    error: null,
    hostname: 'demo',
    driver: 'QEMU',
    libvirtVersion: '9.0.0',
    hypervisorVersion: '7.2.0',
    traits: TRAITS,
    machineCount: 4,
    ...parts,
  };
}

export function row(parts: Partial<MachineRow> = {}): MachineRow {
  return {
    hostId: 'demo',
    hostName: 'Demo',
    uuid: '6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a01',
    name: 'web-01',
    title: null,
    state: 'running',
    persistent: true,
    autostart: false,
    session: null,
    disks: [],
    ...parts,
  };
}

export function session(parts: Partial<SessionRecord> = {}): SessionRecord {
  return {
    version: 1,
    kind: 'one-shot',
    id: '0f6f3c1e-7d54-4c55-b1cd-2b6a4f1f7b10',
    startedAt: '2026-11-21T08:12:00Z',
    startedBy: 'anna@ops-3',
    target: 'sdb',
    medium: '/srv/iso/systemrescue-12.01-amd64.iso',
    powerBefore: 'on',
    definition: null,
    transient: false,
    ...parts,
  };
}

/** The disks and boot order of one XML, as the main process would tell them. */
function disksOf(domain: DomainView): MachineDetails['disks'] {
  const roles = diskRoles(domain);
  const names = guestNames(domain);
  return domain.disks.map((disk, at) => ({
    ...disk,
    role: roles.get(disk.target)?.role ?? 'data',
    roleWhy: roles.get(disk.target)?.why ?? '',
    guestNames: names.get(disk.target) ?? { kernel: null, byId: null, byPath: null },
    capacity: disk.source === null ? null : (at + 1) * 20 * GIB,
    allocation: disk.source === null ? null : (at + 1) * 7.3 * GIB,
    physical: null,
  }));
}

export interface FakeWorld {
  readonly hosts: Map<string, Host>;
  readonly machines: Map<string, { row: MachineRow; readonly xml: string; readonly managedSave: boolean }>;
  settings: Settings;
  /** Milliseconds that each answer, and each step of a run, takes. */
  readonly delay: number;
  readonly stepDelay: number;
  readonly operations: Map<string, Operation>;
}

const VOLUMES: Readonly<Record<string, readonly Volume[]>> = {
  iso: [
    'systemrescue-12.01-amd64.iso',
    'debian-12.8.0-amd64-netinst.iso',
    'virtio-win-0.1.262.iso',
    'grml64-full-bios.iso',
  ].map((name) => ({
    pool: 'iso',
    name,
    path: `/srv/iso/${name}`,
    format: 'iso',
    capacity: 1.1e9,
    allocation: 1.1e9,
    unfit: null,
  })),
  images: (['rescue-tools.qcow2', 'web-01.qcow2', 'build-07.qcow2'] as const).map((name, at) => ({
    pool: 'images',
    name,
    path: `/var/lib/libvirt/images/${name}`,
    format: 'qcow2',
    capacity: 20 * GIB,
    allocation: 2 * GIB,
    unfit: ([null, 'guest-disk', 'in-use'] as const)[at] ?? null,
  })),
};

export function makeWorld(parts: Partial<FakeWorld> = {}): FakeWorld {
  const system = host({
    id: 'system',
    name: 'This computer',
    uri: 'qemu:///system',
    state: 'disconnected',
    error: errorData(
      'permission-denied',
      { uri: 'qemu:///system' },
      "Failed to connect socket to '/run/libvirt/libvirt-sock': Permission denied",
    ),
    machineCount: 0,
    traits: [],
    driver: null,
    hostname: null,
    libvirtVersion: null,
    hypervisorVersion: null,
  });
  const hosts = [
    host(),
    system,
    { ...system, id: 'session', name: 'This computer, session', uri: 'qemu:///session', error: null },
  ];
  const guests: readonly (readonly [string, Partial<MachineRow>, boolean])[] = [
    [WEB, {}, false],
    [MAIL, { state: 'shutoff', title: 'Mail relay' }, false],
    [LEGACY, {}, true],
    [STORAGE, { session: session({ target: 'sda' }) }, false],
  ];
  const machines = guests.map(([xml, more, managedSave]) => {
    const domain = parseDomain(xml);
    const disks = domain.disks.map(({ target, source }) => ({ target, source }));
    const own = row({ name: domain.name, uuid: domain.uuid ?? '', disks, ...more });
    return [`${own.hostId}/${own.uuid}`, { row: own, xml, managedSave }] as const;
  });
  return {
    hosts: new Map(hosts.map((one) => [one.id, one])),
    machines: new Map(machines),
    settings: { theme: 'system', language: 'en' },
    delay: 0,
    stepDelay: 0,
    operations: new Map(),
    ...parts,
  };
}

/** A host with as many machines as one likes, for looking at long lists. */
export function addCrowd(world: FakeWorld, count: number): void {
  world.hosts.set(
    'big',
    host({
      id: 'big',
      name: 'kvm-7.example.net',
      uri: 'qemu+ssh://root@kvm-7.example.net/system',
      builtin: false,
      machineCount: count,
    }),
  );
  for (let at = 0; at < count; at += 1) {
    const uuid = `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
    const own = row({
      hostId: 'big',
      hostName: 'kvm-7.example.net',
      uuid,
      name: `node-${at}`,
      state: at % 3 === 0 ? 'shutoff' : 'running',
    });
    world.machines.set(`big/${uuid}`, {
      row: own,
      xml: guestXml({ name: own.name, uuid, machine: 'pc-q35-7.2', disks: '' }),
      managedSave: false,
    });
  }
}

export interface FakeSalvor {
  readonly api: SalvorApi;
  readonly emit: (event: AppEvent) => void;
  /** Every call, in order. */
  readonly calls: { readonly channel: ChannelName; readonly input: unknown }[];
}

export function fakeSalvor(world: FakeWorld = makeWorld(), over: Partial<Handlers> = {}): FakeSalvor {
  const listeners = new Set<(event: AppEvent) => void>();
  const calls: FakeSalvor['calls'] = [];
  const emit = (event: AppEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const handlers: Handlers = { ...makeHandlers(world, emit), ...over };
  const answer = async (channel: ChannelName, input: unknown): Promise<Answer<unknown>> => {
    calls.push({ channel, input });
    if (world.delay > 0) await new Promise((done) => setTimeout(done, world.delay));
    const handle = handlers[channel] as (input: unknown) => unknown;
    const value = await handle(input);
    return typeof value === 'object' && value !== null && 'ok' in value
      ? (value as Answer<unknown>)
      : { ok: true, value };
  };
  const channels = Object.fromEntries(
    Object.keys(handlers).map((name) => [name, (input: unknown) => answer(name as ChannelName, input)]),
  );
  const onEvent: SalvorApi['onEvent'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return { api: { ...channels, onEvent } as SalvorApi, emit, calls };
}

function makeHandlers(world: FakeWorld, emit: (event: AppEvent) => void): Handlers {
  const setHost = (hostId: string, change: Partial<Host>): void => {
    const before = world.hosts.get(hostId);
    if (before === undefined) return;
    const after = { ...before, ...change };
    world.hosts.set(hostId, after);
    emit({ type: 'host-changed', host: after });
  };
  return {
    'app.info': () => ({ version: '0.1.0', platform: 'linux', asRoot: false }),
    'settings.get': () => world.settings,
    'settings.set': (change) => {
      world.settings = { ...world.settings, ...(change.theme === undefined ? {} : { theme: change.theme }) };
      return world.settings;
    },
    'hosts.list': () => [...world.hosts.values()],
    'hosts.add': ({ uri, name, readOnly }) => {
      if ([...world.hosts.values()].some((one) => one.uri === uri))
        return { ok: false, error: errorData('host-exists', { uri }) };
      const added = host({
        id: `added-${world.hosts.size}`,
        uri,
        name: name ?? uri,
        readOnly,
        builtin: false,
        state: 'disconnected',
        machineCount: 0,
      });
      world.hosts.set(added.id, added);
      emit({ type: 'host-changed', host: added });
      return added;
    },
    'hosts.remove': ({ hostId }) => {
      world.hosts.delete(hostId);
      emit({ type: 'host-removed', hostId });
      return null;
    },
    'hosts.connect': ({ hostId }) => {
      setHost(hostId, { state: 'connecting', error: null });
      setTimeout(() => {
        const uri = world.hosts.get(hostId)?.uri ?? '';
        setHost(hostId, { state: 'disconnected', error: errorData('host-unreachable', { uri }, 'Connection refused') });
      }, world.stepDelay);
      return null;
    },
    'hosts.disconnect': ({ hostId }) => {
      setHost(hostId, { state: 'disconnected', error: null });
      emit({ type: 'machines-reset', hostId, machines: [] });
      return null;
    },
    'machines.list': () => [...world.machines.values()].map((machine) => machine.row),
    'machines.details': (key) => detailsOf(world, key),
    'pools.list': () => [
      { name: 'images', type: 'dir', active: true, capacity: 500 * GIB, available: 212 * GIB },
      { name: 'iso', type: 'dir', active: true, capacity: 100 * GIB, available: 61 * GIB },
      { name: 'vg-archive', type: 'logical', active: false, capacity: null, available: null },
    ],
    'pools.volumes': ({ pool }) => [...(VOLUMES[pool] ?? [])],
    'rescue.preview': ({ machine, request }) => previewOf(world, machine, request),
    'rescue.start': ({ machine, request }) =>
      run(
        world,
        emit,
        machine,
        'rescue',
        session({
          medium:
            mediumFacts(request.media[0] ?? { kind: 'original' }).spec.kind === 'volume'
              ? 'iso/systemrescue-12.01-amd64.iso'
              : 'original',
        }),
      ),
    'rescue.end': ({ machine }) => run(world, emit, machine, 'end', null),
    'operations.list': () => [...world.operations.values()],
    'operations.cancel': () => null,
    'log.renderer-error': () => null,
  };
}

function detailsOf(world: FakeWorld, key: MachineKey): Answer<MachineDetails> {
  const machine = world.machines.get(`${key.hostId}/${key.uuid}`);
  if (machine === undefined)
    return { ok: false, error: errorData('domain-not-found', { domain: key.uuid, uri: key.hostId }) };
  const domain = parseDomain(machine.xml);
  const { session: record } = machine.row;
  const live = record === null ? null : liveOf(machine.xml);
  return {
    ok: true,
    value: {
      row: machine.row,
      firmware: domain.firmware,
      secureBoot: domain.secureBoot,
      machine: domain.machine,
      arch: domain.arch,
      vcpus: domain.vcpus,
      memoryKiB: domain.memoryKiB,
      disks: disksOf(domain),
      bootOrder: effectiveBootOrder(domain),
      live: live === null ? null : { disks: disksOf(live.domain), bootOrder: effectiveBootOrder(live.domain) },
      definitionXml: machine.xml,
      liveXml: live?.xml ?? (machine.row.state === 'running' ? machine.xml : null),
      managedSave: machine.managedSave,
      snapshots: 0,
    },
  };
}

const LIVE_REQUEST: ChannelInput<'rescue.preview'>['request'] = {
  media: [{ kind: 'path', path: '/srv/iso/systemrescue-12.01-amd64.iso' }],
  device: null,
  bus: null,
  profile: 'recommended',
  session: 'one-shot',
  endAtFirstReboot: false,
  fallThrough: null,
  writes: 'overlay',
  stop: { how: 'graceful', timeoutSeconds: 60, onTimeout: 'give-up' },
  allowUnbootable: false,
  transientConsent: false,
};

function liveOf(xml: string): { readonly xml: string; readonly domain: DomainView } | null {
  const { plan } = planOf(xml, 'running', false, LIVE_REQUEST);
  return plan.rescueXml === null ? null : { xml: plan.rescueXml, domain: parseDomain(plan.rescueXml) };
}

function planOf(
  xml: string,
  state: MachineRow['state'],
  managedSave: boolean,
  request: ChannelInput<'rescue.preview'>['request'],
): Preview {
  const media = request.media.map(mediumFacts);
  const { plan, choices } = previewRescue({
    domain: {
      definitionXml: xml,
      state,
      persistent: true,
      autostart: false,
      managedSave,
      snapshots: 0,
      checkpoints: 0,
      job: null,
      blockJobs: [],
      sessionXml: null,
      rootDiskId: null,
    },
    host: {
      uri: 'qemu:///system',
      driver: 'QEMU',
      libvirtVersion: 9_000_000,
      hypervisorVersion: 7_002_000,
      domainCapabilities: null,
      readOnly: false,
      secrets: [],
    },
    media,
    request,
    stamp: null,
  });
  return { plan: redactPlan(plan), choices, media };
}

function previewOf(
  world: FakeWorld,
  key: MachineKey,
  request: ChannelInput<'rescue.preview'>['request'],
): Answer<Preview> {
  const machine = world.machines.get(`${key.hostId}/${key.uuid}`);
  if (machine === undefined)
    return { ok: false, error: errorData('domain-not-found', { domain: key.uuid, uri: key.hostId }) };
  return { ok: true, value: planOf(machine.xml, machine.row.state, machine.managedSave, request) };
}

const STEPS = [
  'Check again that everything is as it was in the preview',
  'Shut the guest down (ACPI)',
  'Start it',
  'Verify',
];

/** Steps go by one after the other; at the end the machine is in rescue, or is not any more. */
function run(
  world: FakeWorld,
  emit: (event: AppEvent) => void,
  key: MachineKey,
  kind: Operation['kind'],
  record: SessionRecord | null,
): Operation {
  const machineKey = `${key.hostId}/${key.uuid}`;
  const name = world.machines.get(machineKey)?.row.name ?? '';
  const at = (done: number): Operation => ({
    id: `operation-${world.operations.size}`,
    kind,
    machine: key,
    machineName: name,
    state: done >= STEPS.length ? 'done' : 'running',
    cancellable: done < 2,
    startedAt: new Date().toISOString(),
    steps: STEPS.map((text, step) => ({
      id: String(step),
      text,
      state: step < done ? 'done' : step === done ? 'running' : 'pending',
      note: step === done && step === 1 ? '114 s left' : null,
    })),
    error: null,
  });
  const first = at(0);
  const advance = (done: number): void => {
    emit({ type: 'operation-changed', operation: { ...at(done), id: first.id, startedAt: first.startedAt } });
    if (done < STEPS.length) {
      setTimeout(() => advance(done + 1), world.stepDelay);
      return;
    }
    const machine = world.machines.get(machineKey);
    if (machine === undefined) return;
    machine.row = { ...machine.row, session: record, state: 'running' };
    emit({ type: 'machine-changed', machine: machine.row });
  };
  setTimeout(() => advance(1), world.stepDelay);
  return first;
}
