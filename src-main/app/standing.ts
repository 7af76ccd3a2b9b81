/** How a domain stands, seen and told. What is said after a failure comes from here: from what was found, never from what was tried. */
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import type { DomainState } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor, WhyOff } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { ELSEWHERE, WHY_OFF } from './drift.ts';
import { errorOf } from './errors.ts';
import { openSession } from './run.ts';

export interface Standing {
  readonly state: DomainState;
  readonly on: boolean;
  readonly persistent: boolean;
  /** The persistent definition; null: there is none. */
  readonly definitionXml: string | null;
  /** Session of what runs, and session in the definition. */
  readonly live: SessionRecord | null;
  readonly defined: SessionRecord | null;
  readonly managedSave: boolean;
  readonly whyOff: WhyOff | null;
}

/** null: there is no such domain any more. Rejects where it cannot be seen. */
export async function standingOf(hypervisor: Hypervisor, { uuid }: DomainRef): Promise<Standing | null> {
  try {
    const [{ state, persistent }, definitionXml, { managedSave }, whyOff, open] = await Promise.all([
      hypervisor.domainStatus(uuid),
      hypervisor.domainXml(uuid, 'definition'),
      hypervisor.domainObstacles(uuid),
      hypervisor.whyOff(uuid),
      openSession(hypervisor, uuid),
    ]);
    return {
      ...{ state, on: isOn(state), persistent, managedSave, whyOff },
      definitionXml: persistent ? definitionXml : null,
      live: open?.live === true ? open.session : null,
      defined: open?.definedSession ?? null,
    };
  } catch (error) {
    if (errorOf(error).code === 'domain-not-found') return null;
    throw error;
  }
}

/** How it was before a rescue, and which session is the rescue's own. */
export interface Before {
  readonly session: string;
  readonly state: DomainState;
  readonly persistent: boolean;
  readonly definitionXml: string;
}

/** What was done, as far as it tells two things apart that look the same. */
export interface Done {
  /** It was started again by the way back. */
  readonly restarted: boolean;
  /** It was asked to shut down, and may still do so. */
  readonly asked: boolean;
  /** We began to stop it; and it was off then. */
  readonly stopBegun: boolean;
  readonly stopped: boolean;
  /** Its definition was replaced by us, and has been put back since where it stands as before. */
  readonly redefined: boolean;
}

export interface Account {
  /** One sentence. */
  readonly text: string;
  /** What of the rescue's own doing is left, and the next step for it; null: nothing is. */
  readonly left: string | null;
}

const started = ({ startedBy, startedAt }: SessionRecord) =>
  `started by ${startedBy ?? 'somebody'} at ${startedAt ?? 'an unknown time'}`;

/** How a domain stands after a rescue that did not come about. */
export function account({ name }: DomainRef, before: Before, now: Standing | null, done: Done): Account {
  if (now === null) return gone(name, before);
  const definition = definitionPhrase(before, now, done);
  return { text: `${powerPhrase(name, before, now, done)}; ${definition}.`, left: leftOf(name, before, now, done) };
}

function gone(name: string, { session, persistent }: Before): Account {
  const [how, again] = persistent ? ['undefined it', 'define'] : ['took its definition away', 'create'];
  return {
    text: `${name} is off and gone: somebody ${how} meanwhile. Its definition is in the journal: salvor history show ${session} --out xml gives it, virsh ${again} makes it a domain again.`,
    left: null,
  };
}

function powerPhrase(name: string, before: Before, now: Standing, done: Done): string {
  const wasOn = isOn(before.state);
  if (!now.on) return wasOn ? `${name} is off${offBecause(now, done)}` : `${name} is off, as it was`;
  if (now.live !== null)
    return now.live.id === before.session
      ? `${name} runs in rescue`
      : `${name} runs in a rescue ${started(now.live)}, which was left alone`;
  if (!wasOn) return `${name} runs, started by somebody else meanwhile`;
  if (done.restarted)
    return `${name} was started again${before.state === now.state ? ' as it was' : ` (it was ${before.state} before)`}`;
  if (done.stopped) return `${name} runs, started by somebody else meanwhile`;
  return `${name} keeps running${done.asked ? ', was asked to shut down and may still do so' : ''}`;
}

function offBecause({ managedSave, whyOff }: Standing, { stopBegun }: Done): string {
  if (managedSave) return ', with its memory saved by somebody else meanwhile (virsh start goes on from there)';
  switch (whyOff) {
    case 'migrated':
      return ': somebody migrated it to another host meanwhile';
    case 'saved':
      return ': somebody saved its memory to a file meanwhile (virsh restore goes on from there)';
    case 'from-snapshot':
      return ': somebody reverted it to a snapshot meanwhile';
    default:
      return stopBegun || whyOff === null ? '' : `: ${WHY_OFF[whyOff]} meanwhile`;
  }
}

function definitionPhrase(before: Before, now: Standing, done: Done): string {
  const own = before.persistent ? 'own definition' : 'own XML';
  if (now.defined !== null)
    return now.defined.id === before.session
      ? `its definition is the rescue definition, with its ${own} kept inside`
      : `its definition is that of a rescue ${started(now.defined)}`;
  if (!before.persistent)
    return now.persistent ? 'somebody gave it a definition meanwhile' : 'it is transient, as it was';
  if (!now.persistent)
    return `somebody undefined it meanwhile, so that it is gone when it is off (salvor history show ${before.session} --out xml gives its definition, virsh define puts it back)`;
  if (now.definitionXml !== before.definitionXml) return 'its definition is the one that somebody gave it meanwhile';
  return done.redefined ? 'its definition was put back' : 'its definition was not touched';
}

/** Ours: a running rescue of ours, a rescue definition of ours, a guest that we stopped and that nobody has moved elsewhere. */
function leftOf(name: string, before: Before, now: Standing, done: Done): string | null {
  const end = `salvor end ends the rescue of ${name} and puts all back; docs/guide.md says how with virsh alone`;
  if (now.defined?.id === before.session || now.live?.id === before.session)
    return now.persistent || !before.persistent
      ? `Once the reason is gone: ${end}.`
      : `Put its definition back first (salvor history show ${before.session} --out xml, virsh define); then ${end}.`;
  // Whoever has it in rescue now has it in hand.
  if (now.live !== null || now.defined !== null) return null;
  if (!isOn(before.state) || now.on || !done.stopBegun || isElsewhere(now)) return null;
  return `${name} is off: start it (virsh start) once the reason is gone.`;
}

/** Off because somebody else moved or kept what ran: starting it would not be the way back. */
export function isElsewhere({ managedSave, whyOff }: Standing): boolean {
  return managedSave || (whyOff !== null && ELSEWHERE.includes(whyOff));
}
