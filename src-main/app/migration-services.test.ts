/** Migrations as the window sees them: previewed, confirmed, watched, steered; interrupted ones found again. */
import { expect, test } from 'vitest';
import { appEventSchema } from '../../src-core/contract/schemas.ts';
import type { AppEvent } from '../../src-core/contract/schemas.ts';
import { CHANNELS } from '../../src-core/contract/channels.ts';
import { migrationRequestSchema } from '../../src-core/contract/migration-schemas.ts';
import { UUID } from './fake-hypervisor.test-support.ts';
import { memoryJournal } from './journal.test-support.ts';
import { memoryLibrary } from './library/library.test-support.ts';
import { HERE, MOVE, SECRET, THERE, laden, twoHosts } from './migration/migrate.test-support.ts';
import type { TwoHosts } from './migration/migrate.test-support.ts';
import { createServices } from './services.ts';
import { createSettings } from './settings.ts';

const KEY = { hostId: 'a', uuid: UUID };
/** As it comes over the wire. */
const MOVED = migrationRequestSchema.parse(MOVE);

async function openWindow(two: TwoHosts) {
  const events: AppEvent[] = [];
  const logged: unknown[] = [];
  let id = 0;
  const log = (...words: unknown[]) => void logged.push(words);
  const journal = memoryJournal();
  const services = createServices({
    open: (uri) => Promise.resolve((uri.startsWith(HERE) ? two.source : two.destination).hypervisor),
    builtinHosts: [
      { id: 'a', name: 'A', uri: HERE, readOnly: false, builtin: true },
      { id: 'b', name: 'B', uri: THERE, readOnly: false, builtin: true },
    ],
    settings: createSettings({ read: () => undefined, write: () => undefined }),
    settingsChanged: () => undefined,
    emit: (event) => events.push(appEventSchema.parse(event)),
    log: { info: log, warn: log, error: log },
    newId: () => `id-${String((id += 1))}`,
    now: () => new Date(),
    user: 'tester@here',
    info: { version: '0', platform: 'linux', asRoot: false },
    journal,
    library: memoryLibrary(),
    saveFile: () => Promise.resolve(null),
    files: { choose: () => Promise.resolve([]), target: () => Promise.resolve(null) },
  });
  const { hosts, operations } = services;
  await Promise.all([hosts.connect('a'), hosts.connect('b')]);
  const last = () => operations.list().at(-1);
  return { ...services, events, logged, journal, last };
}

/** Under way until `finish`, with figures. */
function watched(two: TwoHosts) {
  let finish = (): void => undefined;
  const over = new Promise<void>((resolve) => (finish = resolve));
  const before = two.source.moves.migrating;
  two.source.moves.jobStats = {
    type: 'unbounded',
    values: { memory_total: 1000, memory_processed: 100, memory_remaining: 900, memory_iteration: 1 },
  };
  two.source.moves.migrating = async (call, signal) => {
    await before?.(call, signal);
    const cancelled = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await Promise.race([over, cancelled]);
  };
  return () => finish();
}

