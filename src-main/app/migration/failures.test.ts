/** Every call of a migration fails once, before or after it took effect: what is said is what is found, and nothing is left that cannot be explained. */
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { ErrorCode } from '../../../src-core/contract/errors.ts';
import type { MigrationProgress } from '../../../src-core/migration/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import { errorOf } from '../errors.ts';
import { memoryJournal } from '../journal.test-support.ts';
import {
  ALL_HERE,
  ENCRYPTED,
  NEVER,
  NOTHING_THERE,
  REPORT,
  SECRET,
  goOn,
  laden,
  listed,
  move,
  orderOf,
  stands,
  twoHosts,
} from './migrate.test-support.ts';
import type { TwoHosts } from './migrate.test-support.ts';
import type { MigrationControls } from './order.ts';
import { migrate } from './run.ts';

const COPY = { secrets: 'carry', disks: { vda: 'copy' } } as const;
const fail = (code: ErrorCode) => () => {
  throw new SalvorError(code, code === 'libvirt' ? { call: 'it' } : { uri: 'x', call: 'it', seconds: 1 }, 'no luck');
};

/** Names of the methods that are called, by host, in a migration that goes through. */
async function called(): Promise<(readonly ['source' | 'destination', keyof Hypervisor])[]> {
  const two = laden();
  const names = new Set<string>();
  const watched = (side: keyof TwoHosts): Hypervisor =>
    new Proxy(two[side].hypervisor, {
      get: (target, name: keyof Hypervisor) => {
        if (typeof target[name] === 'function') names.add(`${side} ${name}`);
        return target[name];
      },
    });
  await migrate(watched('source'), watched('destination'), orderOf(memoryJournal(), COPY), REPORT, NEVER);
  return [...names].map((each) => each.split(' ') as ['source' | 'destination', keyof Hypervisor]);
}

/** The n-th call of a method fails, before it does anything or after it has. */
function breakCall(host: FakeHost, name: keyof Hypervisor, nth: number, behind: boolean, code: ErrorCode): void {
  let count = 0;
  host[behind ? 'after' : 'before'][name] = () => {
    count += 1;
    if (count === nth) fail(code)();
  };
}

function expectExplained(
  { source, destination }: TwoHosts,
  code: ErrorCode | null,
  journal: ReturnType<typeof memoryJournal>,
): void {
  const live = [source, destination].filter((host) => host.live !== null);
  expect(live).toHaveLength(1);
  if (code === null) {
    expect(live).toEqual([destination]);
    expect(stands(source)).toMatchObject({ live: null, persistent: false });
    expect(destination).toMatchObject({ definition: ENCRYPTED, persistent: true, autostart: true });
    return;
  }
  const ended = journal.written.at(-1);
  if (ended?.type === 'ended') expect(ended).toMatchObject({ outcome: 'failed', code });
  // What never began, and what was taken back.
  if (ended === undefined || code === 'migration-failed') {
    expect(stands(source)).toEqual({ ...ALL_HERE, autostart: true, live: ENCRYPTED, definition: ENCRYPTED });
    expect(stands(destination)).toEqual(NOTHING_THERE);
  }
}

describe('each call fails', () => {
  test.each(['libvirt', 'timeout', 'connection-lost'] as const)('%s', { timeout: 120_000 }, async (code) => {
    const codes = new Set<string>();
    for (const [side, name] of await called()) {
      for (const behind of [false, true]) {
        const two = laden();
        const journal = memoryJournal();
        breakCall(two[side], name, 1, behind, code);
        const thrown = await move(two, journal, COPY).then(
          () => null,
          (error: unknown) => errorOf(error),
        );
        codes.add(thrown?.code ?? 'none');
        expectExplained(two, thrown?.code ?? null, journal);
        if (thrown?.code !== 'migration-failed') continue;
        expect(thrown.unchanged).toContain('as if nothing had been');
        const left = two.destination.moves.secrets.has(SECRET);
        if (left) expect(thrown.unchanged).toContain(SECRET);
      }
    }
    expect([...codes].sort()).toEqual(expect.arrayContaining(['migration-failed', 'none']));
  });
});

