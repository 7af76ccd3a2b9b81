/** Every device on every bus: could it be chosen, and if not, why. What disables a control says its reason. */
import type { PlanContext } from './context.ts';
import { fitRefusals } from './fit.ts';
import { resolveWrites } from './resolve.ts';
import { mediumRefusals, writesRefusals } from './checks.ts';
import { RESCUE_BUSES, RESCUE_DEVICES } from './types.ts';
import type { AttachChoice } from './plan-types.ts';
import type { Finding, RescueBus, RescueDeviceKind } from './types.ts';

export function attachChoices(context: PlanContext): AttachChoice[] {
  return RESCUE_DEVICES.flatMap((device) =>
    RESCUE_BUSES.map((bus) => {
      const refusals = choiceRefusals(context, device, bus);
      return { device, bus, possible: refusals.length === 0, refusals };
    }),
  );
}

/** Only what depends on the choice: a missing medium speaks against none of them. */
function choiceRefusals(context: PlanContext, device: RescueDeviceKind, bus: RescueBus): Finding[] {
  const { medium } = context;
  const fit = fitRefusals(context, context.layout, device, bus);
  if (fit.length > 0 || medium === null || !medium.found) return fit;
  const ofDevice = mediumRefusals(context, medium, device).filter(
    ({ code }) => code === 'medium-format' || code === 'url-needs-cdrom',
  );
  return [...ofDevice, ...writesRefusals(medium, device, bus, resolveWrites(context, medium, device, bus))];
}
