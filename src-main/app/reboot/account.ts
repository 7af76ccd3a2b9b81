/** The error of a hard reboot that did not come to its end: what failed, and how things stand, looked at after it. */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { ErrorCode, ErrorData } from '../../../src-core/contract/errors.ts';
import { hashDefinition } from '../../../src-core/rescue/record.ts';
import { isOn } from '../domain-facts.ts';
import { standingOf } from '../standing.ts';
import type { Standing } from '../standing.ts';
import type { Begun } from './begun.ts';

/** These say themselves what happened; `unchanged` is left to us. */
const OWN_WORDS: readonly ErrorCode[] = [
  ...(['cancelled', 'busy', 'drift', 'stop-timeout', 'guest-paused', 'stop-failed'] as const),
  ...(['secret-needed', 'secret-wrong', 'start-failed', 'reboot-differs', 'verify-failed'] as const),
];

/** Of an end of the rescue before it, which has looked itself how things stand. */
const OF_THE_END: readonly ErrorCode[] = ['end-failed', 'record-unusable', 'records-differ', 'journal-unwritable'];

export async function rebootProblem(begun: Begun, cause: ErrorData): Promise<SalvorError> {
  if (OF_THE_END.includes(cause.code)) return new SalvorError(cause.code, { ...cause.params }, cause.detail);
  const now = await standingOf(begun.hypervisor, begun.domain).catch(() => undefined);
  const unchanged = account(begun, now);
  const words = { again: againNow(begun, now), unchanged };
  const found = runsOn(begun, now) ? 'not-stopped' : 'dependency-missing';
  if (cause.code === 'dependency-missing') return new SalvorError(found, { ...cause.params, ...words }, cause.detail);
  if (OWN_WORDS.includes(cause.code)) return new SalvorError(cause.code, { ...cause.params, ...words }, cause.detail);
  // Whether they took effect nobody knows: that is said by their own words, and the entry waits for somebody.
  if (cause.code === 'connection-lost' || cause.code === 'timeout')
    return new SalvorError(cause.code, { ...cause.params }, cause.detail);
  const what = cause.message.replace(/\.$/, '');
  return new SalvorError(found, { domain: begun.domain.name, what, ...words }, cause.detail);
}

/** One sentence or two. null: it is gone; undefined: it cannot be seen. */
function account(begun: Begun, now: Standing | null | undefined): string {
  const { domain } = begun;
  if (now === undefined) return `How ${domain.name} stands cannot be seen from here; its definition was not written.`;
  if (now === null)
    return `${domain.name} is off and gone: somebody undefined it meanwhile (the journal has its definition).`;
  return `${powerNow(begun, now)}, ${definitionNow(begun, now)}.${sessionNow(begun, now)}`;
}

/** It was not stopped, and runs as far as can be seen. */
function runsOn({ stopped, inputs }: Begun, now: Standing | null | undefined): boolean {
  return !stopped && isOn(inputs.domain.state) && now?.on !== false && now !== null;
}

/** What leads on: a rescue that lived in the running domain alone is nothing that a hard reboot leads back into. */
function againNow(begun: Begun, now: Standing | null | undefined): string {
  const once = begun.open !== null && !begun.open.defined;
  if (!once || now == null || isInRescue(begun, now)) return 'start the hard reboot again';
  return 'start the hard reboot again, which starts the guest itself now, and rescue it anew where that is needed';
}

function isInRescue({ open }: Begun, { live, defined }: Standing): boolean {
  return open !== null && (live?.id === open.session.id || defined?.id === open.session.id);
}

function powerNow({ domain, stopped, asked, inputs }: Begun, now: Standing): string {
  if (now.state === 'crashed') return `${domain.name} has crashed and is kept so by libvirt`;
  if (!now.on) return `${domain.name} is off`;
  const before = isOn(inputs.domain.state);
  const how = now.state === 'paused' ? 'is paused' : stopped ? 'runs again' : before ? 'runs as before' : 'runs now';
  return `${domain.name} ${how}${asked && !stopped ? ' (it was asked to shut down and may still do so)' : ''}`;
}

function definitionNow({ definitionXml }: Begun, now: Standing): string {
  if (now.definitionXml === null) return 'and has no definition: somebody undefined it';
  return hashDefinition(now.definitionXml) === hashDefinition(definitionXml)
    ? 'with its definition as it was'
    : 'with a definition that somebody else gave it meanwhile';
}

function sessionNow(begun: Begun, now: Standing): string {
  const { domain, open, inputs } = begun;
  const saved = now.managedSave ? ' Its memory was saved by somebody else meanwhile.' : '';
  if (open === null) return inputs.session === null ? saved : ` Its rescue has ended.${saved}`;
  if (isInRescue(begun, now)) return ` It is in rescue as before.${saved}`;
  return ` Its one-shot rescue is over: ${domain.name} starts from its own definition.${saved}`;
}
