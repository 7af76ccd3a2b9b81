/** Each situation in which a migration can be found, and each way that is offered there: afterwards there is one guest, where it belongs. */
import { describe, expect, test } from 'vitest';
import type { MigrationRequest } from '../../../src-core/migration/types.ts';
import { DEFINITION } from '../fake-hypervisor.test-support.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import { errorOf } from '../errors.ts';
import type { Journal } from '../journal-port.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { NEVER } from '../resume.test-support.ts';
import { REPORT, goOn, listed, orderOf, twoHosts } from './migrate.test-support.ts';
import type { TwoHosts } from './migrate.test-support.ts';
import { migrate } from './run.ts';

interface Stands {
  readonly state: FakeHost['state'];
  readonly reason?: string;
  readonly persistent?: boolean;
  readonly job?: boolean;
}

function stand(host: FakeHost, { state, reason, persistent = true, job = false }: Stands): void {
  const on = state === 'running' || state === 'paused';
  Object.assign(host, {
    state,
    persistent,
    definition: persistent ? DEFINITION : '',
    live: on ? DEFINITION : null,
    job: job ? 'unbounded' : null,
  });
  host.moves.reason = reason ?? null;
  host.moves.jobStats = MIGRATING_OUT;
}

/** VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT, and _DUMP. */
const MIGRATING_OUT = { type: 'unbounded', values: { operation: 5 } };
const DUMPING = { type: 'unbounded', values: { operation: 8 } };

const ABSENT: Stands = { state: 'shutoff', persistent: false };
const RUNS: Stands = { state: 'running', reason: 'booted' };
const HANDED: Stands = { state: 'shutoff', reason: 'migrated' };
const INCOMING: Stands = { state: 'paused', reason: 'migrating', persistent: false };

/** A migration whose last records never came, and its hosts as they are told to stand. */
async function found(
  here: Stands,
  there: Stands,
  request: Partial<MigrationRequest> = {},
  autostart = false,
  jobStats: FakeHost['moves']['jobStats'] = null,
) {
  const two = twoHosts();
  two.source.autostart = autostart;
  const journal = memoryJournal();
  const cut: Journal = {
    ...journal,
    begin: async (record) => ({ ...(await journal.begin(record)), ended: () => Promise.resolve() }),
  };
  two.source.moves.migrating = () => Promise.reject(new Error('the end of this life'));
  const order = orderOf(cut, request);
  await migrate(two.source.hypervisor, two.destination.hypervisor, order, REPORT, NEVER).catch(() => undefined);
  two.source.moves.migrating = null;
  for (const host of [two.source, two.destination]) host.changes.splice(0);
  stand(two.source, here);
  stand(two.destination, there);
  if (jobStats !== null) two.source.moves.jobStats = jobStats;
  const [unfinished] = await listed(two, journal);
  if (unfinished === undefined) throw new Error('nothing is unfinished');
  return { two, journal, unfinished };
}

const changes = ({ source, destination }: TwoHosts) => ({ here: source.changes, there: destination.changes });

type Way = 'finish' | 'roll-back';
const TABLE: readonly (readonly [
  string,
  Stands,
  Stands,
  Way,
  { readonly here: string[]; readonly there: string[] },
])[] = [
  ['remnant', RUNS, INCOMING, 'roll-back', { here: [], there: ['destroyDomain'] }],
  ['migrating', { ...RUNS, job: true }, ABSENT, 'roll-back', { here: ['cancelJob'], there: [] }],
  ['defined-there-too', RUNS, { state: 'shutoff' }, 'roll-back', { here: [], there: ['forgetDomain'] }],
  [
    'stands-still',
    { state: 'paused', reason: 'migrating' },
    INCOMING,
    'roll-back',
    { here: ['resumeDomain'], there: ['destroyDomain'] },
  ],
  ['arrived', HANDED, RUNS, 'finish', { here: ['forgetDomain'], there: [] }],
  ['arrived', HANDED, { ...RUNS, persistent: false }, 'finish', { here: ['forgetDomain'], there: ['defineDomain'] }],
  ['arrived', ABSENT, RUNS, 'finish', { here: [], there: [] }],
  [
    'memory-lost',
    { state: 'paused', reason: 'post-copy failed' },
    { state: 'shutoff', reason: 'crashed' },
    'finish',
    { here: ['destroyDomain', 'forgetDomain'], there: ['startDomain'] },
  ],
  [
    'memory-lost',
    { state: 'paused', reason: 'post-copy failed' },
    { state: 'shutoff', reason: 'crashed' },
    'roll-back',
    { here: ['destroyDomain', 'startDomain'], there: ['forgetDomain'] },
  ],
  ['gone-there', HANDED, ABSENT, 'roll-back', { here: ['startDomain'], there: [] }],
  [
    'both-off',
    { state: 'shutoff' },
    { state: 'shutoff' },
    'finish',
    { here: ['forgetDomain'], there: ['startDomain'] },
  ],
];

