/** Every call of a migration fails once, before or after it took effect: what is said is what is found, and nothing is left that cannot be explained. */
import { describe, expect, test } from 'vitest';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { ErrorCode } from '../../../src-core/contract/errors.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import type { FakeHost } from '../fake-hypervisor.test-support.ts';
import { errorOf } from '../errors.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { NEVER } from '../resume.test-support.ts';
import {
  ALL_HERE,
  ENCRYPTED,
  NOTHING_THERE,
  REPORT,
  SECRET,
  fail,
  goOn,
  laden,
  listed,
  move,
  orderOf,
  stands,
  twoHosts,
} from './migrate.test-support.ts';
import type { TwoHosts } from './migrate.test-support.ts';
import { migrate } from './run.ts';

const COPY = { secrets: 'carry', disks: { vda: 'copy' } } as const;

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
