/** Every choice of a plan with its reason, as one list: for the window's page of reasons and for the command line. */
import { formatAddress } from '../domain-xml/disk-view.ts';
import type { Choice, Placement, RescuePlan } from './plan-types.ts';

export const EXPLAINED = [
  'session',
  'fall-through',
  'order',
  'device',
  'bus',
  'target',
  'address',
  'controller',
  'format',
  'writes',
] as const;
export type Explained = (typeof EXPLAINED)[number];

/** `value`: in the plan's own words; null: there is none (left to libvirt, not booted). */
export interface ExplainedChoice extends Choice<string | null> {
  readonly choice: Explained;
}

export interface Explanation {
  /** The medium that the choices are about; null: the whole session. */
  readonly medium: string | null;
  readonly choices: readonly ExplainedChoice[];
}

/** The session's choices first, then those of each medium, in the order of the request. */
export function explainPlan({ request, media }: RescuePlan): Explanation[] {
  const session = [as('session', request.session), as('fall-through', request.fallThrough)];
  const device = [as('device', request.device), as('bus', request.bus), as('writes', request.writes)];
  return [
    { medium: null, choices: session },
    ...media.flatMap(({ name, placement }, at) => {
      // Without a place there is still what was decided of the rescue device, a refused one included.
      const choices = placement === null ? (at === 0 ? device : []) : ofPlacement(placement);
      return choices.length === 0 ? [] : [{ medium: name, choices }];
    }),
  ];
}

function ofPlacement({ order, device, bus, target, address, controller, format, writes }: Placement) {
  return [
    as('order', { ...order, value: order.value === null ? null : String(order.value) }),
    as('device', device),
    as('bus', bus),
    as('target', target),
    as('address', { ...address, value: address.value === null ? null : formatAddress(address.value) }),
    ...(controller === null ? [] : [as('controller', controller)]),
    as('format', format),
    as('writes', writes),
  ];
}

function as(choice: Explained, { value, from, why }: Choice<string | null>): ExplainedChoice {
  return { choice, value, from, why };
}
