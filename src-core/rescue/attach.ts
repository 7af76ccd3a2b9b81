/** Media → disks with a name and a place each: riders first, the rescue device last, so that it is the last of its bus. */
import { addDevice, freePlace } from '../disks/places.ts';
import type { Layout } from '../disks/places.ts';
import { TARGET_PREFIX, firstFreeTargetName, nextTargetName } from '../disks/target-names.ts';
import type { NewDisk } from './apply.ts';
import { mediumRefusals } from './checks.ts';
import { driverFormat, isIso, sourceName } from './context.ts';
import type { PlanContext } from './context.ts';
import { asBus, fitRefusals } from './fit.ts';
import { recommendedBus, resolveWrites } from './resolve.ts';
import type { Finding, MediumFacts, PlannedDisk, RescueBus, RescueDevice, ResolvedRequest } from './types.ts';

export interface Attachment {
  /** Disks to add, the rescue device last. */
  readonly disks: readonly NewDisk[];
  readonly rescueDevice: RescueDevice | null;
  readonly plannedDisks: readonly Omit<PlannedDisk, 'guestNames' | 'original' | 'unchanged'>[];
  /** What is taken before the rescue device comes, and after. */
  readonly layoutBeforeRescue: Layout;
  readonly layout: Layout;
  /** What speaks against the media that ride along. */
  readonly refusals: readonly Finding[];
}

/** Where each medium goes. A bus that is full or unknown leaves its device out; the refusals say so. */
export function attachMedia(context: PlanContext, resolved: ResolvedRequest): Attachment {
  const disks: NewDisk[] = [];
  const refusals: Finding[] = [];
  let layout = context.layout;
  const riders = context.inputs.media.slice(1).filter((medium) => medium.spec.kind !== 'kernel');
  for (const medium of riders) {
    const device = isIso(medium) ? 'cdrom' : 'disk';
    const bus = recommendedBus(context, layout, device).value;
    refusals.push(...mediumRefusals(context, medium, device), ...fitRefusals(context, layout, device, bus));
    const writes = resolveWrites(context, medium, device, bus).value;
    const one = attachOne(context, layout, medium, { device, bus, writes, bootOrder: null });
    if (one === null) continue;
    disks.push(one.disk);
    layout = one.layout;
  }
  const layoutBeforeRescue = layout;
  const boots = { device: resolved.device.value, bus: resolved.bus.value, writes: resolved.writes.value, bootOrder: 1 };
  const rescue =
    context.medium === null || context.medium.spec.kind === 'kernel'
      ? null
      : attachOne(context, layout, context.medium, boots);
  if (rescue !== null) {
    disks.push(rescue.disk);
    layout = rescue.layout;
  }
  return {
    disks,
    rescueDevice: rescue?.named ?? null,
    plannedDisks: disks.map(plannedDisk),
    layoutBeforeRescue,
    layout,
    refusals,
  };
}

function plannedDisk({ target, bus, device, address, source }: NewDisk): Attachment['plannedDisks'][number] {
  return { target, bus, device, address, serial: null, source: sourceName(source) };
}

function attachOne(
  context: PlanContext,
  layout: Layout,
  medium: MediumFacts,
  how: Pick<NewDisk, 'device' | 'bus' | 'writes' | 'bootOrder'>,
): { disk: NewDisk; named: RescueDevice; layout: Layout } | null {
  const bus: RescueBus | null = asBus(how.bus);
  const place = bus === null ? null : freePlace(context.domain, layout, bus);
  if (bus === null || place === null || medium.source === null) return null;
  const name = context.inputs.request.profile === 'nova' ? firstFreeTargetName : nextTargetName;
  const target = name(TARGET_PREFIX[bus], layout.targets);
  const disk: NewDisk = { ...how, target, source: medium.source, format: driverFormat(medium), address: place.address };
  const named = {
    target,
    bus,
    device: how.device,
    order: how.bootOrder,
    source: sourceName(medium.source),
    address: place.address,
  };
  return { disk, named, layout: addDevice(layout, bus, target, place) };
}
