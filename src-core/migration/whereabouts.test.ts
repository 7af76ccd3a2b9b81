/** The table leaves nothing out, contradicts itself nowhere, and no way that it offers ends with two guests, or with none. */
import { describe, expect, test } from 'vitest';
import { possibleFacts } from './combinations.test-support.ts';
import { MIGRATION_ACTS, MIGRATION_SITUATIONS } from './whereabouts-facts.ts';
import type { MigrationAct, MigrationFacts } from './whereabouts-facts.ts';
import { MIGRATION_ROWS, migrationRowOf, rowFits } from './whereabouts-rows.ts';
import { whereabouts } from './whereabouts.ts';
import type { SideSeen, WhereaboutsInputs } from './whereabouts.ts';

const ALL = possibleFacts();

test('each combination is spoken of by exactly one row', () => {
  const wrong = ALL.filter((facts) => MIGRATION_ROWS.filter((row) => rowFits(row, facts)).length !== 1);
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(ALL.length).toBeGreaterThan(10_000);
});

test('every row, situation and act is used', () => {
  const rows = new Set(ALL.map(migrationRowOf));
  expect(MIGRATION_ROWS.filter((row) => !rows.has(row))).toEqual([]);
  expect(new Set([...rows].map(({ situation }) => situation))).toEqual(new Set(MIGRATION_SITUATIONS));
  const acts = ALL.flatMap((facts) => (Object.values(migrationRowOf(facts).offers(facts)) as MigrationAct[][]).flat());
  expect(new Set<string>([...acts, 'forget'])).toEqual(new Set(MIGRATION_ACTS));
});

test('what is recommended is offered', () => {
  for (const facts of ALL) {
    const { offers, recommended, situation } = migrationRowOf(facts);
    if (recommended === 'finish' || recommended === 'roll-back')
      expect(offers(facts)[recommended], `${situation} ${JSON.stringify(facts)}`).toBeDefined();
  }
});

/** What is left of a guest after acts, by what each does; null: it would be wrong to do that. */
interface Hosts {
  readonly source: 'runs' | 'stands-still' | 'useless' | 'off' | 'absent';
  readonly destination: 'runs' | 'partly' | 'incoming' | 'off' | 'absent';
  readonly here: boolean;
  readonly there: boolean;
}

function hostsOf({ source, destination, here, there }: MigrationFacts): Hosts {
  const sources = {
    running: 'runs',
    paused: 'runs',
    'handing-over': 'stands-still',
    'post-copy': 'useless',
    'post-copy-failed': 'useless',
    migrated: 'off',
    off: 'off',
    absent: 'absent',
    unreachable: 'absent',
  } as const;
  const destinations = {
    running: 'runs',
    paused: 'runs',
    'post-copy': 'runs',
    'post-copy-failed': 'partly',
    incoming: 'incoming',
    off: 'off',
    absent: 'absent',
    unreachable: 'absent',
  } as const;
  return {
    source: sources[source],
    destination: destinations[destination],
    here: here !== 'none',
    there: there !== 'none',
  };
}

function act(hosts: Hosts, each: MigrationAct): Hosts {
  const off = (defined: boolean) => (defined ? 'off' : 'absent');
  const wrong = () => {
    throw new Error(`${each} with ${JSON.stringify(hosts)}`);
  };
  const isOff = (side: string) => side === 'off' || side === 'absent';
  switch (each) {
    case 'close':
    case 'wait':
    case 'resume-post-copy':
    case 'tidy':
    case 'forget':
      return hosts;
    case 'cancel-job':
      return { ...hosts, destination: hosts.destination === 'incoming' ? off(hosts.there) : hosts.destination };
    case 'destroy-destination-remnant':
      return hosts.destination === 'incoming' ? { ...hosts, destination: off(hosts.there) } : wrong();
    case 'destroy-source-remains':
      return hosts.source === 'useless' || hosts.source === 'stands-still'
        ? { ...hosts, source: off(hosts.here) }
        : wrong();
    case 'destroy-destination-remains':
      return hosts.destination === 'partly' && isOff(hosts.source)
        ? { ...hosts, destination: off(hosts.there) }
        : wrong();
    case 'define-destination':
      return hosts.there || isOff(hosts.destination) ? wrong() : { ...hosts, there: true };
    case 'start-destination':
      return hosts.destination === 'off' && isOff(hosts.source) ? { ...hosts, destination: 'runs' } : wrong();
    case 'undefine-destination':
      return hosts.destination === 'off' ? { ...hosts, destination: 'absent', there: false } : wrong();
    case 'undefine-source':
      return hosts.here && isOff(hosts.source) ? { ...hosts, source: 'absent', here: false } : wrong();
    case 'start-source':
      return hosts.source === 'off' && isOff(hosts.destination) ? { ...hosts, source: 'runs' } : wrong();
    case 'resume-source':
      return hosts.source === 'stands-still' && isOff(hosts.destination) ? { ...hosts, source: 'runs' } : wrong();
  }
}

