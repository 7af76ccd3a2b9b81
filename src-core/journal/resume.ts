/**
 * THE TABLE: what to do about an operation that was begun and not brought to its end. From what the journal tells of it and what is found at
 * the host now to what can be done: finish, roll back, forget. The rows are disjoint and leave nothing out (a test tries all combinations),
 * docs/recovery.md is made from them, and src-main/app/resume.ts acts on nothing else.
 */
import type { EntryOutline } from './types.ts';

/** All that a row may ask, each with the answers that there are. */
export const FACTS = {
  /** What was begun. */
  operation: ['rescue', 'end', 'nvram'],
  session: ['one-shot', 'until-ended', 'transient'],
  /** Had a step begun that stops, defines or starts the guest? */
  touched: ['no', 'yes'],
  /** Of a rescue: was the guest running before? Of an ending: is it to run afterwards? */
  power: ['on', 'off'],
  /** `renamed`: its UUID has another name now; `gone`: no such UUID; `replaced`: neither, and its name belongs to another UUID. */
  domain: ['there', 'renamed', 'gone', 'replaced'],
  /**
   * `own`: as before the rescue. `rescue`: this session's, with a record in it that can be put back, the same as the journal's. `damaged`: this
   * session's, and its record cannot be put back as it is. `differs`: this session's, and its record is another definition than the journal's.
   * `other-rescue`: another session's. `changed`: none of these. `none`: there is none.
   */
  definition: ['own', 'changed', 'rescue', 'damaged', 'differs', 'other-rescue', 'none'],
  /** What the guest runs from: nothing, a definition without a session, this session, another one. */
  runs: ['off', 'own', 'rescue', 'other-rescue'],
  /** Is there a managed-save image? */
  saved: ['no', 'yes'],
  /** Does the journal of this computer have the definition from before the rescue? */
  copy: ['no', 'yes'],
  /** Is an overlay volume of the session in its pool? */
  overlay: ['no', 'yes'],
} as const;

type Fact = keyof typeof FACTS;
export type Facts = { readonly [F in Fact]: (typeof FACTS)[F][number] };

/** The ways on. `forget` closes the entry and touches nothing else. */
export const WAYS = ['finish', 'roll-back', 'forget'] as const;
export type Way = (typeof WAYS)[number];

/** What carries a way out; texts in resume-texts.ts. */
export const ACTS = [
  'accept',
  'again',
  'end',
  'end-with-copy',
  'start',
  'start-rescue',
  'clean',
  'close',
  'write-variables',
  'restore-variables',
  'forget',
] as const;
export type Act = (typeof ACTS)[number];

export interface Row {
  readonly situation: Situation;
  /** Of each fact the answers that fit; a fact that is not named does not matter. */
  readonly when: { readonly [F in Fact]?: readonly Facts[F][] };
  readonly offers: { readonly [W in Way]?: Act };
  /** The way that is recommended; null: only the administrator can know. */
  readonly recommended: Way | null;
}

export const SITUATIONS = [
  'gone',
  'replaced',
  'other-rescue',
  'saved-memory',
  'record-damaged',
  'records-differ',
  'definition-lost',
  'as-before',
  'stopped',
  'off-by-others',
  'in-rescue',
  'defined-off',
  'defined-running',
  'still-in-rescue',
  'half-ended',
  'half-ended-running',
  'ended-off',
  'ended',
  'variables',
  'variables-running',
] as const;
export type Situation = (typeof SITUATIONS)[number];

/** The domain can be looked at. */
const HERE = ['there', 'renamed'] as const;
/** No other session is open. */
const NOT_OTHERS = ['own', 'changed', 'rescue', 'damaged', 'differs', 'none'] as const;
/** Without a session in it. */
const PLAIN = ['own', 'changed'] as const;
const WITH_DEFINITION = ['own', 'changed', 'rescue', 'damaged', 'differs'] as const;
const FORGET = { forget: 'forget' } as const;

/** Whatever the operation was. */
const ANY_OPERATION: readonly Row[] = [
  { situation: 'gone', when: { domain: ['gone'] }, offers: FORGET, recommended: null },
  { situation: 'gone', when: { domain: HERE, definition: ['none'], runs: ['off'] }, offers: FORGET, recommended: null },
  { situation: 'replaced', when: { domain: ['replaced'] }, offers: FORGET, recommended: null },
  {
    situation: 'other-rescue',
    when: { domain: HERE, definition: NOT_OTHERS, runs: ['other-rescue'] },
    offers: FORGET,
    recommended: 'forget',
  },
  {
    situation: 'other-rescue',
    when: { domain: HERE, definition: ['other-rescue'] },
    offers: FORGET,
    recommended: 'forget',
  },
  {
    situation: 'saved-memory',
    when: { domain: HERE, definition: WITH_DEFINITION, runs: ['off'], saved: ['yes'] },
    offers: FORGET,
    recommended: null,
  },
];

