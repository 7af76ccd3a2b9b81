/** A life that ends at any moment of a migration, and another one that goes on: in the end there is exactly one guest, and it is whole. */
import { describe, expect, test } from 'vitest';
import type { MigrationRequest } from '../../../src-core/migration/types.ts';
import { DOMAIN } from '../fake-hypervisor.test-support.ts';
import { memoryJournal } from '../journal.test-support.ts';
import { NEVER, mortal } from '../resume.test-support.ts';
import { ENCRYPTED, REPORT, SECRET, goOn, laden, listed, orderOf } from './migrate.test-support.ts';
import type { TwoHosts } from './migrate.test-support.ts';
import { migrate } from './run.ts';

const CHANGES = [
  ...(['migrateTo', 'migrateToUri', 'forgetDomain', 'setAutostart'] as const),
  ...(['defineSecret', 'setSecretValue', 'undefineSecret', 'cancelJob'] as const),
];

type Way = 'finish' | 'roll-back' | 'forget';

/** Live the first life; what is unfinished behind it. */
async function cutOff(request: Partial<MigrationRequest>, end: number, behind: boolean) {
  const two = laden(request.live === false ? 'shutoff' : 'running');
  const journal = memoryJournal();
  const life = mortal(end, behind, CHANGES);
  const [source, destination] = [life.hypervisor(two.source.hypervisor), life.hypervisor(two.destination.hypervisor)];
  const order = orderOf(life.journal(journal), { secrets: 'carry', ...request });
  await migrate(source, destination, order, REPORT, NEVER).catch(() => undefined);
  return { two, journal, survived: life.alive(), unfinished: await listed(two, journal) };
}

function expectOneGuest({ source, destination }: TwoHosts, live: boolean): void {
  const [here, there] = [source, destination].map((host) => host.live !== null);
  expect([here, there].filter(Boolean)).toHaveLength(live ? 1 : 0);
  const defined = [source, destination].filter((host) => host.persistent);
  expect(defined).toHaveLength(1);
  if (live) expect(defined[0]?.live).not.toBeNull();
  for (const host of defined) expect(host).toMatchObject({ definition: ENCRYPTED, autostart: true });
}

describe.each([
  ['live, with a copy and a secret', { live: true, disks: { vda: 'copy' } }],
  ['live, peer to peer', { live: true, way: 'p2p', disks: { vda: 'copy' } }],
  ['its definition alone', { live: false, disks: { vda: 'shared' } }],
] as const)('%s', (_name, request) => {
  test('each end of the first life, each way of the second', { timeout: 60_000 }, async () => {
    const seen = new Set<string>();
    for (const behind of [false, true]) {
      for (let end = 1; ; end += 1) {
        const first = await cutOff(request, end, behind);
        if (first.survived) {
          expect(first.unfinished).toEqual([]);
          expectOneGuest(first.two, request.live);
          break;
        }
        // Nothing was begun, or its end was written.
        if (first.unfinished.length === 0) continue;
        expect(first.unfinished).toHaveLength(1);
        const ways = first.unfinished[0]?.offers.map(({ way }) => way) ?? [];
        expect(ways).toContain('forget');
        for (const way of ways) {
          const again = await cutOff(request, end, behind);
          const [entry] = again.unfinished;
          if (entry === undefined) throw new Error('it went otherwise the second time');
          seen.add(`${entry.situation} ${way}`);
          await takeWay(again, entry.operationId, way, request.live);
        }
      }
    }
    expect([...seen].some((each) => each.startsWith('not-moved'))).toBe(true);
    expect([...seen].some((each) => each.startsWith('arrived'))).toBe(true);
  });
});

async function takeWay(
  { two, journal, unfinished }: Awaited<ReturnType<typeof cutOff>>,
  operationId: string,
  way: Way,
  live: boolean,
): Promise<void> {
  const before = JSON.stringify([two.source.changes, two.destination.changes]);
  await goOn(two, journal, operationId, way, unfinished[0]?.situation ?? null);
  expect(await listed(two, journal)).toEqual([]);
  if (way === 'forget') expect(JSON.stringify([two.source.changes, two.destination.changes])).toBe(before);
  else expectOneGuest(two, live);
  if (way !== 'roll-back') return;
  expect(two.destination.moves.secrets.size).toBe(0);
  if (live) expect(two.destination.volumes).toEqual({});
}

test('nothing secret is ever written down', async () => {
  const two = laden();
  const journal = memoryJournal();
  const told: unknown[] = [];
  const report = {
    ...REPORT,
    steps: (steps: unknown) => told.push(steps),
    step: (...step: unknown[]) => told.push(step),
    note: (...note: unknown[]) => told.push(note),
    progress: (progress: unknown) => told.push(progress),
  };
  const order = orderOf(journal, { secrets: 'carry', disks: { vda: 'copy' } });
  const { remarks } = await migrate(two.source.hypervisor, two.destination.hypervisor, order, report, NEVER);
  expect(two.destination.moves.secrets.get(SECRET)?.value).toEqual(new TextEncoder().encode('hush-hush'));
  const all = JSON.stringify([journal.written, told, remarks]);
  expect(all).toContain(SECRET);
  for (const secret of ['hush-hush', Buffer.from('hush-hush').toString('base64'), 's3cret'])
    expect(all).not.toContain(secret);
  expect(all).toContain(DOMAIN.name);
});
