/** Where a guest is after a migration that did not end as it should, in words, and the ways on (whereabouts-rows.ts has the table). */
import { fillText } from '../rescue/texts.ts';
import type { DomainState } from '../rescue/types.ts';
import { migrationRowOf } from './whereabouts-rows.ts';
import type { MigrationRow } from './whereabouts-rows.ts';
import type { MigrationAct, MigrationFacts, MigrationSituation, Owner } from './whereabouts-facts.ts';
import { MIGRATION_ACT_TEXTS, MIGRATION_ASIDES, MIGRATION_SITUATION_TEXTS } from './whereabouts-texts.ts';

/** A domain as it was found at one host. */
export interface SideSeen {
  readonly state: DomainState;
  /** In the words of `virsh domstate --reason`; null: libvirt does not know. */
  readonly reason: string | null;
  /** A migration away from there is under way. Other jobs do not count. */
  readonly job: boolean;
  /**
   * Its definition: that from before the migration; the one that was to stay at the destination; another; none, it is transient. Where rules
   * change nothing the first two are one: either word is right.
   */
  readonly definition: 'source' | 'planned' | 'other' | 'none';
}

export interface WhereaboutsInputs {
  readonly domain: string;
  /** Host names. */
  readonly from: string;
  readonly to: string;
  /** As it was ordered. */
  readonly live: boolean;
  readonly undefineSource: boolean;
  /** It had a definition before. */
  readonly persistent: boolean;
  /** Disks were copied: what was written there after it was handed over is in the copies alone. */
  readonly copied: boolean;
  /** Something that the migration made at the destination for it is there still: secrets, volumes. */
  readonly made: boolean;
  /** The rules leave the definition as it is: at either host it is both the one from before and the planned one. */
  readonly unchanged: boolean;
  readonly source: SideSeen | 'absent' | 'unreachable';
  readonly destination: SideSeen | 'absent' | 'unreachable';
}

export interface MigrationWayOn {
  readonly way: 'finish' | 'roll-back' | 'forget';
  readonly acts: readonly MigrationAct[];
  /** A sentence. */
  readonly does: string;
  readonly recommended: boolean;
  /** A guest that may still work is forced off for it. */
  readonly stops: boolean;
}

export interface Whereabouts {
  readonly situation: MigrationSituation;
  /** How things stand, in sentences. */
  readonly sentence: string;
  /** Who has the guest. */
  readonly owner: Owner;
  /** The recommended one first. Empty: nothing may be done by a program. */
  readonly ways: readonly MigrationWayOn[];
}

export function whereabouts(found: WhereaboutsInputs): Whereabouts {
  const facts = migrationFacts(found);
  const row = migrationRowOf(facts);
  const words = {
    domain: found.domain,
    from: found.from,
    to: found.to,
    source: sideWords(found.source),
    destination: sideWords(found.destination),
  };
  const sentences = [
    MIGRATION_SITUATION_TEXTS[row.situation],
    ...asides(row, facts).map((aside) => MIGRATION_ASIDES[aside]),
  ];
  return {
    situation: row.situation,
    sentence: sentences.map((each) => fillText(each, words)).join(' '),
    owner: row.owner,
    ways: waysOf(row, facts, words),
  };
}

/** What a row asks, from what was found. */
export function migrationFacts(found: WhereaboutsInputs): MigrationFacts {
  const { source, destination, unchanged } = found;
  const yes = (is: boolean) => (is ? 'yes' : 'no');
  const seen = (side: SideSeen | string): side is SideSeen => typeof side !== 'string';
  const here = seen(source) ? source.definition : 'none';
  const there = seen(destination) ? destination.definition : 'none';
  return {
    mode: found.live ? 'live' : 'offline',
    guest: found.persistent ? 'persistent' : 'transient',
    source: seen(source) ? sourceState(source) : source,
    job: yes(seen(source) && source.job),
    here: here === 'planned' ? (unchanged ? 'source' : 'other') : here,
    destination: seen(destination) ? destinationState(destination) : destination,
    there: there === 'source' ? (unchanged ? 'planned' : 'other') : there,
    copied: yes(found.copied),
    undefine: yes(found.undefineSource),
    made: yes(found.made),
  };
}