describe('ways on', () => {
  test.each(TABLE)('%s: %o here, %o there, %s', async (situation, here, there, way, expected) => {
    const { two, journal, unfinished } = await found(here, there);
    expect(unfinished.situation).toBe(situation);
    await goOn(two, journal, unfinished.operationId, way, situation);
    expect(changes(two)).toEqual(expected);
    expect([two.source.live, two.destination.live].filter((live) => live !== null)).toHaveLength(1);
    expect(await listed(two, journal)).toEqual([]);
  });

  test('what waits at the destination for a guest that has ended at the source is removed, and nothing is started', async () => {
    const { two, journal, unfinished } = await found({ state: 'shutoff', reason: 'crashed' }, INCOMING);
    expect(unfinished.situation).toBe('remnant');
    await goOn(two, journal, unfinished.operationId, 'roll-back', 'remnant');
    expect(changes(two)).toEqual({ here: [], there: ['destroyDomain'] });
    expect(await listed(two, journal)).toEqual([]);
  });

  test('post-copy is taken up again by the same call, and both sides end by themselves', async () => {
    const { two, journal, unfinished } = await found(
      { state: 'paused', reason: 'post-copy failed' },
      { state: 'paused', reason: 'post-copy failed' },
      { way: 'p2p' },
    );
    expect(unfinished).toMatchObject({ situation: 'post-copy-broken', machine: { hostId: 'b' } });
    const first = two.source.moves.migrations[0];
    const calls: unknown[] = [];
    const hypervisor = two.source.hypervisor;
    Object.assign(two.source, {
      hypervisor: new Proxy(hypervisor, {
        get: (target, name: keyof typeof hypervisor) =>
          name === 'migrateToUri'
            ? (...given: unknown[]) => {
                calls.push(given[2]);
                stand(two.source, HANDED);
                stand(two.destination, RUNS);
                return Promise.resolve();
              }
            : target[name],
      }),
    });
    await goOn(two, journal, unfinished.operationId, 'finish', unfinished.situation);
    expect(calls).toEqual([
      expect.objectContaining({ flags: [...(first?.flags ?? []), 'POSTCOPY_RESUME'], disks: first?.disks }),
    ]);
    expect(changes(two)).toEqual({ here: ['forgetDomain'], there: [] });
  });

  test('two that live: an alarm, and nothing is offered', async () => {
    const { two, journal, unfinished } = await found(RUNS, RUNS);
    expect(unfinished).toMatchObject({ situation: 'two-copies', offers: [] });
    const run = goOn(two, journal, unfinished.operationId, 'finish', unfinished.situation);
    await expect(run).rejects.toMatchObject({ data: { code: 'way-not-open' } });
    expect(changes(two)).toEqual({ here: [], there: [] });
  });

  test('it has become another situation by then: nothing is done', async () => {
    const { two, journal, unfinished } = await found(RUNS, INCOMING);
    stand(two.destination, RUNS);
    stand(two.source, HANDED);
    const run = goOn(two, journal, unfinished.operationId, 'roll-back', unfinished.situation);
    await expect(run).rejects.toMatchObject({ data: { code: 'drift' } });
    expect(changes(two)).toEqual({ here: [], there: [] });
  });

  test('what waits at the destination begins to run right before it is forced off: it is left alone', async () => {
    const { two, journal, unfinished } = await found(RUNS, INCOMING);
    let looks = 0;
    two.destination.before.domainReason = () => {
      looks += 1;
      if (looks < 2) return;
      stand(two.destination, RUNS);
    };
    const run = goOn(two, journal, unfinished.operationId, 'roll-back', unfinished.situation);
    await expect(run).rejects.toMatchObject({ data: { code: 'drift' } });
    expect(changes(two)).toEqual({ here: [], there: [] });
    expect(await listed(two, journal)).toHaveLength(1);
  });

  test.each([
    ['stays at the source', { undefineSource: false }, RUNS, { autostart: false, persistent: true }],
    ['goes', { undefineSource: true }, RUNS, { persistent: false }],
  ])('where the definition %s, the guest is started with one host alone', async (_how, request, there, expected) => {
    const { two, journal, unfinished } = await found(HANDED, there, request, true);
    expect(unfinished.situation).toBe('arrived');
    await goOn(two, journal, unfinished.operationId, 'finish', 'arrived');
    expect(two.source).toMatchObject(expected);
    expect(two.destination).toMatchObject({ autostart: true, live: DEFINITION });
  });
});