const running = ({ source, destination }: Hosts) =>
  Number(source === 'runs') + Number(destination === 'runs' || destination === 'partly');
const startable = ({ source, destination }: Hosts) => Number(source === 'off') + Number(destination === 'off');

describe('whatever is found', () => {
  test('no way ends with two guests that run, nor with none that runs or can be started', () => {
    let tried = 0;
    for (const facts of ALL) {
      const row = migrationRowOf(facts);
      if (row.alarm === true) continue;
      for (const acts of Object.values(row.offers(facts)) as MigrationAct[][]) {
        const before = hostsOf(facts);
        const after = acts.reduce(act, before);
        tried += 1;
        const words = `${row.situation} ${acts.join(', ')} ${JSON.stringify(facts)}`;
        expect(running(after), words).toBeLessThanOrEqual(1);
        if (!acts.includes('wait') && !acts.includes('resume-post-copy'))
          expect(running(after) + startable(after), words).toBeGreaterThanOrEqual(1);
        // A way that starts or goes on with the guest does so once, and no other copy is left that stands in wait.
        if (acts.some((each) => each.startsWith('start-') || each === 'resume-source')) {
          expect(running(after), words).toBe(1);
          expect(['useless', 'stands-still']).not.toContain(after.source);
        }
      }
    }
    expect(tried).toBeGreaterThan(5000);
  });

  test('a source in post-copy is never resumed, and never ended while the destination has the guest', () => {
    for (const facts of ALL.filter(({ source }) => source.startsWith('post-copy'))) {
      const acts = Object.values(migrationRowOf(facts).offers(facts)).flat();
      expect(acts).not.toContain('resume-source');
      expect(acts).not.toContain('cancel-job');
      if (facts.destination !== 'off' && facts.destination !== 'absent')
        expect(acts).not.toContain('destroy-source-remains');
    }
  });

  test('the definition at the source goes only where the destination has one, or is given one', () => {
    for (const facts of ALL) {
      for (const acts of Object.values(migrationRowOf(facts).offers(facts)) as MigrationAct[][])
        if (acts.includes('undefine-source')) {
          expect(facts.here).toBe('source');
          expect(facts.undefine).toBe('yes');
          expect(facts.there !== 'none' || acts.includes('define-destination') || facts.guest === 'transient').toBe(
            true,
          );
        }
    }
  });

  test('where two copies are alive nothing is offered, and only there', () => {
    for (const facts of ALL) {
      const { alarm, situation, offers } = migrationRowOf(facts);
      expect(alarm === true).toBe(situation === 'two-copies');
      if (alarm === true) expect(offers(facts)).toEqual({});
    }
  });

  test('with one host out of sight nothing is started, defined or taken away', () => {
    for (const facts of ALL.filter(({ source, destination }) => [source, destination].includes('unreachable'))) {
      const acts = Object.values(migrationRowOf(facts).offers(facts)).flat();
      expect(acts.filter((each) => each !== 'wait' && each !== 'cancel-job')).toEqual([]);
    }
  });

  test('what was written to copies alone is not thrown away for what is at the source', () => {
    for (const facts of ALL.filter(({ copied, there }) => copied === 'yes' && there === 'planned')) {
      const acts = Object.values(migrationRowOf(facts).offers(facts)).flat();
      expect(acts).not.toContain('start-source');
    }
  });
});

const seen = (state: SideSeen['state'], reason: string | null, more: Partial<SideSeen> = {}): SideSeen => ({
  state,
  reason,
  job: false,
  definition: 'none',
  ...more,
});
const found = (source: WhereaboutsInputs['source'], destination: WhereaboutsInputs['destination'], more = {}) =>
  whereabouts({
    domain: 'guest',
    from: 'alpha',
    to: 'beta',
    live: true,
    undefineSource: true,
    persistent: true,
    copied: false,
    made: false,
    unchanged: false,
    source,
    destination,
    ...more,
  });

