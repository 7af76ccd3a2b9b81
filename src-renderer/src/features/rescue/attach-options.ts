import { RESCUE_BUSES, RESCUE_DEVICES } from '../../../../src-core/rescue/types.ts';
import type { AttachChoice } from '../../../../src-core/rescue/plan-types.ts';
import type { Finding, RescueBus, RescueDeviceKind } from '../../../../src-core/rescue/types.ts';

export interface AttachOption<T extends string> {
  readonly value: T;
  /** Why it cannot be chosen; null: it can. */
  readonly reason: Finding | null;
}

/** A refusal that is about this device on this bus says more than the general "does not fit". */
function telling(refusals: readonly Finding[]): Finding | null {
  return refusals.find((finding) => finding.code !== 'device-bus-fit') ?? refusals[0] ?? null;
}

/** What stands in the way on every bus that could carry the device at all is the device's own reason. */
function commonReason(own: readonly AttachChoice[]): Finding | null {
  const fitting = own.filter((choice) => !choice.refusals.some((finding) => finding.code === 'device-bus-fit'));
  const [first] = fitting;
  return (
    first?.refusals.find(({ code }) => fitting.every(({ refusals }) => refusals.some((one) => one.code === code))) ??
    null
  );
}

/** The devices: one that no bus can carry is impossible, for the reason that its buses share, or else that of one of them. */
export function deviceOptions(choices: readonly AttachChoice[]): readonly AttachOption<RescueDeviceKind>[] {
  return RESCUE_DEVICES.map((value) => {
    const own = choices.filter((choice) => choice.device === value);
    if (own.length === 0 || own.some((choice) => choice.possible)) return { value, reason: null };
    return { value, reason: commonReason(own) ?? telling(own.flatMap((choice) => choice.refusals)) };
  });
}

/** The buses for one device. */
export function busOptions(
  choices: readonly AttachChoice[],
  device: string | null,
): readonly AttachOption<RescueBus>[] {
  return RESCUE_BUSES.map((value) => {
    const choice = choices.find((one) => one.device === device && one.bus === value);
    return { value, reason: choice === undefined || choice.possible ? null : telling(choice.refusals) };
  });
}

/** A bus that was chosen for another device stays only where the new device can sit on it. */
export function busFor(choices: readonly AttachChoice[], device: string | null, bus: string | null): string | null {
  if (device === null || bus === null) return bus;
  const choice = choices.find((one) => one.device === device && one.bus === bus);
  return choice === undefined || choice.possible ? bus : null;
}
