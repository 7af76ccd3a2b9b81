/** What a plain action costs, and what it means for a rescue: the same words in the window and on the command line. */
import { sentence } from '../rescue/findings.ts';
import type { DomainState, Sentence, SessionKind } from '../rescue/types.ts';
import { powerPossible } from './power.ts';
import type { PowerAction } from './power.ts';

/** The rescue that a machine is in, as far as its power goes. */
export interface PowerSession {
  readonly kind: SessionKind;
  /** It is over at the guest's first reboot (`<on_reboot>destroy`). */
  readonly endAtFirstReboot?: boolean;
}

/** Of these the guest may lose something: they are asked about first. */
export const CONFIRMED_ACTIONS: readonly PowerAction[] = ['shutdown', 'reboot', 'reset', 'force-off'];

/** What it does and costs, and what becomes of a rescue; one sentence each. */
export function powerSentences(action: PowerAction, session: PowerSession | null): Sentence[] {
  const lasting = session?.kind === 'until-ended';
  const cost = sentence(action === 'start' && lasting ? 'power-start-until-ended' : `power-${action}`);
  if (session === null || action === 'start') return [cost];
  if (action === 'shutdown' || action === 'force-off')
    return [cost, sentence(lasting ? 'power-keeps-session' : 'power-ends-session')];
  if (action !== 'reboot' && action !== 'reset') return [cost];
  const ends = action === 'reboot' && session.endAtFirstReboot === true;
  return [cost, sentence(ends ? 'power-first-reboot-ends' : 'power-stays-in-session')];
}

const STATE_WORDS: Readonly<Record<DomainState, string>> = {
  nostate: 'in no state that libvirt knows',
  running: 'running',
  blocked: 'running',
  paused: 'paused',
  shutdown: 'shutting down',
  shutoff: 'off',
  crashed: 'crashed',
  pmsuspended: 'asleep (suspended to memory)',
};

/** Why an action cannot be done now; null: it can. */
export function powerObstacle(action: PowerAction, state: DomainState, readOnly: boolean): Sentence | null {
  if (readOnly) return sentence('power-impossible-read-only');
  return powerPossible(action, state) ? null : sentence('power-impossible', { state: STATE_WORDS[state] });
}
