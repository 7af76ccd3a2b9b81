/**
 * THE TABLE of migrations: from what is found at both hosts to the ways on. No error of a migration is believed, and no journal: whoever runs
 * owns the guest. The rows are disjoint and leave nothing out (a test tries all combinations), docs/recovery.md is made from them.
 *
 * Once a source is `paused (post-copy)` or `paused (post-copy failed)` it is never resumed: part of the guest's memory, and all that it has
 * done since, is at the destination. What is at the destination is destroyed while it is `paused (migrating)` and was never handed over, or
 * where no memory of it can ever come any more.
 */

import type { MIGRATION_FACTS, MigrationAct, MigrationFacts, MigrationSituation, Owner } from './whereabouts-facts.ts';

type Fact = keyof typeof MIGRATION_FACTS;

/** The ways on, but for `forget`. */
interface Offers {
  readonly finish?: readonly MigrationAct[];
  readonly 'roll-back'?: readonly MigrationAct[];
}

export interface MigrationRow {
  readonly situation: MigrationSituation;
  readonly owner: Owner;
  /** Of each fact the answers that fit; a fact that is not named does not matter. */
  readonly when: { readonly [F in Fact]?: readonly MigrationFacts[F][] };
  /** In which nothing is offered, not even to forget it: the situation has to be ended by hands first. */
  readonly alarm?: true;
  readonly offers: (facts: MigrationFacts) => Offers;
  /** null: only the administrator can know. */
  readonly recommended: 'finish' | 'roll-back' | 'forget' | null;
}

const NONE = (): Offers => ({});
const WAIT = (): Offers => ({ finish: ['wait'] });

/** What is left to be done where the guest has arrived. A definition that somebody has changed meanwhile is not taken away. */
function settled({ source, guest, here, there, undefine, destination }: MigrationFacts): Offers {
  const acts: MigrationAct[] = [];
  if (source === 'handing-over') acts.push('destroy-source-remains');
  if (guest === 'persistent' && there === 'none' && destination !== 'off') acts.push('define-destination');
  if (undefine === 'yes' && here === 'source') acts.push('undefine-source');
  return { finish: acts.length === 0 ? ['close'] : acts };
}

/** From the disks: where the guest ran last, or where its disks are the same. */
function fromDisk({ here, there, copied, undefine }: MigrationFacts): Offers {
  const leave: MigrationAct[] = undefine === 'yes' && here === 'source' ? ['undefine-source'] : [];
  return {
    ...(there === 'none' ? {} : { finish: ['destroy-source-remains', 'start-destination', ...leave] }),
    ...(here === 'none' || (copied === 'yes' && there !== 'none')
      ? {}
      : {
          'roll-back': [
            'destroy-source-remains',
            ...(there === 'planned' ? (['undefine-destination'] as const) : []),
            'start-source',
          ],
        }),
  };
}

/** The same where nothing is left of it at the source but its definition. */
function fromDiskOff(facts: MigrationFacts): Offers {
  const without = (acts: readonly MigrationAct[] | undefined) =>
    acts?.filter((act) => act !== 'destroy-source-remains');
  const { finish, 'roll-back': back } = fromDisk(facts);
  return {
    ...(finish === undefined ? {} : { finish: without(finish) ?? [] }),
    ...(back === undefined ? {} : { 'roll-back': without(back) ?? [] }),
  };
}

function tidied({ made }: MigrationFacts): Offers {
  return made === 'yes' ? { 'roll-back': ['tidy'] } : {};
}

function remnantGone({ made }: MigrationFacts): Offers {
  return { 'roll-back': ['destroy-destination-remnant', ...(made === 'yes' ? (['tidy'] as const) : [])] };
}

function startedHere({ here }: MigrationFacts): Offers {
  return here === 'none' ? {} : { 'roll-back': ['start-source'] };
}

const ON_HERE = ['running', 'paused'] as const;
const ON_THERE = ['running', 'paused', 'post-copy', 'post-copy-failed'] as const;
const POST_COPY = ['post-copy', 'post-copy-failed'] as const;
const LEFT = ['migrated', 'off', 'absent'] as const;
const DEFINED = ['planned', 'other'] as const;

/** One of the hosts, or both, cannot be looked at. */
const UNSEEN: readonly MigrationRow[] = [
  row('unseen', 'unknown', { source: ['unreachable'], destination: ['unreachable'] }, NONE, null),
  row('source-unseen-there', 'destination', { source: ['unreachable'], destination: ON_THERE }, NONE, null),
  row('source-unseen', 'unknown', { source: ['unreachable'], destination: ['incoming', 'off', 'absent'] }, NONE, null),
  row(
    'destination-unseen-migrating',
    'source',
    { source: ON_HERE, destination: ['unreachable'], job: ['yes'] },
    () => ({ finish: ['wait'], 'roll-back': ['cancel-job'] }),
    'roll-back',
  ),
  row('destination-unseen-here', 'source', { source: ON_HERE, destination: ['unreachable'], job: ['no'] }, NONE, null),
  row(
    'destination-unseen-handed-over',
    'unknown',
    { source: ['handing-over', ...POST_COPY, 'migrated'], destination: ['unreachable'] },
    NONE,
    null,
  ),
  row('destination-unseen', 'unknown', { source: ['off', 'absent'], destination: ['unreachable'] }, NONE, null),
];

