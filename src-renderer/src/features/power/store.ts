import { create } from 'zustand';
import type { ErrorData } from '../../../../src-core/contract/errors.ts';
import type { MachineRow } from '../../../../src-core/contract/schemas.ts';
import type { PowerAction } from '../../../../src-core/reboot/power.ts';
import { keyOf } from '../../app/machine-key.ts';
import { ask } from '../../app/salvor.ts';
import { noteStarted } from '../../app/stores/operations.ts';
import { isConfirmed } from './reasons.ts';
import type { ConfirmedAction } from './reasons.ts';

/** How a guest is asked to shut down or to reboot. */
export const POWER_WAYS = ['acpi', 'agent'] as const;
export type PowerWay = (typeof POWER_WAYS)[number];

interface PowerState {
  /** The machine whose actions are in sight; `action`: the one that is about to be confirmed, null: all of them are shown. */
  readonly open: { readonly key: string; readonly action: ConfirmedAction | null } | null;
  /** What an action answered at once, by machine: busy, read-only, … */
  readonly errors: Readonly<Record<string, ErrorData | null>>;
}

export const usePower = create<PowerState>()(() => ({ open: null, errors: {} }));

export function openPower(key: string, action: ConfirmedAction | null): void {
  usePower.setState({ open: { key, action } });
}

export function closePower(): void {
  usePower.setState({ open: null });
}

export function putPowerError(key: string, error: ErrorData | null): void {
  usePower.setState(({ errors }) => ({ errors: { ...errors, [key]: error } }));
}

/** Do it, or ask first where something may be lost by it. */
export function choosePower(row: MachineRow, action: PowerAction): void {
  if (isConfirmed(action)) openPower(keyOf(row), action);
  else void act(row, action, 'acpi');
}

/** Any error is shown below the machine's name; the panel closes where it is under way. */
export async function act(row: MachineRow, action: PowerAction, way: PowerWay): Promise<void> {
  const key = keyOf(row);
  putPowerError(key, null);
  const answer = await ask('power.act', { machine: { hostId: row.hostId, uuid: row.uuid }, action, way });
  closePower();
  if (answer.ok) noteStarted(answer.value);
  else putPowerError(key, answer.error);
}
