/** A migration while it is under way: cancelled, switched to post-copy, and a host that goes away. */
import { describe, expect, test } from 'vitest';
import type { MigrationProgress } from '../../../src-core/migration/types.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import { errorOf } from '../errors.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { NEVER } from '../resume.test-support.ts';
import {
  ALL_HERE,
  NOTHING_THERE,
  REPORT,
  fail,
  goOn,
  listed,
  move,
  orderOf,
  stands,
  twoHosts,
} from './migrate.test-support.ts';
import type { TwoHosts } from './migrate.test-support.ts';
import type { MigrationControls } from './order.ts';
import { migrate } from './run.ts';

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