const HERE = { definition: 'source' } as const;
const THERE = { definition: 'planned' } as const;

/** As they were found on libvirt 9.0 after each loss. */
describe('what losses leave behind', () => {
  test.each([
    [
      'destination’s QEMU killed in pre-copy',
      seen('running', 'booted', HERE),
      'absent',
      'not-moved',
      'source',
      'forget',
    ],
    [
      'destination’s daemon killed, direct',
      seen('running', 'booted', { ...HERE, job: true }),
      'unreachable',
      'destination-unseen-migrating',
      'source',
      'roll-back',
    ],
    [
      'destination’s daemon killed, peer to peer, and back',
      seen('running', 'booted', HERE),
      seen('paused', 'migrating'),
      'remnant',
      'source',
      'roll-back',
    ],
    [
      'Salvor killed, peer to peer',
      seen('running', 'booted', { ...HERE, job: true }),
      seen('paused', 'migrating'),
      'migrating',
      'source',
      'finish',
    ],
    [
      'destination’s QEMU killed in post-copy',
      seen('paused', 'post-copy failed', { ...HERE, job: true }),
      seen('shutoff', 'crashed', THERE),
      'memory-lost',
      'nobody',
      'finish',
    ],
    [
      'link broken in post-copy',
      seen('paused', 'post-copy failed', HERE),
      seen('running', 'post-copy failed', THERE),
      'post-copy-broken',
      'destination',
      'finish',
    ],
    [
      'destination’s daemon killed in post-copy, and back',
      seen('paused', 'post-copy failed', HERE),
      seen('running', 'post-copy', THERE),
      'post-copy-broken',
      'destination',
      'finish',
    ],
    [
      'the same, half a minute later',
      seen('shutoff', 'migrated', HERE),
      seen('running', 'migrated', THERE),
      'arrived',
      'destination',
      'finish',
    ],
    [
      'switched over, and the client lost',
      seen('paused', 'migrating', HERE),
      seen('running', 'migrated', THERE),
      'arrived',
      'destination',
      'finish',
    ],
  ] as const)('%s', (_name, source, destination, situation, owner, recommended) => {
    const { ways, ...rest } = found(source, destination);
    expect(rest).toMatchObject({ situation, owner });
    expect(ways.find((way) => way.recommended)?.way).toBe(recommended);
    expect(ways[0]?.recommended).toBe(true);
    expect(JSON.stringify([rest, ways])).not.toContain('{{');
  });

  test('in words: what will be done, in its order', () => {
    const lost = found(seen('paused', 'post-copy failed', HERE), seen('shutoff', 'crashed', THERE));
    expect(lost.ways.map(({ way, does, stops }) => [way, does, stops])).toEqual([
      [
        'finish',
        'End what is left of it on alpha, then start guest on beta from its disks, then take its definition away on alpha; disks stay.',
        true,
      ],
      [
        'roll-back',
        'End what is left of it on alpha, then take its definition away on beta; disks stay, then start guest on alpha from its disks.',
        true,
      ],
      ['forget', 'Touch nothing, and close the entry in the journal.', false],
    ]);
    const arrived = found(seen('shutoff', 'migrated', { definition: 'other' }), seen('running', 'migrated', THERE));
    expect(arrived.sentence).toBe(
      'guest has arrived: it is on beta (running, migrated). Its definition on alpha was changed by somebody meanwhile, and stays.',
    );
    expect(arrived.ways[0]?.acts).toEqual(['close']);
  });

  test('rules that change nothing: one definition is both', () => {
    const { ways } = found(seen('shutoff', 'migrated', THERE), seen('running', 'migrated', HERE), { unchanged: true });
    expect(ways[0]?.acts).toEqual(['undefine-source']);
  });

  test('every sentence and every act has words without gaps', () => {
    const states = ['running', 'paused', 'shutoff'] as const;
    const reasons = ['booted', 'migrating', 'post-copy', 'post-copy failed', 'migrated', null];
    const sides = [
      'absent',
      'unreachable',
      ...states.flatMap((state) =>
        reasons.flatMap((reason) =>
          (['source', 'planned', 'other'] as const).map((definition) => seen(state, reason, { definition })),
        ),
      ),
    ] as const;
    for (const source of sides)
      for (const destination of sides) expect(JSON.stringify(found(source, destination))).not.toContain('{{');
  });
});