/** libvirt writes `post-copy failed` and `migrating`, its constants POSTCOPY_FAILED and MIGRATION. */
function plain(reason: string | null): string {
  return (reason ?? '').toLowerCase().replace(/[^a-z]/g, '');
}

const MIGRATING = ['migrating', 'migration'];
const POST_COPY: Readonly<Record<string, 'post-copy' | 'post-copy-failed'>> = {
  postcopy: 'post-copy',
  postcopyfailed: 'post-copy-failed',
};

function sourceState({ state, reason }: SideSeen): MigrationFacts['source'] {
  const why = plain(reason);
  switch (state) {
    case 'shutoff':
    case 'crashed':
      return why === 'migrated' ? 'migrated' : 'off';
    case 'paused':
      return POST_COPY[why] ?? (MIGRATING.includes(why) ? 'handing-over' : 'paused');
    default:
      return 'running';
  }
}

function destinationState({ state, reason }: SideSeen): MigrationFacts['destination'] {
  const why = plain(reason);
  switch (state) {
    case 'shutoff':
    case 'crashed':
      return 'off';
    case 'paused':
      return POST_COPY[why] ?? (MIGRATING.includes(why) || why === 'startingup' ? 'incoming' : 'paused');
    default:
      return POST_COPY[why] ?? 'running';
  }
}

function sideWords(side: SideSeen | 'absent' | 'unreachable'): string {
  if (side === 'absent') return 'not there';
  if (side === 'unreachable') return 'not to be seen';
  const { state, reason } = side;
  const words = state === 'shutoff' ? 'off' : state;
  return reason === null || reason === 'unknown' ? words : `${words}, ${reason}`;
}

const LOST: readonly MigrationSituation[] = ['memory-lost', 'both-off', 'gone-there'];
const THERE: readonly MigrationSituation[] = ['arrived', 'arrived-off'];

function asides({ situation }: MigrationRow, facts: MigrationFacts): (keyof typeof MIGRATION_ASIDES)[] {
  const { here, there, copied, undefine, source } = facts;
  const isThere = THERE.includes(situation);
  return [
    ...(isThere && undefine === 'yes' && here === 'other' ? (['changed-here'] as const) : []),
    ...(isThere && there === 'other' ? (['changed-there'] as const) : []),
    ...(LOST.includes(situation) && copied === 'yes' ? (['copied'] as const) : []),
    ...(situation === 'memory-lost' && here === 'none' && source !== 'absent' ? (['no-definition'] as const) : []),
  ];
}

function waysOf(row: MigrationRow, facts: MigrationFacts, words: Readonly<Record<string, string>>): MigrationWayOn[] {
  if (row.alarm === true) return [];
  const { finish, 'roll-back': back } = row.offers(facts);
  const all = [
    ['finish', finish],
    ['roll-back', back],
    ['forget', ['forget']],
  ] as const;
  const ways = all.flatMap(([way, acts]): MigrationWayOn[] =>
    acts === undefined
      ? []
      : [{ way, acts, does: doesOf(acts, words), recommended: way === row.recommended, stops: stopsGuest(acts) }],
  );
  return ways.sort((one, other) => Number(other.recommended) - Number(one.recommended));
}

function doesOf(acts: readonly MigrationAct[], words: Readonly<Record<string, string>>): string {
  const text = acts.map((act) => fillText(MIGRATION_ACT_TEXTS[act], words)).join(', then ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** What is destroyed at the source while the guest runs at the destination is none any more. */
function stopsGuest(acts: readonly MigrationAct[]): boolean {
  return (
    acts.includes('destroy-destination-remains') ||
    (acts.includes('destroy-source-remains') &&
      acts.some((act) => act === 'start-source' || act === 'start-destination'))
  );
}