/** The guest is on at the source. */
const HERE: readonly MigrationRow[] = [
  { ...row('two-copies', 'both', { source: ON_HERE, destination: ON_THERE }, NONE, null), alarm: true },
  row(
    'migrating',
    'source',
    { source: ON_HERE, destination: ['incoming'], job: ['yes'] },
    () => ({ finish: ['wait'], 'roll-back': ['cancel-job'] }),
    'finish',
  ),
  row(
    'migrating',
    'source',
    { source: ON_HERE, destination: ['off', 'absent'], job: ['yes'] },
    () => ({ finish: ['wait'], 'roll-back': ['cancel-job'] }),
    'roll-back',
  ),
  row('remnant', 'source', { source: ON_HERE, destination: ['incoming'], job: ['no'] }, remnantGone, 'roll-back'),
  ...notMoved({ source: ON_HERE, destination: ['absent'], job: ['no'] }, 'source'),
  ...notMoved({ source: ON_HERE, destination: ['off'], job: ['no'], there: ['other', 'none'] }, 'source'),
  row(
    'defined-there-too',
    'source',
    { source: ON_HERE, destination: ['off'], job: ['no'], there: ['planned'] },
    () => ({ 'roll-back': ['undefine-destination'] }),
    null,
  ),
];

/** The source stands still in its last moments: either it goes on there, or nothing of it ever ran. */
const HANDING_OVER: readonly MigrationRow[] = [
  row(
    'switching',
    'unknown',
    { source: ['handing-over'], job: ['yes'], destination: [...ON_THERE, 'incoming', 'off', 'absent'] },
    WAIT,
    'finish',
  ),
  row('arrived', 'destination', { source: ['handing-over'], job: ['no'], destination: ['running'] }, settled, 'finish'),
  {
    ...row('two-copies', 'both', { source: ['handing-over'], job: ['no'], destination: ['paused'] }, NONE, null),
    alarm: true,
  },
  row('arriving', 'destination', { source: ['handing-over'], job: ['no'], destination: POST_COPY }, WAIT, 'finish'),
  row(
    'stands-still',
    'nobody',
    { source: ['handing-over'], job: ['no'], destination: ['incoming'] },
    () => ({ 'roll-back': ['destroy-destination-remnant', 'resume-source'] }),
    'roll-back',
  ),
  // A guest with a definition is given that at the destination before it runs there: where it has none it never did.
  row(
    'stands-still',
    'nobody',
    { source: ['handing-over'], job: ['no'], destination: ['absent'], guest: ['persistent'] },
    () => ({ 'roll-back': ['resume-source'] }),
    null,
  ),
  row(
    'unclear',
    'unknown',
    { source: ['handing-over'], job: ['no'], destination: ['absent'], guest: ['transient'] },
    NONE,
    null,
  ),
  row(
    'memory-lost',
    'nobody',
    { source: ['handing-over'], job: ['no'], destination: ['off'], there: ['planned'] },
    fromDisk,
    'finish',
  ),
  row(
    'unclear',
    'unknown',
    { source: ['handing-over'], job: ['no'], destination: ['off'], there: ['other', 'none'] },
    NONE,
    null,
  ),
];

/** Part of the memory is here, part there: the destination has the guest. */
const IN_POST_COPY: readonly MigrationRow[] = [
  row('arriving', 'destination', { source: POST_COPY, destination: ['running'] }, WAIT, 'finish'),
  row(
    'in-post-copy',
    'destination',
    { source: ['post-copy'], destination: ['paused', 'incoming', 'post-copy'] },
    WAIT,
    'finish',
  ),
  ...(
    [
      { source: ['post-copy'], destination: ['post-copy-failed'] },
      { source: ['post-copy-failed'], destination: ['paused', 'incoming', ...POST_COPY] },
    ] as const
  ).map((when) => row('post-copy-broken', 'destination', when, () => ({ finish: ['resume-post-copy'] }), 'finish')),
  row('memory-lost', 'nobody', { source: POST_COPY, destination: ['off'], there: ['planned'] }, fromDisk, 'finish'),
  row('memory-lost', 'nobody', { source: POST_COPY, destination: ['off'], there: ['other', 'none'] }, fromDisk, null),
  row(
    'memory-lost',
    'nobody',
    { source: POST_COPY, destination: ['absent'], here: ['source', 'other'], copied: ['no'] },
    fromDisk,
    'roll-back',
  ),
  row(
    'memory-lost',
    'nobody',
    { source: POST_COPY, destination: ['absent'], here: ['source', 'other'], copied: ['yes'] },
    fromDisk,
    null,
  ),
  row('memory-lost', 'nobody', { source: POST_COPY, destination: ['absent'], here: ['none'] }, NONE, null),
];

