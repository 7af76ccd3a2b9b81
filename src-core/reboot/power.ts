/** The plain actions on a machine: what each needs, what it costs, and what it means for a rescue. */
import type { DomainState } from '../rescue/types.ts';

export const POWER_ACTIONS = ['start', 'shutdown', 'reboot', 'reset', 'force-off', 'pause', 'resume'] as const;
export type PowerAction = (typeof POWER_ACTIONS)[number];

/** Those in which each action does something. */
const POSSIBLE: Readonly<Record<PowerAction, readonly DomainState[]>> = {
  start: ['shutoff', 'crashed'],
  shutdown: ['running', 'blocked', 'nostate'],
  reboot: ['running', 'blocked', 'nostate'],
  reset: ['running', 'blocked', 'paused', 'nostate'],
  'force-off': ['running', 'blocked', 'paused', 'pmsuspended', 'shutdown', 'nostate'],
  pause: ['running', 'blocked', 'nostate'],
  resume: ['paused'],
};

/** May it be done to a domain in that state? */
export function powerPossible(action: PowerAction, state: DomainState): boolean {
  return POSSIBLE[action].includes(state);
}