describe('the call itself', () => {
  test('took effect, and its answer never came: what is found counts, and is told', async () => {
    const two = laden();
    two.source.after.migrateTo = fail('timeout');
    const journal = memoryJournal();
    const { remarks } = await move(two, journal, COPY);
    expectExplained(two, null, journal);
    expect(remarks.join()).toContain('and the guest is at');
  });

  test('fails half-way: secrets and copies are taken back, and the guest never noticed', async () => {
    const two = laden();
    const begin = two.source.moves.migrating;
    two.source.moves.migrating = (...given) => {
      void begin?.(...given);
      throw new SalvorError('libvirt', { call: 'virDomainMigrate3' }, 'Network not found');
    };
    const journal = memoryJournal();
    await expect(move(two, journal, COPY)).rejects.toMatchObject({
      data: { code: 'migration-failed', detail: 'Network not found' },
    });
    expect(stands(two.source)).toMatchObject({ live: ENCRYPTED, state: 'running' });
    expect(two.destination.moves.secrets.size).toBe(0);
    expect(two.destination.volumes).toEqual({});
    expect(await listed(two, journal)).toEqual([]);
  });

  test('a copy that a guest at the destination has meanwhile is left, and named', async () => {
    const two = laden();
    const begin = two.source.moves.migrating;
    two.source.moves.migrating = (...given) => {
      void begin?.(...given);
      throw new SalvorError('libvirt', { call: 'virDomainMigrate3' }, 'no');
    };
    // Since the copy was begun.
    const users = () =>
      two.source.moves.migrations.length > 0
        ? [{ uuid: 'other', name: 'neighbour', sources: ['/images/root.img'] }]
        : [];
    const destination = new Proxy(two.destination.hypervisor, {
      get: (target, name: keyof Hypervisor) =>
        name === 'runningDisks' ? () => Promise.resolve(users()) : target[name],
    });
    const run = migrate(two.source.hypervisor, destination, orderOf(memoryJournal(), COPY), REPORT, NEVER);
    await expect(run).rejects.toMatchObject({ data: { unchanged: expect.stringContaining('neighbour') as string } });
    expect(Object.keys(two.destination.volumes)).toEqual(['/images/root.img']);
  });

  test('something arrived otherwise than it was given: it runs there, and that is said', async () => {
    const two = twoHosts();
    two.source.after.migrateTo = () => {
      two.destination.definition = two.destination.definition.replace('262144', '131072');
    };
    const journal = memoryJournal();
    await expect(move(two, journal)).rejects.toMatchObject({
      data: {
        code: 'migration-differs',
        params: { what: 'in its definition, memory is “131072”, not “262144”' },
      },
    });
    const [unfinished] = await listed(two, journal);
    expect(unfinished).toMatchObject({ situation: 'arrived' });
    await goOn(two, journal, unfinished?.operationId ?? '', 'forget');
    expect(await listed(two, journal)).toEqual([]);
  });

  test('memory was lost in post-copy: never started by itself, and the way on is offered', async () => {
    const two = twoHosts();
    two.source.moves.migrating = () => {
      two.destination.persistent = true;
      two.destination.definition = two.source.definition;
      throw new SalvorError('libvirt', { call: 'virDomainMigrate3' }, 'operation failed: domain is not running');
    };
    const source = new Proxy(two.source.hypervisor, {
      get: (target, name: keyof Hypervisor) =>
        name === 'domainReason' && two.source.moves.migrations.length > 0
          ? () => Promise.resolve({ state: 'paused', reason: 'post-copy failed' })
          : target[name],
    });
    const run = migrate(source, two.destination.hypervisor, orderOf(memoryJournal()), REPORT, NEVER);
    await expect(run).rejects.toMatchObject({ data: { code: 'migration-lost' } });
    expect(two.source.changes).toEqual(['migrateTo']);
  });
});

