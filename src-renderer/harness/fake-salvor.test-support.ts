/**
 * A `window.salvor` without a main process, over the real planning engine: for the tests of the window and for looking at it
 * in a browser. It is no part of what ships.
 */
import type { Answer, ChannelInput, ChannelName, ChannelOutput, SalvorApi } from '../../src-core/contract/channels.ts';
import { errorData } from '../../src-core/contract/errors.ts';
import type { OfferedFile } from '../../src-core/contract/transfer.ts';
import type { AppEvent, Host } from '../../src-core/contract/schemas.ts';
import { journalHandlers } from './fake-journal.test-support.ts';
import { detailsOf, previewOf } from './fake-plans.test-support.ts';
import { run } from './fake-run.test-support.ts';
import { rebootHandlers } from './fake-reboot.test-support.ts';
import { migrationHandlers } from './fake-migration.test-support.ts';
import { libraryHandlers } from './fake-library.test-support.ts';
import { ISO, QCOW2, transferHandlers } from './fake-transfers.test-support.ts';
import { POOLS, VOLUMES, host, poolNamed, makeWorld, session } from './fake-world.test-support.ts';
import type { FakeWorld } from './fake-world.test-support.ts';
import { mediumFacts } from './guests.test-support.ts';

export type FakeHandlers = {
  readonly [C in ChannelName]: (
    input: ChannelInput<C>,
  ) => ChannelOutput<C> | Answer<ChannelOutput<C>> | Promise<ChannelOutput<C> | Answer<ChannelOutput<C>>>;
};

export interface FakeSalvor {
  readonly api: SalvorApi;
  readonly emit: (event: AppEvent) => void;
  /** Every call, in order. */
  readonly calls: { readonly channel: ChannelName; readonly input: unknown }[];
}

export function fakeSalvor(world: FakeWorld = makeWorld(), over: Partial<FakeHandlers> = {}): FakeSalvor {
  const listeners = new Set<(event: AppEvent) => void>();
  const calls: FakeSalvor['calls'] = [];
  const emit = (event: AppEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const handlers: FakeHandlers = { ...makeHandlers(world, emit), ...over };
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
  return {
    api: {
      ...channels,
      offerFile: (file: object) => Promise.resolve({ ok: true, value: offeredAs(world, file) }),
      onEvent,
    } as unknown as SalvorApi,
    emit,
    calls,
  };
}

/** A file that was dropped is known by its name; another is none of this computer. */
function offeredAs(world: FakeWorld, file: object): OfferedFile | null {
  return world.files.find(({ name }) => 'name' in file && file.name === name) ?? null;
}

function makeHandlers(world: FakeWorld, emit: (event: AppEvent) => void): FakeHandlers {
  const setHost = (hostId: string, change: Partial<Host>): void => {
    const before = world.hosts.get(hostId);
    if (before === undefined) return;
    const after = { ...before, ...change };
    world.hosts.set(hostId, after);
    emit({ type: 'host-changed', host: after });
  };
  return {
    'picture.save': ({ name, format }) => `/home/anna/Documents/${name}.${format}`,
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
    'machines.fullDetails': (key) => detailsOf(world, key),
    'pools.list': () => [...POOLS],
    'pools.names': ({ pool }) => (VOLUMES[pool] ?? []).map(({ name }) => name),
    'pools.describe': ({ pool, names }) => (VOLUMES[pool] ?? []).filter(({ name }) => names.includes(name)),
    'pools.look': ({ pool }) => ({ content: pool === 'iso' ? ISO : QCOW2, hash: null }),
    'pools.refresh': ({ pool }) => poolNamed(pool),
    'pools.start': ({ pool }) => ({ ...poolNamed(pool), active: true }),
    'machines.diskStats': () => [],
    ...migrationHandlers(world, emit),
    ...rebootHandlers(world, emit),
    ...libraryHandlers(world, emit),
    ...transferHandlers(world, emit),
    'rescue.preview': (order) => previewOf(world, order),
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
    ...journalHandlers(world, emit),
    'log.renderer-error': () => null,
  };
}
