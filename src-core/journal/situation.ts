/** From an entry of the journal and what was found at the host to a situation, in words, with its offers (resume.ts has the table). */
import { fillText } from '../rescue/texts.ts';
import type { DomainState } from '../rescue/types.ts';
import { rowOf, stopsGuest, wasTouched } from './resume.ts';
import type { Act, Facts, Row, Situation, Way } from './resume.ts';
import { ACT_TEXTS, ASIDES, HAPPENED, SITUATION_TEXTS } from './resume-texts.ts';
import type { EntryOutline, SessionEntry } from './types.ts';

/** The domain, as it was found at the host. */
export interface DomainNow extends Pick<Facts, 'domain' | 'definition' | 'runs' | 'saved'> {
  /** Its name now; where it is gone, the one it had. */
  readonly name: string;
  /** UUID of the domain that has its name now; null: `domain` is not `replaced`. */
  readonly there: string | null;
  readonly state: DomainState;
  /** Who started the other session that was found; null: none, or it does not say. */
  readonly other: string | null;
  /** Why the record cannot be put back; null: it can, or there is none. */
  readonly problem: string | null;
  /** A file of the session is on the host. */
  readonly files: boolean;
  /** One of its overlay volumes is. */
  readonly overlay: boolean;
}

/** What else the journal of this computer tells. */
export interface Known {
  /** Is the guest to run when all is done? */
  readonly power: 'on' | 'off';
  /** It has the definition from before the rescue. */
  readonly copy: boolean;
}

export interface OfferedWay {
  readonly way: Way;
  readonly act: Act;
  readonly does: string;
  readonly recommended: boolean;
  readonly stops: boolean;
}

export interface Found {
  readonly situation: Situation;
  /** What happened, and how things stand now, each a sentence or two. */
  readonly happened: string;
  readonly stands: string;
  /** The recommended one first. */
  readonly offers: readonly OfferedWay[];
}

export function factsOf(entry: SessionEntry, known: Known, now: DomainNow): Facts {
  const { kind, session } = entry.began;
  return {
    operation: kind,
    session: session.transient ? 'transient' : session.kind,
    touched: wasTouched(entry) ? 'yes' : 'no',
    power: known.power,
    domain: now.domain,
    definition: now.definition,
    runs: now.runs,
    saved: now.saved,
    copy: known.copy ? 'yes' : 'no',
    overlay: now.overlay ? 'yes' : 'no',
  };
}

/** What happened, how things stand, and what can be done. */
export function situationOf(entry: SessionEntry, known: Known, now: DomainNow): Found {
  const facts = factsOf(entry, known, now);
  const row = rowOf(facts);
  return {
    situation: row.situation,
    happened: happened(entry),
    stands: stands(entry, row, facts, now),
    offers: offersOf(row, facts, now),
  };
}

export function happened({ began, records, ended, problems }: EntryOutline): string {
  const { domain, by, at } = began;
  const what = fillText(HAPPENED.what[began.kind], { domain: domain.name, by, at });
  const aside = problems.length === 0 ? '' : ` ${fillText(ASIDES.journal, { problems: problems.join('; ') })}`;
  const last = records.findLast((record) => record.type === 'step');
  const step = began.steps.find(({ id }) => id === last?.id)?.text ?? last?.id ?? '';
  const how = () => {
    if (ended !== null)
      return fillText(HAPPENED.failed, { message: [ended.message, ended.unchanged].filter(Boolean).join(' ') });
    // The check is recorded with the operation itself.
    if (last === undefined || last.id === 'check') return HAPPENED.untouched;
    switch (last.state) {
      case 'running':
        return fillText(HAPPENED.during, { step });
      case 'done':
        return fillText(HAPPENED.after, { step });
      case 'failed':
        return fillText(HAPPENED['after-failed'], { step });
      case 'undone':
        return fillText(HAPPENED['after-undone'], { step });
    }
  };
  return `${what} ${how()}${aside}`;
}

/** Words for a domain's state, behind “is”. */
function stateWords({ runs, state }: DomainNow): string {
  if (runs === 'off') return 'off';
  return state === 'paused' || state === 'pmsuspended' ? 'paused' : 'running';
}

function stands({ began }: SessionEntry, { situation }: Row, { copy }: Facts, now: DomainNow): string {
  const id = began.id;
  const params = {
    id,
    domain: now.name,
    uuid: began.domain.uuid,
    there: now.there ?? '?',
    other: now.other ?? 'somebody',
    problem: now.problem ?? 'it is not whole',
    state: stateWords(now),
  };
  const badRecord = situation === 'record-damaged' || situation === 'records-differ';
  const changed =
    now.definition === 'changed' && (now.domain === 'there' || now.domain === 'renamed') && !began.session.transient;
  const asides = [
    now.domain === 'renamed' && fillText(ASIDES.renamed, { before: began.domain.name }),
    changed && (began.kind === 'end' ? fillText(ASIDES['changed-in-end'], { id }) : ASIDES.changed),
    badRecord && copy === 'no' && ASIDES['no-copy'],
    now.files && now.runs !== 'rescue' && ASIDES.files,
  ];
  return [fillText(SITUATION_TEXTS[situation], params), ...asides.filter((aside) => aside !== false)].join(' ');
}

function offersOf({ offers, recommended }: Row, facts: Facts, { name }: DomainNow): OfferedWay[] {
  const after = facts.power === 'on' || facts.runs === 'own' ? 'running' : 'off';
  const all = Object.entries(offers).map(([way, act]): OfferedWay => ({
    way: way as Way,
    act,
    does: fillText(ACT_TEXTS[act], {
      domain: name,
      power: facts.power === 'on' ? 'running' : 'off',
      after: after,
    }),
    recommended: way === recommended,
    stops: stopsGuest(act, facts),
  }));
  return all.sort((one, other) => Number(other.recommended) - Number(one.recommended));
}