/** The source does not run it. */
const LEFT_HERE: readonly MigrationRow[] = [
  row(
    'arrived',
    'destination',
    { source: LEFT, destination: ['running', 'paused'], there: ['planned', 'none'] },
    settled,
    'finish',
  ),
  row('arrived', 'destination', { source: LEFT, destination: ['running', 'paused'], there: ['other'] }, settled, null),
  row('arriving', 'destination', { source: LEFT, destination: ['post-copy'] }, WAIT, 'finish'),
  row(
    'arriving',
    'destination',
    { source: ['migrated'], destination: ['post-copy-failed', 'incoming'] },
    WAIT,
    'finish',
  ),
  row(
    'memory-lost-there',
    'nobody',
    { source: ['off', 'absent'], destination: ['post-copy-failed'], there: DEFINED },
    ({ here, undefine }) => ({
      finish: [
        'destroy-destination-remains',
        'start-destination',
        ...(undefine === 'yes' && here === 'source' ? (['undefine-source'] as const) : []),
      ],
    }),
    null,
  ),
  row(
    'memory-lost-there',
    'nobody',
    { source: ['off', 'absent'], destination: ['post-copy-failed'], there: ['none'] },
    NONE,
    null,
  ),
  row('remnant', 'nobody', { source: ['off'], destination: ['incoming'] }, remnantGone, 'roll-back'),
  row('unclear', 'unknown', { source: ['absent'], destination: ['incoming'] }, NONE, null),
  row('arrived-off', 'destination', { source: ['migrated', 'absent'], destination: ['off'] }, settled, 'finish'),
  row(
    'arrived-off',
    'destination',
    { source: ['off'], destination: ['off'], there: ['planned'], mode: ['offline'] },
    (facts) => ({
      ...settled(facts),
      ...(facts.here === 'none' ? {} : { 'roll-back': ['undefine-destination'] as const }),
    }),
    'finish',
  ),
  row(
    'both-off',
    'nobody',
    { source: ['off'], destination: ['off'], there: ['planned'], mode: ['live'] },
    fromDiskOff,
    null,
  ),
  ...notMoved({ source: ['off'], destination: ['off'], there: ['other', 'none'], mode: ['offline'] }, 'source'),
  row(
    'unclear',
    'unknown',
    { source: ['off'], destination: ['off'], there: ['other', 'none'], mode: ['live'] },
    NONE,
    null,
  ),
  row('gone-there', 'nobody', { source: ['migrated'], destination: ['absent'] }, startedHere, null),
  ...notMoved({ source: ['off'], destination: ['absent'], mode: ['offline'] }, 'source'),
  row('off-here', 'nobody', { source: ['off'], destination: ['absent'], mode: ['live'] }, startedHere, null),
  row('gone', 'unknown', { source: ['absent'], destination: ['absent'] }, NONE, null),
];

export const MIGRATION_ROWS: readonly MigrationRow[] = [
  ...UNSEEN,
  ...HERE,
  ...HANDING_OVER,
  ...IN_POST_COPY,
  ...LEFT_HERE,
];

function row(
  situation: MigrationSituation,
  owner: Owner,
  when: MigrationRow['when'],
  offers: MigrationRow['offers'],
  recommended: MigrationRow['recommended'],
): MigrationRow {
  return { situation, owner, when, offers, recommended };
}

/** As if nothing had been, but for what was made for it. */
function notMoved(when: MigrationRow['when'], owner: Owner): MigrationRow[] {
  return [
    row('not-moved', owner, { ...when, made: ['no'] }, tidied, 'forget'),
    row('not-moved', owner, { ...when, made: ['yes'] }, tidied, 'roll-back'),
  ];
}

/** Does a row speak of these facts? */
export function rowFits({ when }: MigrationRow, facts: MigrationFacts): boolean {
  return Object.entries(when).every(([fact, answers]) => (answers as readonly string[]).includes(facts[fact as Fact]));
}

/** The row of the table. There is exactly one. */
export function migrationRowOf(facts: MigrationFacts): MigrationRow {
  const found = MIGRATION_ROWS.find((each) => rowFits(each, facts));
  if (found === undefined) throw new Error(`no row for ${JSON.stringify(facts)}`);
  return found;
}