const until = async (what: () => boolean): Promise<void> => {
  for (let tries = 60; !what(); tries -= 1) {
    if (tries === 0) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

test('previewed without passwords, confirmed, watched while it goes, and done', async () => {
  const two = laden();
  const finish = watched(two);
  const window = await openWindow(two);
  const { handlers, operations } = window;
  const options = { ...MOVE.options, postCopy: true };
  const request = migrationRequestSchema.parse({ ...MOVE, secrets: 'carry', disks: { vda: 'copy' }, options });
  const plan = await handlers['migration.preview']({ machine: KEY, to: 'b', request });
  expect(CHANNELS['migration.preview'].output.parse(plan)).toBe(plan);
  expect(plan.refusals).toEqual([]);
  expect(JSON.stringify(plan)).not.toContain('s3cret');
  const fingerprint = plan.fingerprint.inputs;
  const operation = await handlers['migration.start']({ machine: KEY, to: 'b', request, fingerprint });
  expect(CHANNELS['migration.start'].output.parse(operation)).toMatchObject({ kind: 'migrate', state: 'running' });
  await until(() => window.events.some(({ type }) => type === 'migration-progress'));
  const under = await handlers['migration.underWay'](null);
  expect(under).toMatchObject([{ operationId: operation.id, progress: { phase: 'memory', processed: 100 } }]);
  await handlers['migration.setMaxDowntime']({ operationId: operation.id, milliseconds: 700 });
  await handlers['migration.startPostCopy']({ operationId: operation.id });
  expect(two.source.moves).toMatchObject({ maxDowntime: 700, postCopy: true });
  expect(window.last()?.cancellable).toBe(false);
  finish();
  await operations.settled();
  expect(window.last()).toMatchObject({ state: 'done', error: null });
  expect(await handlers['migration.underWay'](null)).toEqual([]);
  const gone = async () => handlers['migration.startPostCopy']({ operationId: operation.id });
  await expect(gone()).rejects.toMatchObject({ data: { code: 'not-supported' } });
  const told = JSON.stringify([window.events, window.logged, window.journal.written, operations.list()]);
  expect(told).toContain(SECRET);
  for (const secret of ['hush-hush', Buffer.from('hush-hush').toString('base64'), 's3cret'])
    expect(told).not.toContain(secret);
});

test('cancelled in the window', async () => {
  const two = twoHosts();
  watched(two);
  const { handlers, operations, last, events } = await openWindow(two);
  const { fingerprint } = await handlers['migration.preview']({ machine: KEY, to: 'b', request: MOVED });
  const start = { machine: KEY, to: 'b', request: MOVED, fingerprint: fingerprint.inputs };
  const { id } = await handlers['migration.start'](start);
  await until(() => events.some(({ type }) => type === 'migration-progress'));
  await handlers['operations.cancel']({ operationId: id });
  await operations.settled();
  expect(last()).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
  expect(two.source.live).not.toBeNull();
});

test('what changed since the preview is refused', async () => {
  const two = twoHosts();
  const { handlers, operations, last } = await openWindow(two);
  const { fingerprint } = await handlers['migration.preview']({ machine: KEY, to: 'b', request: MOVED });
  two.source.definition = two.source.definition.replace('262144', '131072');
  const start = { machine: KEY, to: 'b', request: MOVED, fingerprint: fingerprint.inputs };
  await handlers['migration.start'](start);
  await operations.settled();
  expect(last()).toMatchObject({
    state: 'failed',
    error: { code: 'drift', params: { what: 'its definition was changed' } },
  });
});

test('one that was cut off is listed with both sides, and gone on with; with one host away that is said', async () => {
  const two = twoHosts();
  const { handlers, hosts, operations, journal } = await openWindow(two);
  const { fingerprint } = await handlers['migration.preview']({ machine: KEY, to: 'b', request: MOVED });
  // The last records never came.
  const { begin } = journal;
  Object.assign(journal, {
    begin: async (record: Parameters<typeof begin>[0]) => ({
      ...(await begin(record)),
      ended: () => Promise.resolve(),
    }),
  });
  const start = { machine: KEY, to: 'b', request: MOVED, fingerprint: fingerprint.inputs };
  await handlers['migration.start'](start);
  await operations.settled();
  const [found] = await handlers['unfinished.list'](null);
  expect(found).toMatchObject({ kind: 'migrate', situation: 'arrived', machine: { hostId: 'b', uuid: UUID } });
  await hosts.disconnect('b');
  const [half] = await handlers['unfinished.list'](null);
  expect(half).toMatchObject({ situation: 'destination-unseen', offers: [{ way: 'forget' }] });
  expect(half?.stands).toContain('Not connected:');
  await hosts.connect('b');
  const [again] = await handlers['unfinished.list'](null);
  if (again?.machine == null) throw new Error('it is not listed');
  await handlers['unfinished.resume']({
    operationId: again.operationId,
    machine: again.machine,
    way: 'finish',
    situation: again.situation,
    stop: { how: 'force', timeoutSeconds: 1, onTimeout: 'give-up' },
  });
  await operations.settled();
  expect(operations.list().at(-1)).toMatchObject({ kind: 'resume', state: 'done', error: null });
  expect(await handlers['unfinished.list'](null)).toEqual([]);
});
