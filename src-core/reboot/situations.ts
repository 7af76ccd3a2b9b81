/**
 * What to do about a hard reboot that was begun and not brought to its end: from what the journal tells of it and what is found at the host
 * now to what can be done. The rows are disjoint and leave nothing out (a test tries all combinations), docs/recovery.md is made from them,
 * and src-main/app/reboot/resume.ts acts on nothing else.
 */
import type { EntryOutline } from '../journal/types.ts';
import { fillText } from '../rescue/texts.ts';

export const REBOOT_FACTS = {
  /** `renamed`: its UUID has another name now; `gone`: no such UUID; `replaced`: neither, and its name belongs to another UUID. */
  domain: ['there', 'renamed', 'gone', 'replaced'],
  /** `changed`: not as it was before; `none`: it is transient, or gone. */
  definition: ['own', 'changed', 'none'],
  /** `other-rescue`: it is, on or off, in a rescue that is not the one from before. */
  runs: ['off', 'on', 'other-rescue'],
  /** Is there a managed-save image? */
  saved: ['no', 'yes'],
  /** The last step that had begun: none that touches the guest, the stop, one that sets something up, the start or what comes after. */
  reached: ['check', 'stop', 'set-up', 'start'],
} as const;

type Fact = keyof typeof REBOOT_FACTS;
export type RebootFacts = { readonly [F in Fact]: (typeof REBOOT_FACTS)[F][number] };

export type RebootWay = 'finish' | 'forget';
/** `again`: the hard reboot from its beginning. `close`: it runs, which is verified. */
export type RebootAct = 'again' | 'close' | 'forget';

export const REBOOT_SITUATIONS = [
  'reboot-gone',
  'reboot-replaced',
  'reboot-other-rescue',
  'reboot-undefined',
  'reboot-saved-memory',
  'reboot-off-by-others',
  'reboot-off',
  'reboot-as-before',
  'reboot-running',
  'reboot-started',
] as const;
export type RebootSituation = (typeof REBOOT_SITUATIONS)[number];

export interface RebootRow {
  readonly situation: RebootSituation;
  /** Of each fact the answers that fit; a fact that is not named does not matter. */
  readonly when: { readonly [F in Fact]?: readonly RebootFacts[F][] };
  readonly offers: { readonly [W in RebootWay]?: RebootAct };
  /** The way that is recommended; null: only the administrator can know. */
  readonly recommended: RebootWay | null;
}

const HERE = ['there', 'renamed'] as const;
const DEFINED = ['own', 'changed'] as const;
const FORGET = { forget: 'forget' } as const;
const AGAIN = { finish: 'again', forget: 'forget' } as const;
const OFF = { domain: HERE, definition: DEFINED, runs: ['off'], saved: ['no'] } as const;
const ON = { domain: HERE, definition: DEFINED, runs: ['on'] } as const;

export const REBOOT_ROWS: readonly RebootRow[] = [
  { situation: 'reboot-gone', when: { domain: ['gone'] }, offers: FORGET, recommended: null },
  { situation: 'reboot-replaced', when: { domain: ['replaced'] }, offers: FORGET, recommended: null },
  {
    situation: 'reboot-other-rescue',
    when: { domain: HERE, runs: ['other-rescue'] },
    offers: FORGET,
    recommended: 'forget',
  },
  {
    situation: 'reboot-undefined',
    when: { domain: HERE, definition: ['none'], runs: ['off', 'on'] },
    offers: FORGET,
    recommended: null,
  },
  {
    situation: 'reboot-saved-memory',
    when: { domain: HERE, definition: DEFINED, runs: ['off'], saved: ['yes'] },
    offers: FORGET,
    recommended: null,
  },
  { situation: 'reboot-off-by-others', when: { ...OFF, reached: ['check'] }, offers: AGAIN, recommended: null },
  {
    situation: 'reboot-off',
    when: { ...OFF, reached: ['stop', 'set-up', 'start'] },
    offers: AGAIN,
    recommended: 'finish',
  },
  { situation: 'reboot-as-before', when: { ...ON, reached: ['check'] }, offers: AGAIN, recommended: 'forget' },
  { situation: 'reboot-running', when: { ...ON, reached: ['stop', 'set-up'] }, offers: AGAIN, recommended: null },
  {
    situation: 'reboot-started',
    when: { ...ON, reached: ['start'] },
    offers: { finish: 'close', forget: 'forget' },
    recommended: 'finish',
  },
];