/** A migration that goes on until it is told to end; `switched`: by post-copy. */
function slow(two: TwoHosts): { readonly underWay: Promise<void>; readonly finish: () => void } {
  let begun = (): void => undefined;
  let end = (): void => undefined;
  const underWay = new Promise<void>((resolve) => (begun = resolve));
  const over = new Promise<void>((resolve) => (end = resolve));
  two.source.moves.jobStats = {
    type: 'unbounded',
    values: {
      memory_total: 1000,
      memory_processed: 100,
      memory_remaining: 900,
      memory_iteration: 1,
      data_processed: 100,
    },
  };
  two.source.moves.migrating = async (_call, signal) => {
    begun();
    const cancelled = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await Promise.race([over, cancelled]);
  };
  return { underWay, finish: () => end() };
}

/** Its memory, as fast as that goes over. */
function dirties(source: FakeHost): void {
  let sent = 1000;
  source.before.jobStats = () => {
    sent += 1000;
    source.moves.jobStats = {
      type: 'unbounded',
      values: {
        ...{ memory_total: 1_000_000, memory_processed: sent, memory_remaining: 900_000, memory_iteration: 3 },
        ...{ data_processed: sent, memory_bps: 1000, memory_dirty_rate: 5000, memory_page_size: 4096 },
      },
    };
  };
}

