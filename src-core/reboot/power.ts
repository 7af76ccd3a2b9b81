/** The plain actions on a machine: what each needs, what it costs, and what it means for a rescue. */
import type { DomainState, StopRequest } from '../rescue/types.ts';

export const POWER_ACTIONS = ['start', 'shutdown', 'reboot', 'reset', 'force-off', 'pause', 'resume'] as const;
export type PowerAction = (typeof POWER_ACTIONS)[number];

/** Those in which each action does something. */
const POSSIBLE: Readonly<Record<PowerAction, readonly DomainState[]>> = {
  start: ['shutoff'],
  shutdown: ['running', 'blocked', 'nostate'],
  reboot: ['running', 'blocked', 'nostate'],
  reset: ['running', 'blocked', 'paused', 'crashed', 'nostate'],
  'force-off': ['running', 'blocked', 'paused', 'pmsuspended', 'shutdown', 'crashed', 'nostate'],
  pause: ['running', 'blocked', 'nostate'],
  resume: ['paused'],
};

/**
 * Has it a QEMU, which a start would find in its way? So has a crashed guest: it is one that libvirt keeps (<on_crash>preserve), whereas one
 * whose QEMU died is off.
 */
export function isActive(state: DomainState): boolean {
  return state !== 'shutoff';
}

/** What of a domain's state makes it another machine to a hard reboot. */
export function powerWord(state: DomainState): 'crashed' | 'on' | 'off' {
  return state === 'crashed' ? state : isActive(state) ? 'on' : 'off';
}

/**
 * Is it paused as one half of a migration, while the other half may run? Set going here, two guests would write to one disk. `reason`: in
 * `virsh domstate --reason`'s words.
 */
export function isHalfOfMigration(state: DomainState, reason: string | null): boolean {
  return state === 'paused' && reason !== null && ['migrating', 'post-copy', 'post-copy failed'].includes(reason);
}

/** A crashed guest can be asked for nothing. */
export function stopOf(stop: StopRequest, state: DomainState): StopRequest {
  return state === 'crashed' ? { ...stop, how: 'force' } : stop;
}

/** May it be done to a domain in that state? */
export function powerPossible(action: PowerAction, state: DomainState): boolean {
  return POSSIBLE[action].includes(state);
}