describe('what has changed right before an act', () => {
  /** Let the n-th look at a side find it otherwise. */
  function at(host: FakeHost, nth: number, then: () => void): void {
    let looks = 0;
    host.before.domainReason = () => {
      looks += 1;
      if (looks === nth) then();
    };
  }

  test('a job of somebody else is no migration, and is not given up', async () => {
    const other = await found({ ...RUNS, job: true }, ABSENT, {}, false, DUMPING);
    expect(other.unfinished.situation).toBe('not-moved');

    const { two, journal, unfinished } = await found({ ...RUNS, job: true }, ABSENT);
    expect(unfinished.situation).toBe('migrating');
    at(two.source, 2, () => (two.source.moves.jobStats = DUMPING));
    await goOn(two, journal, unfinished.operationId, 'roll-back', unfinished.situation);
    expect(changes(two)).toEqual({ here: [], there: [] });
  });

  test('what waits at the destination is waited for again: it is left alone', async () => {
    const { two, journal, unfinished } = await found(RUNS, INCOMING);
    at(two.source, 2, () => stand(two.source, { ...RUNS, job: true }));
    const run = goOn(two, journal, unfinished.operationId, 'roll-back', unfinished.situation);
    await expect(run).rejects.toMatchObject({ data: { code: 'drift' } });
    expect(changes(two)).toEqual({ here: [], there: [] });
  });

  test('the source is off by then, and what waits at the destination may be all that there is', async () => {
    const { two, journal, unfinished } = await found(RUNS, INCOMING);
    at(two.source, 2, () => stand(two.source, HANDED));
    const run = goOn(two, journal, unfinished.operationId, 'roll-back', unfinished.situation);
    await expect(run).rejects.toMatchObject({ data: { code: 'drift' } });
    expect(changes(two)).toEqual({ here: [], there: [] });
  });

  const OTHER = DEFINITION.replace("bus='virtio'", "bus='sata'");
  test.each([
    ['arrived', 'finish', HANDED, RUNS, 'source', OTHER, 'with a definition that somebody has changed'],
    ['arrived', 'finish', HANDED, RUNS, 'destination', '', 'without a definition'],
    ['defined-there-too', 'roll-back', RUNS, { state: 'shutoff' }, 'destination', OTHER, 'somebody has changed'],
    ['defined-there-too', 'roll-back', RUNS, { state: 'shutoff' }, 'source', '', 'without a definition'],
  ] as const)('%s, %s: no definition that was changed, or is the last, is taken away', async (...row) => {
    const [situation, way, here, there, side, definition, words] = row;
    const { two, journal, unfinished } = await found(here, there);
    expect(unfinished.situation).toBe(situation);
    at(two[side], 2, () => Object.assign(two[side], { definition, persistent: definition !== '' }));
    const problem = errorOf(
      await goOn(two, journal, unfinished.operationId, way, situation).catch((error: unknown) => error),
    );
    expect(problem.code).toBe('drift');
    expect(problem.message).toContain(words);
    expect(changes(two)).toEqual({ here: [], there: [] });
  });

  const LOST: Stands = { state: 'paused', reason: 'post-copy failed' };
  const CRASHED: Stands = { state: 'shutoff', reason: 'crashed' };
  test.each([
    ['somebody has paused it at the source', 'source', { state: 'paused', reason: 'user' }],
    ['it is on at the destination', 'destination', { state: 'running', reason: 'post-copy' }],
  ] as const)('%s: nothing is forced off', async (_what, side, stands) => {
    const { two, journal, unfinished } = await found(LOST, CRASHED);
    expect(unfinished.situation).toBe('memory-lost');
    at(two[side], 2, () => stand(two[side], stands));
    const run = goOn(two, journal, unfinished.operationId, 'finish', unfinished.situation);
    await expect(run).rejects.toMatchObject({ data: { code: 'drift' } });
    expect(changes(two)).toEqual({ here: [], there: [] });
  });

  test('the guest is gone at the destination before it is forced off where it was handed over from', async () => {
    const { two, journal, unfinished } = await found({ state: 'paused', reason: 'migrating' }, RUNS);
    expect(unfinished.situation).toBe('arrived');
    at(two.destination, 2, () => stand(two.destination, ABSENT));
    const run = goOn(two, journal, unfinished.operationId, 'finish', unfinished.situation);
    await expect(run).rejects.toMatchObject({ data: { code: 'drift' } });
    expect(changes(two)).toEqual({ here: [], there: [] });
  });
});