describe('cancelled', () => {
  test('before anything was done', async () => {
    const two = twoHosts();
    const journal = memoryJournal();
    const run = move(two, journal, {}, REPORT, AbortSignal.abort());
    await expect(run).rejects.toMatchObject({ data: { code: 'cancelled', unchanged: 'Nothing was touched.' } });
    expect(journal.written).toEqual([]);
  });

  test('while memory goes over: at once, and all is as before', async () => {
    const two = twoHosts();
    const { underWay } = slow(two);
    const controller = new AbortController();
    const journal = memoryJournal();
    const run = move(two, journal, {}, REPORT, controller.signal);
    await underWay;
    const began = performance.now();
    controller.abort();
    await expect(run).rejects.toMatchObject({ data: { code: 'cancelled' } });
    expect(performance.now() - began).toBeLessThan(400);
    expect(stands(two.source)).toEqual(ALL_HERE);
    expect(stands(two.destination)).toEqual(NOTHING_THERE);
    expect(journal.written.at(-1)).toMatchObject({ type: 'ended', outcome: 'cancelled' });
  });

  test('in post-copy it is not any more, and that is said; it ends well', async () => {
    const two = twoHosts();
    const { underWay, finish } = slow(two);
    const controller = new AbortController();
    const journal = memoryJournal();
    const cancellable: boolean[] = [];
    const seen: MigrationProgress[] = [];
    const notes: (string | null)[] = [];
    const report = {
      ...REPORT,
      cancellable: (may: boolean) => cancellable.push(may),
      progress: (progress: MigrationProgress) => seen.push(progress),
      note: (_id: string, note: string | null) => notes.push(note),
    };
    const order = orderOf(journal, { options: { ...orderOf(journal).request.options, postCopy: true } });
    let controls: MigrationControls | null = null;
    const { source, destination } = two;
    const run = migrate(source.hypervisor, destination.hypervisor, order, report, controller.signal, (given) => {
      controls = given;
    });
    await underWay;
    let tries = 0;
    source.before.startPostCopy = () => {
      tries += 1;
      if (tries === 1) fail('libvirt')();
    };
    const steer = controls as MigrationControls | null;
    // QEMU would take it, to no effect, and nothing could be cancelled any more.
    const early = steer?.startPostCopy() ?? Promise.resolve();
    await expect(early).rejects.toMatchObject({ data: { code: 'not-supported' } });
    expect(tries).toBe(0);
    for (let looks = 40; seen.at(-1)?.mayPostCopy !== true && looks > 0; looks -= 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await steer?.startPostCopy();
    expect(source.moves.postCopy).toBe(true);
    expect(cancellable.at(-1)).toBe(false);
    controller.abort();
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(notes.join()).toContain('not cancelled: post-copy has begun');
    finish();
    await run;
    expect(source.changes.filter((change) => change === 'cancelJob')).toEqual([]);
    expect(stands(destination)).toEqual(ALL_HERE);
  });

  test('while the switch is being tried: it is not tried again', async () => {
    const two = twoHosts();
    const { underWay } = slow(two);
    const { source } = two;
    const controller = new AbortController();
    const { request } = orderOf(memoryJournal());
    const wanted = { options: { ...request.options, postCopy: true } };
    dirties(source);
    let tries = 0;
    source.before.startPostCopy = () => {
      tries += 1;
      controller.abort();
      fail('libvirt')();
    };
    const run = move(two, memoryJournal(), wanted, REPORT, controller.signal);
    await underWay;
    await expect(run).rejects.toMatchObject({ data: { code: 'cancelled' } });
    expect(tries).toBe(1);
    expect(stands(source)).toEqual(ALL_HERE);
  });

  test('a guest that dirties memory as fast as it goes over is switched by itself, where that was allowed', async () => {
    const two = twoHosts();
    const { underWay, finish } = slow(two);
    const { source, destination } = two;
    const journal = memoryJournal();
    const { request } = orderOf(journal);
    const run = move(two, journal, { options: { ...request.options, postCopy: true } });
    await underWay;
    dirties(source);
    for (let tries = 40; !source.moves.postCopy && tries > 0; tries -= 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(source.moves.postCopy).toBe(true);
    finish();
    await run;
    expect(stands(destination)).toEqual(ALL_HERE);
  });

  test('post-copy of a migration that was begun without it', async () => {
    const two = twoHosts();
    const { underWay, finish } = slow(two);
    let controls: MigrationControls | null = null;
    const order = orderOf(memoryJournal());
    const run = migrate(two.source.hypervisor, two.destination.hypervisor, order, REPORT, NEVER, (given) => {
      controls = given;
    });
    await underWay;
    const given = controls as MigrationControls | null;
    await expect(given?.startPostCopy()).rejects.toMatchObject({ data: { code: 'not-supported' } });
    await given?.setMaxDowntime(900);
    expect(two.source.moves.maxDowntime).toBe(900);
    finish();
    await run;
  });
});

describe('a host goes away', () => {
  test('the destination, while this computer carries it: given up, and the guest stays where it is', async () => {
    const two = twoHosts();
    const { underWay } = slow(two);
    const journal = memoryJournal();
    const run = move(two, journal);
    await underWay;
    let away = true;
    two.destination.before.domainState = () => {
      if (away) fail('connection-lost')();
    };
    await expect(run).rejects.toMatchObject({ data: { code: 'migration-failed' } });
    away = false;
    expect(two.source.changes).toContain('cancelJob');
    expect(stands(two.source)).toEqual(ALL_HERE);
    expect(JSON.stringify(journal.written)).toContain('the migration is given up');
  });

  test('the source, in mid-run: unclear, which side is missing is said, and nothing is left waiting', async () => {
    const two = twoHosts();
    const { underWay, finish } = slow(two);
    const journal = memoryJournal();
    const before = timers();
    const run = move(two, journal, { way: 'p2p' });
    await underWay;
    let gone = true;
    const source = two.source;
    for (const name of ['domainReason', 'domainStatus', 'domainObstacles', 'jobStats', 'domainState'] as const)
      source.before[name] = () => {
        if (gone) fail('connection-lost')();
      };
    source.after.migrateToUri = fail('connection-lost');
    finish();
    const problem = errorOf(await run.catch((error: unknown) => error));
    expect(problem).toMatchObject({ code: 'migration-unclear' });
    expect(problem.unchanged).toContain('host-a');
    expect(timers()).toBeLessThanOrEqual(before);
    gone = false;
    source.after.migrateToUri = () => undefined;
    const [unfinished] = await listed(two, journal);
    expect(unfinished?.situation).toBe('arrived');
    await goOn(two, journal, unfinished?.operationId ?? '', 'finish');
    expect(stands(two.destination)).toEqual(ALL_HERE);
    expect(stands(source)).toEqual(NOTHING_THERE);
  });
});

function timers(): number {
  return process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
}
