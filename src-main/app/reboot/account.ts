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
  ...(['dependency-missing', 'secret-needed', 'secret-wrong', 'start-failed', 'verify-failed'] as const),
];

export async function rebootProblem(begun: Begun, cause: ErrorData): Promise<SalvorError> {
  const unchanged = await account(begun);
  if (OWN_WORDS.includes(cause.code)) return new SalvorError(cause.code, { ...cause.params, unchanged }, cause.detail);
  // Whether they took effect nobody knows: that is said by their own words, and the entry waits for somebody.
  if (cause.code === 'connection-lost' || cause.code === 'timeout')
    return new SalvorError(cause.code, { ...cause.params }, cause.detail);
  const what = cause.message.replace(/\.$/, '');
  return new SalvorError('dependency-missing', { domain: begun.domain.name, what, unchanged }, cause.detail);
}

/** One sentence or two. */
async function account(begun: Begun): Promise<string> {
  const { hypervisor, domain } = begun;
  try {
    const now = await standingOf(hypervisor, domain);
    if (now === null)
      return `${domain.name} is off and gone: somebody undefined it meanwhile (the journal has its definition).`;
    return `${powerNow(begun, now)}, ${definitionNow(begun, now)}.${sessionNow(begun, now)}`;
  } catch {
    return `How ${domain.name} stands cannot be seen from here; its definition was not written.`;
  }
}

function powerNow({ domain, stopped, asked, inputs }: Begun, now: Standing): string {
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

function sessionNow({ domain, open, inputs }: Begun, now: Standing): string {
  const saved = now.managedSave ? ' Its memory was saved by somebody else meanwhile.' : '';
  if (open === null) return inputs.session === null ? saved : ` Its rescue has ended.${saved}`;
  const { id } = open.session;
  if (now.live?.id === id || now.defined?.id === id) return ` It is in rescue as before.${saved}`;
  return ` Its one-shot rescue is over: ${domain.name} starts from its own definition.${saved}`;
}
