import type { MachineRow } from '../../../src-core/contract/schemas.ts';
import type { DomainState } from '../../../src-core/rescue/types.ts';
import type { SignName, Tone } from './Sign.tsx';

interface StateSign {
  readonly sign: SignName;
  readonly tone: Tone;
}

const SIGNS: Readonly<Record<DomainState, StateSign>> = {
  nostate: { sign: 'other', tone: 'unchanged' },
  running: { sign: 'running', tone: 'good' },
  blocked: { sign: 'running', tone: 'good' },
  paused: { sign: 'paused', tone: 'warning' },
  shutdown: { sign: 'skipped', tone: 'unchanged' },
  shutoff: { sign: 'off', tone: 'unchanged' },
  crashed: { sign: 'crashed', tone: 'refused' },
  pmsuspended: { sign: 'sleeping', tone: 'unchanged' },
};

/** In rescue outshines the state: it is what one must know first about a machine. */
export function stateSign(row: MachineRow): StateSign {
  return row.session === null ? SIGNS[row.state] : { sign: 'rescue', tone: 'rescue' };
}

/** A machine that has a process: it must be stopped before a rescue starts. */
export function isActive(state: DomainState): boolean {
  return state !== 'shutoff' && state !== 'crashed' && state !== 'nostate';
}
