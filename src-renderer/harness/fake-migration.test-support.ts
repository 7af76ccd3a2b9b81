/** Migrations of the harness: the real planning engine over two hosts that are not there, and a run whose figures go by. */
import type { Answer, ChannelInput } from '../../src-core/contract/channels.ts';
import { errorData } from '../../src-core/contract/errors.ts';
import type { MigrationUnderWay } from '../../src-core/contract/migration-schemas.ts';
import type { AppEvent, MachineKey, Operation } from '../../src-core/contract/schemas.ts';
import { planMigration } from '../../src-core/migration/plan.ts';
import { diskNames, namesNeeded } from '../../src-core/migration/there.ts';
import type {
  DiskOnBoth,
  MigrationInputs,
  MigrationPlan,
  MigrationProgress,
  NeededThere,
} from '../../src-core/migration/types.ts';
import { redactDiff, redactText } from '../../src-core/rescue/redact.ts';
import type { HostFacts } from '../../src-core/rescue/types.ts';
import type { FakeHandlers } from './fake-salvor.test-support.ts';
import { GIB, host } from './fake-world.test-support.ts';
import type { FakeWorld } from './fake-world.test-support.ts';

export const MIB = 1024 ** 2;

/** kvm-2, to which one can migrate, and kvm-3, which is read-only. */
export function addDestinations(world: FakeWorld): FakeWorld {
  const second = {
    builtin: false,
    machineCount: 0,
    id: 'kvm-2',
    name: 'kvm-2',
    hostname: 'kvm-2.example.net',
    uri: 'qemu+ssh://root@kvm-2/system',
  };
  world.hosts.set('kvm-2', host(second));
  world.hosts.set(
    'kvm-3',
    host({ ...second, id: 'kvm-3', name: 'kvm-3', uri: 'qemu+ssh://root@kvm-3/system', readOnly: true }),
  );
  return world;
}

type Order = ChannelInput<'migration.preview'>;

/** A live one without rules. */
export const MIGRATION_REQUEST: Order['request'] = {
  live: true,
  rules: { paths: [], pools: [], networks: [], bridges: [], pinning: 'keep', listen: null },
  disks: {},
  way: 'p2p',
  destinationUri: null,
  migrateUri: null,
  secrets: 'leave',
  options: { tls: false, bandwidth: null, postCopy: false, autoConverge: false, parallel: null, maxDowntime: null },
  undefineSource: true,
};

function hostFacts(uri: string): HostFacts {
  return {
    uri,
    driver: 'QEMU',
    libvirtVersion: 9_000_000,
    hypervisorVersion: 7_002_000,
    domainCapabilities: null,
    readOnly: false,
    secrets: [],
  };
}

/** What kvm-2 has: the folder of the images is not on it, but its own is; every network but `lan`. */
function diskThere(name: ReturnType<typeof diskNames>[number], at: number): DiskOnBoth {
  const shared = name.destination?.startsWith('/srv/') === true;
  return {
    ...name,
    capacity: name.source === null ? null : (at + 1) * 20 * GIB,
    allocation: name.source === null ? null : (at + 1) * 7.3 * GIB,
    seen: shared ? 'same-bytes' : 'absent',
    pool: shared ? null : 'images',
    free: 812 * GIB,
    there: null,
    users: [],
  };
}

function needThere({ kind, name, users }: ReturnType<typeof namesNeeded>[number]): NeededThere {
  const state = name === 'default' ? 'missing' : kind === 'secret' ? 'missing' : 'ready';
  return { kind, name, users, state, carriable: kind === 'secret' };
}

/** The inputs of a plan for a machine of the world; `change`: what is otherwise than that. */
export function migrationInputs(
  world: FakeWorld,
  { machine: key, to, request }: Order,
  change: Partial<MigrationInputs> = {},
): MigrationInputs | null {
  const machine = world.machines.get(`${key.hostId}/${key.uuid}`);
  const there = world.hosts.get(to);
  const here = world.hosts.get(key.hostId);
  if (machine === undefined || there === undefined || here === undefined) return null;
  const { row, xml } = machine;
  const live = row.state === 'running' ? xml : null;
  return {
    domain: {
      definitionXml: xml,
      state: row.state,
      persistent: row.persistent,
      autostart: row.autostart,
      managedSave: machine.managedSave,
      snapshots: 0,
      checkpoints: 0,
      job: null,
      blockJobs: [],
      sessionXml: null,
      rootDiskId: null,
      liveXml: live,
      diskUsers: [],
    },
    source: { host: hostFacts(here.uri), hostname: here.hostname ?? '', hostUuid: 'uuid-of-here' },
    destination: {
      host: hostFacts(there.uri),
      hostname: there.hostname ?? '',
      hostUuid: `uuid-of-${there.id}`,
      cpu: { result: 'superset', why: null },
      machineKnown: true,
      domains: [],
      needed: namesNeeded([xml], request.rules).map(needThere),
      networks: [
        { name: 'lan-2', bridge: 'virbr2' },
        { name: 'dmz', bridge: 'br-dmz' },
        { name: 'sriov', bridge: null },
      ],
      freeMemory: (96 * GIB) / 1024,
    },
    disks: diskNames(xml, request.rules).map(diskThere),
    staying: [],
    ownNvram: null,
    migratableXml: live,
    session: row.session,
    request,
    dirtyRate: { bytesPerSecond: 18 * MIB, seconds: 1 },
    ...change,
  };
}

