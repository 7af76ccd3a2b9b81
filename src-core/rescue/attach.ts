/** Media → disks with a name and a place each: riders first, the rescue device last, so that it is the last of its bus. */
import { addDevice, freePlace } from '../disks/places.ts';
import type { Layout } from '../disks/places.ts';
import { overlayVolumeOf } from '../disks/overlay.ts';
import { TARGET_PREFIX, firstFreeTargetName, nextTargetName } from '../disks/target-names.ts';
import type { NewDisk } from './apply.ts';
import { mediumRefusals, writesRefusals } from './checks.ts';
import { driverFormat, isIso, sourceName } from './context.ts';
import type { PlanContext } from './context.ts';
import { asBus, fitRefusals } from './fit.ts';
import { placementOf } from './placement.ts';
import type { Settled } from './placement.ts';
import { recommendedBus, resolveWrites } from './resolve.ts';
import { sentence } from './findings.ts';
import type { Choice, Placement, PlannedOverlay, PlannedDisk, RescueDevice, ResolvedRequest } from './plan-types.ts';
import type { Finding, MediumFacts, RescueBus } from './types.ts';

export interface Attachment {
  /** Disks to add, the rescue device last. */
  readonly disks: readonly NewDisk[];
  readonly rescueDevice: RescueDevice | null;
  /** How each medium is attached, and why so; one that has no place is not in it. */
  readonly placements: ReadonlyMap<MediumFacts, Placement>;
  /** Of the disks that are put behind volumes of a pool, the rescue device's last. */
  readonly overlays: readonly PlannedOverlay[];
  readonly plannedDisks: readonly Omit<
    PlannedDisk,
    'guestNames' | 'kernelBefore' | 'original' | 'unchanged' | 'protection'
  >[];
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
  const placements = new Map<MediumFacts, Placement>();
  let layout = context.layout;
  const riders = context.inputs.media.slice(1).filter((medium) => medium.spec.kind !== 'kernel');
  for (const medium of riders) {
    const device = riderDevice(medium);
    const bus = recommendedBus(context, layout, medium, device.value);
    refusals.push(
      ...mediumRefusals(context, medium, device.value),
      ...fitRefusals(context, layout, device.value, bus.value, true),
    );
    const writes = resolveWrites(context, medium, device.value, bus.value);
    refusals.push(...writesRefusals(medium, device.value, bus.value, writes));
    const one = attachOne(context, layout, medium, { device, bus, writes, bootOrder: null });
    if (one === null) continue;
    disks.push(one.disk);
    placements.set(medium, one.placement);
    layout = one.layout;
  }
  const layoutBeforeRescue = layout;
  const { device, bus, writes } = resolved;
  const rescue =
    context.medium === null || context.medium.spec.kind === 'kernel'
      ? null
      : attachOne(context, layout, context.medium, { device, bus, writes, bootOrder: 1 });
  if (rescue !== null && context.medium !== null) {
    placements.set(context.medium, rescue.placement);
    disks.push(rescue.disk);
    layout = rescue.layout;
  }
  return {
    disks,
    rescueDevice: rescue?.named ?? null,
    placements,
    overlays: disks.flatMap(({ overlay }) => overlay ?? []),
    plannedDisks: disks.map(plannedDisk),
    layoutBeforeRescue,
    layout,
    refusals,
  };
}

/** The volume that a medium is put behind; null: there is none, and the refusals say why. */
function overlayFor({ inputs }: PlanContext, medium: MediumFacts, target: string): PlannedOverlay | null {
  const { request, overlayPool, stamp } = inputs;
  const backing = medium.source;
  if (request.overlayPool === null || overlayPool?.kind !== 'folder') return null;
  if (backing?.type !== 'file' && backing?.type !== 'block') return null;
  const name = overlayVolumeOf(stamp?.id ?? null, target);
  const path = `${overlayPool.folder}/${name}`;
  const backingFormat = driverFormat(medium);
  // Of an image in another format than raw its length says nothing of what is in it.
  const capacity = medium.content?.virtualSize ?? (backingFormat === 'raw' ? medium.size : null);
  return { target, pool: request.overlayPool, name, path, backing, backingFormat, capacity };
}

function riderDevice(medium: MediumFacts): Choice<'cdrom' | 'disk'> {
  return isIso(medium)
    ? { value: 'cdrom', from: 'medium', why: sentence('why-device-iso') }
    : { value: 'disk', from: 'medium', why: sentence('why-device-disk') };
}

function plannedDisk({ target, bus, device, address, source }: NewDisk): Attachment['plannedDisks'][number] {
  return { target, bus, device, address, serial: null, source: sourceName(source) };
}

function attachOne(
  context: PlanContext,
  layout: Layout,
  medium: MediumFacts,
  settled: Settled,
): { disk: NewDisk; named: RescueDevice; placement: Placement; layout: Layout } | null {
  const { bootOrder } = settled;
  const device = settled.device.value;
  const writes = settled.writes.value;
  const bus: RescueBus | null = asBus(settled.bus.value);
  const place = bus === null ? null : freePlace(context.domain, layout, bus);
  if (bus === null || place === null || medium.source === null) return null;
  const prefix = TARGET_PREFIX[bus];
  const onSameBus = context.domain.disks.filter((own) => own.bus === bus).map((own) => own.target);
  const target =
    // Nova has no media that ride along: theirs are never before the guest's own, which <boot dev> would then pass over.
    context.inputs.request.profile === 'nova' && bootOrder !== null
      ? firstFreeTargetName(prefix, layout.targets)
      : nextTargetName(prefix, layout.targets, onSameBus);
  const { address } = place;
  const format = driverFormat(medium);
  const overlay = writes === 'overlay-volume' ? overlayFor(context, medium, target) : null;
  const disk: NewDisk = { device, bus, writes, bootOrder, target, source: medium.source, format, address, overlay };
  const named = {
    target,
    bus,
    device,
    order: bootOrder,
    source: sourceName(medium.source),
    address,
  };
  const placement = placementOf(context, layout, medium, settled, { target, bus, place });
  return { disk, named, placement, layout: addDevice(layout, bus, target, place) };
}