/** How things stand. {{names}} are filled in. */
export const REBOOT_SITUATION_TEXTS: Readonly<Record<RebootSituation, string>> = {
  'reboot-gone':
    '{{domain}} ({{uuid}}) is not on this host any more. Nothing is defined again by itself: what it was is in the journal (salvor history show {{id}} --out xml), for virsh define.',
  'reboot-replaced':
    '{{domain}} ({{uuid}}) is not on this host any more; its name belongs to another domain now ({{there}}). What it was is in the journal (salvor history show {{id}} --out xml).',
  'reboot-other-rescue': '{{domain}} is in a rescue that began after this. The hard reboot has no part in it.',
  'reboot-undefined':
    '{{domain}} has no definition: somebody has taken it away, and nothing is left of it when it is off. Define it first: salvor history show {{id}} --out xml, then virsh define.',
  'reboot-saved-memory':
    '{{domain}} is off, and its memory was saved (managed save): the next start goes on from that memory. Start it, or discard the image (virsh managedsave-remove), and look again.',
  'reboot-off-by-others': '{{domain}} is off, and it was not the hard reboot that stopped it.',
  'reboot-off': '{{domain}} is off, with its definition. What was set up until then stays.',
  'reboot-as-before': '{{domain}} runs as before.',
  'reboot-running': '{{domain}} runs: it was not stopped, or somebody has started it.',
  'reboot-started': '{{domain}} runs again; nobody has verified it.',
};

/** What a way on does. */
export const REBOOT_ACT_TEXTS: Readonly<Record<RebootAct, string>> = {
  again:
    'Carry the hard reboot out again: what is done already stays done. A value of a secret that is missing has to be given anew (salvor reboot --hard --secret).',
  close: 'Look whether {{domain}} runs as it is defined, or in its one-shot rescue; then nothing is left to be done.',
  forget: 'Touch nothing, and close the entry in the journal.',
};

/** Further things to know, where they are so. */
export const REBOOT_ASIDES = {
  renamed: 'It was called {{before}} before.',
  changed: 'Its definition is not the one from before: somebody has changed it, and it stays as it is.',
  'session-over': 'The one-shot rescue that it was in is over: it starts from its own definition.',
} as const;

export function rebootRowOf(facts: RebootFacts): RebootRow {
  const row = REBOOT_ROWS.find(({ when }) =>
    Object.entries(when).every(([fact, answers]) => (answers as readonly string[]).includes(facts[fact as Fact])),
  );
  if (row === undefined) throw new Error(`no row for ${JSON.stringify(facts)}`);
  return row;
}

/** Must a guest be stopped for it? */
export function rebootStops(act: RebootAct, { runs }: Pick<RebootFacts, 'runs'>): boolean {
  return act === 'again' && runs === 'on';
}

/** How far it came, by the steps that had begun. */
export function rebootReached({ began, records }: EntryOutline): RebootFacts['reached'] {
  const begun = new Set(records.flatMap((record) => (record.type === 'step' ? [record.id] : [])));
  if (begun.has('start') || begun.has('verify')) return 'start';
  // What is set up before the guest is stopped does not touch it.
  if (began.steps.some(({ id }) => id === 'stop') && !begun.has('stop')) return 'check';
  if (['pools', 'secrets', 'networks', 'devices'].some((id) => begun.has(id))) return 'set-up';
  return begun.has('stop') ? 'stop' : 'check';
}

/** The domain, as it was found at the host. */
export interface RebootNow extends Omit<RebootFacts, 'reached'> {
  /** Its name now; where it is gone, the one it had. */
  readonly name: string;
  /** UUID of the domain that has its name now; null: `domain` is not `replaced`. */
  readonly there: string | null;
  /** It is in the rescue from before. */
  readonly inSession: boolean;
}

export interface RebootOffer {
  readonly way: RebootWay;
  readonly act: RebootAct;
  readonly does: string;
  readonly recommended: boolean;
  readonly stops: boolean;
}

export interface RebootFound {
  readonly situation: RebootSituation;
  readonly stands: string;
  /** The recommended one first. */
  readonly offers: readonly RebootOffer[];
}

export function rebootSituation(entry: EntryOutline, now: RebootNow): RebootFound {
  const { began } = entry;
  const facts: RebootFacts = { ...now, reached: rebootReached(entry) };
  const { situation, offers, recommended } = rebootRowOf(facts);
  const here = now.domain === 'there' || now.domain === 'renamed';
  const params = { id: began.id, domain: now.name, uuid: began.domain.uuid, there: now.there ?? '?' };
  const endsIt = began.order.kind === 'hard-reboot' && began.order.session === 'end';
  const asides = [
    now.domain === 'renamed' && fillText(REBOOT_ASIDES.renamed, { before: began.domain.name }),
    // An end of its rescue has put its own back, as it was asked to.
    here && now.definition === 'changed' && !endsIt && REBOOT_ASIDES.changed,
    here && began.session?.kind === 'one-shot' && !now.inSession && !endsIt && REBOOT_ASIDES['session-over'],
  ];
  const all = Object.entries(offers).map(([way, act]): RebootOffer => ({
    way: way as RebootWay,
    act,
    does: fillText(REBOOT_ACT_TEXTS[act], { domain: now.name }),
    recommended: way === recommended,
    stops: rebootStops(act, facts),
  }));
  return {
    situation,
    stands: [fillText(REBOOT_SITUATION_TEXTS[situation], params), ...asides.filter((aside) => aside !== false)].join(
      ' ',
    ),
    offers: all.sort((one, other) => Number(other.recommended) - Number(one.recommended)),
  };
}