/** As the main process hands it on. */
export function shownPlan(inputs: MigrationInputs): MigrationPlan {
  const plan = planMigration(inputs);
  const redact = (pair: MigrationPlan['running']): MigrationPlan['running'] =>
    pair === null
      ? null
      : { before: redactText(pair.before), after: redactText(pair.after), diff: redactDiff(pair.diff) };
  return { ...plan, running: redact(plan.running), persistent: redact(plan.persistent) };
}

function previewMigration(world: FakeWorld, order: Order): Answer<MigrationPlan> {
  const inputs = migrationInputs(world, order);
  if (inputs !== null) return { ok: true, value: shownPlan(inputs) };
  return { ok: false, error: errorData('domain-not-found', { domain: order.machine.uuid, uri: order.to }) };
}

const TOTAL = 8 * GIB;

/** How far one is after so many of `of` moments. */
export function progressAt(at: number, of: number, change: Partial<MigrationProgress> = {}): MigrationProgress {
  const processed = (TOTAL * at) / of;
  return {
    phase: at === 0 ? 'setup' : at >= of ? 'finishing' : 'memory',
    total: TOTAL,
    processed,
    remaining: TOTAL - processed,
    rate: (900 + 90 * Math.sin(at)) * MIB,
    dirtyRate: at < of / 2 ? null : (18 + 6 * Math.cos(at)) * MIB,
    iteration: at < of / 2 ? 1 : 2,
    downtime: 310 - at,
    throttle: null,
    elapsed: Math.floor(at / 2),
    left: (TOTAL - processed) / (900 * MIB),
    stalled: 0,
    mayPostCopy: at > 0,
    ...change,
  };
}

const MOMENTS = 40;

/** A migration that takes its time, and ends at the destination. */
function runMigration(world: FakeWorld, emit: (event: AppEvent) => void, order: Order): Operation {
  const { machine: key, to } = order;
  const machineKey = `${key.hostId}/${key.uuid}`;
  const machine = world.machines.get(machineKey);
  const there = world.hosts.get(to);
  const inputs = migrationInputs(world, order);
  const steps = inputs === null ? [] : planMigration(inputs).steps;
  const id = `operation-${world.operations.size}`;
  const startedAt = new Date().toISOString();
  const cancelled = (): boolean => world.operations.get(id)?.state === 'cancelled';
  const operationAt = (done: number): Operation => ({
    id,
    kind: 'migrate',
    machine: key,
    machineName: machine?.row.name ?? '',
    state: done >= steps.length ? 'done' : 'running',
    cancellable: done < 2,
    startedAt,
    steps: steps.map((step, at) => ({
      id: step.id,
      text: step.what.text,
      state: at < done ? 'done' : at === done ? 'running' : 'pending',
      note: null,
    })),
    remarks: [],
    error: null,
  });
  const tell = (done: number): void => {
    const operation = operationAt(done);
    world.operations.set(id, operation);
    emit({ type: 'operation-changed', operation });
  };
  const arrive = (): void => {
    tell(steps.length);
    if (machine === undefined || there === undefined) return;
    world.machines.delete(machineKey);
    const row = { ...machine.row, hostId: to, hostName: there.name };
    world.machines.set(`${to}/${key.uuid}`, { ...machine, row });
    emit({ type: 'machine-changed', machine: row });
    emit({ type: 'machine-removed', machine: key });
  };
  const moment = (at: number): void => {
    if (cancelled()) return;
    emit({ type: 'migration-progress', operationId: id, progress: progressAt(at, MOMENTS) });
    if (at < MOMENTS) setTimeout(() => moment(at + 1), world.stepDelay / 2);
    else arrive();
  };
  const first = operationAt(0);
  world.operations.set(id, first);
  setTimeout(() => {
    tell(1);
    moment(0);
  }, world.stepDelay);
  return first;
}

/** Cancelled: it goes on where it is. */
function cancel(world: FakeWorld, emit: (event: AppEvent) => void, operationId: string): void {
  const operation = world.operations.get(operationId);
  if (operation?.kind !== 'migrate') return;
  const cancelled: Operation = { ...operation, state: 'cancelled' };
  world.operations.set(operationId, cancelled);
  emit({ type: 'operation-changed', operation: cancelled });
}

type MigrationHandlers = Pick<FakeHandlers, Extract<keyof FakeHandlers, `migration.${string}`> | 'operations.cancel'>;

export function migrationHandlers(world: FakeWorld, emit: (event: AppEvent) => void): MigrationHandlers {
  const underWay: MigrationUnderWay[] = [];
  return {
    'migration.preview': (order) => previewMigration(world, order),
    'migration.start': (order) => runMigration(world, emit, order),
    'migration.underWay': () => underWay,
    'migration.startPostCopy': () => null,
    'migration.setMaxDowntime': () => null,
    'operations.cancel': ({ operationId }) => {
      cancel(world, emit, operationId);
      return null;
    },
  };
}

/** As the main process tells of one that it has under way. */
export function migrationOperation(machine: MachineKey, parts: Partial<Operation> = {}): Operation {
  return {
    id: 'migration-1',
    kind: 'migrate',
    machine,
    machineName: 'web-01',
    state: 'running',
    cancellable: true,
    startedAt: '2026-11-22T03:00:00Z',
    steps: [
      { id: 'check', text: 'Look again at the machine and at both hosts', state: 'done', note: null },
      { id: 'migrate', text: 'Migrate web-01 to kvm-2 while it runs', state: 'running', note: null },
      { id: 'verify', text: 'Compare', state: 'pending', note: null },
    ],
    remarks: [],
    error: null,
    ...parts,
  };
}
