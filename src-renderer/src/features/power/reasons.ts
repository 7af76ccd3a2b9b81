/** Which plain action can be done to a machine now, and why another one cannot. */
import type { MachineRow } from '../../../../src-core/contract/schemas.ts';
import { powerPossible } from '../../../../src-core/reboot/power.ts';
import type { PowerAction } from '../../../../src-core/reboot/power.ts';
import type { DomainState } from '../../../../src-core/rescue/types.ts';

export type PowerReason =
  'read-only' | 'busy' | 'on' | 'off' | 'paused' | 'paused-first' | 'not-paused' | 'shutting-down' | 'suspended';

/** What surrounds the machine: the connection of its host, and a run on it. */
export interface PowerScene {
  readonly readOnly: boolean;
  readonly busy: boolean;
}

/** null: it can be done. */
export function reasonAgainst(action: PowerAction, state: DomainState, scene: PowerScene): PowerReason | null {
  if (scene.readOnly) return 'read-only';
  if (scene.busy) return 'busy';
  return powerPossible(action, state) ? null : reasonOfState(action, state);
}

function reasonOfState(action: PowerAction, state: DomainState): PowerReason {
  if (action === 'start') return 'on';
  switch (state) {
    case 'shutoff':
    case 'crashed':
      return 'off';
    case 'paused':
      return action === 'pause' ? 'paused' : 'paused-first';
    case 'shutdown':
      return 'shutting-down';
    case 'pmsuspended':
      return 'suspended';
    case 'running':
    case 'blocked':
    case 'nostate':
      return 'not-paused';
  }
}

/** The one that is wanted most often in that state; null: there is none. */
export function usualAction(state: MachineRow['state']): PowerAction | null {
  const usual = ['start', 'resume', 'shutdown'] as const;
  return usual.find((action) => powerPossible(action, state)) ?? null;
}

/** Those by which somebody's work ends, or is lost: asked once more. */
const CONFIRMED = ['shutdown', 'reboot', 'reset', 'force-off'] as const satisfies readonly PowerAction[];
export type ConfirmedAction = (typeof CONFIRMED)[number];

export function isConfirmed(action: PowerAction): action is ConfirmedAction {
  return CONFIRMED.some((one) => one === action);
}

/** A guest can be asked for these in two ways. */
export function hasWay(action: PowerAction): action is 'shutdown' | 'reboot' {
  return action === 'shutdown' || action === 'reboot';
}

/** Is what the guest has not written lost by it? */
export function losesUnwritten(action: PowerAction): boolean {
  return action === 'reset' || action === 'force-off';
}

/** After those it is off. */
export function turnsOff(action: PowerAction): boolean {
  return action === 'shutdown' || action === 'force-off';
}