/** The record in the domain cannot be trusted, or cannot be used: the journal's copy is a choice that only a person makes. */
const BAD_RECORD: readonly Row[] = (
  [
    ['damaged', 'record-damaged', 'no'],
    ['damaged', 'record-damaged', 'yes'],
    ['differs', 'records-differ', 'no'],
    ['differs', 'records-differ', 'yes'],
  ] as const
).flatMap(([definition, situation, copy]): Row[] =>
  (
    [
      ['rescue', 'roll-back'],
      ['end', 'finish'],
    ] as const
  ).flatMap(([operation, way]): Row[] => {
    const offers = copy === 'no' ? FORGET : { [way]: 'end-with-copy', ...FORGET };
    const when = { operation: [operation], domain: HERE, definition: [definition], copy: [copy] } as const;
    const recommended = copy === 'yes' && definition === 'damaged' ? way : null;
    return [
      { situation, when: { ...when, runs: ['off'], saved: ['no'] }, offers, recommended },
      { situation, when: { ...when, runs: ['own', 'rescue'] }, offers, recommended },
    ];
  }),
);

/** It runs, and nothing would be left of it when it stops. */
const LOST: readonly Row[] = [
  {
    situation: 'definition-lost',
    when: { operation: ['rescue', 'end'], domain: HERE, definition: ['none'], runs: ['rescue'] },
    offers: FORGET,
    recommended: null,
  },
  {
    situation: 'definition-lost',
    when: {
      operation: ['rescue', 'end'],
      session: ['one-shot', 'until-ended'],
      domain: HERE,
      definition: ['none'],
      runs: ['own'],
    },
    offers: FORGET,
    recommended: null,
  },
];

const RESCUE = { operation: ['rescue'], domain: HERE } as const;
const START_OR_AGAIN = { finish: 'again', 'roll-back': 'start', forget: 'forget' } as const;

/** The guest is as it was before its rescue; of that an overlay may be left, which was made first. */
const AS_BEFORE: readonly Row[] = (
  [
    { ...RESCUE, definition: PLAIN, runs: ['own'] },
    { ...RESCUE, session: ['transient'], definition: ['none'], runs: ['own'] },
    { ...RESCUE, definition: PLAIN, runs: ['off'], power: ['off'], saved: ['no'] },
  ] as const
).flatMap((when): Row[] => [
  {
    situation: 'as-before',
    when: { ...when, overlay: ['no'] },
    offers: { finish: 'again', forget: 'forget' },
    recommended: 'forget',
  },
  {
    situation: 'as-before',
    when: { ...when, overlay: ['yes'] },
    offers: { finish: 'again', 'roll-back': 'clean', forget: 'forget' },
    recommended: 'roll-back',
  },
]);

/** A rescue that was begun. */
const RESCUES: readonly Row[] = [
  ...AS_BEFORE,
  {
    situation: 'stopped',
    when: { ...RESCUE, definition: PLAIN, runs: ['off'], power: ['on'], saved: ['no'], touched: ['yes'] },
    offers: START_OR_AGAIN,
    recommended: 'roll-back',
  },
  {
    situation: 'off-by-others',
    when: { ...RESCUE, definition: PLAIN, runs: ['off'], power: ['on'], saved: ['no'], touched: ['no'] },
    offers: START_OR_AGAIN,
    recommended: 'forget',
  },
  {
    situation: 'in-rescue',
    when: { ...RESCUE, definition: ['own', 'changed', 'rescue'], runs: ['rescue'] },
    offers: { finish: 'accept', 'roll-back': 'end', forget: 'forget' },
    recommended: 'finish',
  },
  {
    situation: 'defined-off',
    when: { ...RESCUE, definition: ['rescue'], runs: ['off'], saved: ['no'] },
    offers: { finish: 'start-rescue', 'roll-back': 'end', forget: 'forget' },
    recommended: 'roll-back',
  },
  {
    situation: 'defined-running',
    when: { ...RESCUE, definition: ['rescue'], runs: ['own'] },
    offers: { 'roll-back': 'end', forget: 'forget' },
    recommended: 'roll-back',
  },
];

const END = { operation: ['end'], domain: HERE } as const;

