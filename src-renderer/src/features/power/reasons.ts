/** Which plain action can be done to a machine now, and why another one cannot; what each costs is the core's to say. */
import { powerPossible } from '../../../../src-core/reboot/power.ts';
import type { PowerAction } from '../../../../src-core/reboot/power.ts';
import { CONFIRMED_ACTIONS, powerObstacle } from '../../../../src-core/reboot/power-words.ts';
import type { DomainState, Sentence } from '../../../../src-core/rescue/types.ts';

/** What surrounds the machine: the connection of its host, and a run on it. */
export interface PowerScene {
  readonly readOnly: boolean;
  readonly busy: boolean;
}

/** null: it can be done. `busy`: another run has to end first, which the window alone knows of. */
export function reasonAgainst(action: PowerAction, state: DomainState, scene: PowerScene): Sentence | 'busy' | null {
  return scene.busy && !scene.readOnly ? 'busy' : powerObstacle(action, state, scene.readOnly);
}

/** The one that is wanted most often in that state; null: there is none. */
export function usualAction(state: DomainState): PowerAction | null {
  const usual = ['start', 'resume', 'shutdown'] as const;
  return usual.find((action) => powerPossible(action, state)) ?? null;
}

/** Those by which somebody's work ends, or is lost: asked once more. */
export type ConfirmedAction = 'shutdown' | 'reboot' | 'reset' | 'force-off';

export function isConfirmed(action: PowerAction): action is ConfirmedAction {
  return CONFIRMED_ACTIONS.includes(action);
}

/** A guest can be asked for these in two ways. */
export function hasWay(action: PowerAction): boolean {
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