/** The end of a rescue that was begun. */
const ENDINGS: readonly Row[] = [
  {
    situation: 'still-in-rescue',
    when: { ...END, definition: ['own', 'changed', 'rescue'], runs: ['rescue'] },
    offers: { finish: 'end', forget: 'forget' },
    recommended: 'finish',
  },
  {
    situation: 'half-ended',
    when: { ...END, definition: ['rescue'], runs: ['off'], saved: ['no'] },
    offers: { finish: 'end', 'roll-back': 'start-rescue', forget: 'forget' },
    recommended: 'finish',
  },
  {
    situation: 'half-ended-running',
    when: { ...END, definition: ['rescue'], runs: ['own'] },
    offers: { finish: 'end', forget: 'forget' },
    recommended: 'finish',
  },
  {
    situation: 'ended-off',
    when: { ...END, definition: PLAIN, runs: ['off'], power: ['on'], saved: ['no'] },
    offers: { finish: 'start', forget: 'forget' },
    recommended: 'finish',
  },
  {
    situation: 'ended',
    when: { ...END, definition: PLAIN, runs: ['off'], power: ['off'], saved: ['no'] },
    offers: { finish: 'close', forget: 'forget' },
    recommended: 'finish',
  },
  {
    situation: 'ended',
    when: { ...END, definition: PLAIN, runs: ['own'] },
    offers: { finish: 'close', forget: 'forget' },
    recommended: 'finish',
  },
  {
    situation: 'ended',
    when: { ...END, session: ['transient'], definition: ['none'], runs: ['own'] },
    offers: { finish: 'close', forget: 'forget' },
    recommended: 'finish',
  },
];

/** The putting back of UEFI variables that was begun: a guest that runs has them open. */
const VARIABLES: readonly Row[] = [
  {
    situation: 'variables',
    when: { operation: ['nvram'], domain: HERE, definition: WITH_DEFINITION, runs: ['off'], saved: ['no'] },
    offers: { finish: 'write-variables', 'roll-back': 'restore-variables', forget: 'forget' },
    recommended: 'finish',
  },
  {
    situation: 'variables-running',
    when: { operation: ['nvram'], domain: HERE, definition: NOT_OTHERS, runs: ['own', 'rescue'] },
    offers: FORGET,
    recommended: null,
  },
];

export const ROWS: readonly Row[] = [...ANY_OPERATION, ...BAD_RECORD, ...LOST, ...RESCUES, ...ENDINGS, ...VARIABLES];

/** Does a row speak of these facts? */
export function fits({ when }: Row, facts: Facts): boolean {
  return Object.entries(when).every(([fact, answers]) => (answers as readonly string[]).includes(facts[fact as Fact]));
}

/** The row of the table. There is exactly one. */
export function rowOf(facts: Facts): Row {
  const row = ROWS.find((each) => fits(each, facts));
  if (row === undefined) throw new Error(`no row for ${JSON.stringify(facts)}`);
  return row;
}

/** Must a guest be stopped for it? Ending a session in which the guest does not run stops nothing. */
export function stopsGuest(act: Act, { runs }: Pick<Facts, 'runs'>): boolean {
  if (act === 'again') return runs === 'own';
  return (act === 'end' || act === 'end-with-copy') && runs === 'rescue';
}

/** After these errors something may be left to be done; after any other the administrator was told that nothing is. */
const LEAVES_WORK = [
  ...['rollback-failed', 'end-failed', 'restore-failed', 'connection-lost', 'timeout', 'internal'],
  ...['migration-unclear', 'migration-lost', 'migration-differs'],
];
/** After these only where a rescue was being ended: a rescue that fails so was taken back. */
const LEAVES_WORK_OF_AN_END = ['verify-failed', 'start-failed', 'libvirt'];
/** After these a hard reboot has left the guest off, or not as it should run. */
const LEAVES_WORK_OF_A_REBOOT = [
  ...['dependency-missing', 'secret-needed', 'secret-wrong'],
  ...['start-failed', 'reboot-differs', 'libvirt'],
  // Of an end of the rescue before it.
  'verify-failed',
];

/** Does an entry wait for somebody? Not if it is under way: who holds the domain's lock knows that. */
export function needsAttention({ began, records, ended, closed }: EntryOutline): boolean {
  if (closed !== null) return false;
  if (ended === null) return true;
  const code = ended.code ?? '';
  if (ended.outcome !== 'failed') return false;
  if (LEAVES_WORK.includes(code)) return true;
  if (began.kind !== 'hard-reboot' && began.kind !== 'end') return false;
  // Somebody else changed the domain in the middle of it: what was done before that is half of it.
  if (code === 'drift') return hasChanged(records);
  if (began.kind === 'end') return LEAVES_WORK_OF_AN_END.includes(code);
  return LEAVES_WORK_OF_A_REBOOT.includes(code) && !runsOn({ began, records });
}

/** It was to be stopped, and never was: it runs as before. */
function runsOn({ began, records }: Pick<EntryOutline, 'began' | 'records'>): boolean {
  const begun = records.some((record) => record.type === 'step' && record.id === 'stop');
  return began.steps.some(({ id }) => id === 'stop') && !begun;
}

/** Steps that stop, define or start a guest; the others leave it as it is. */
const TOUCHING = ['stop', 'define', 'start', 'verify', 'nvram'];

export function wasTouched({ records }: EntryOutline): boolean {
  return records.some((record) => record.type === 'step' && TOUCHING.includes(record.id));
}

/** Was one of them brought to its end? */
function hasChanged(records: EntryOutline['records']): boolean {
  return records.some((record) => record.type === 'step' && record.state === 'done' && TOUCHING.includes(record.id));
}
