/** Why a medium is attached as it is: what policy gave each part of its place, in words. */
import { driverFormat } from './context.ts';
import type { PlanContext } from './context.ts';
import { sentence } from './findings.ts';
import { controllerName } from './warnings.ts';
import type { Layout, Place } from '../disks/places.ts';
import type { Choice, Placement } from './plan-types.ts';
import type { MediumFacts, RescueBus } from './types.ts';

/** What is settled before a place is looked for. */
export type Settled = Pick<Placement, 'device' | 'bus' | 'writes'> & { readonly bootOrder: number | null };

const ADDRESS_WHY = {
  none: 'why-address-libvirt',
  pci: 'why-address-later',
  drive: 'why-address-free',
  other: 'why-address-free',
} as const;

/** `layout`: what was taken before this medium came; `target` and `place`: what it was given there. */
export function placementOf(
  context: PlanContext,
  layout: Layout,
  medium: MediumFacts,
  settled: Settled,
  given: { readonly target: string; readonly bus: RescueBus; readonly place: Place },
): Placement {
  const { device, bus, writes, bootOrder } = settled;
  const { target, place } = given;
  const nova = context.inputs.request.profile === 'nova';
  return {
    device,
    bus,
    order: {
      value: bootOrder,
      from: 'request',
      why: sentence(bootOrder === null ? 'why-order-none' : 'why-order-first'),
    },
    target: { value: target, from: 'profile', why: sentence(nova ? 'why-target-free' : 'why-target-next') },
    address: {
      value: place.address,
      from: 'profile',
      why: sentence(ADDRESS_WHY[place.address?.type ?? 'none'], { bus: given.bus }),
    },
    controller: controllerOf(layout, place),
    format: formatChoice(medium),
    writes,
  };
}

function controllerOf(layout: Layout, { controller }: Place): Placement['controller'] {
  if (controller === null) return null;
  const { type } = controller;
  const own = layout.controllers.filter((one) => one.type === type);
  const why =
    own.length === 0
      ? sentence('why-controller-none', { type })
      : type === 'scsi' && !own.some(({ model }) => model?.startsWith('virtio') === true)
        ? sentence('why-controller-scsi')
        : sentence('why-controller-full', { type });
  return { value: controllerName(controller), from: 'capability', why };
}

function formatChoice(medium: MediumFacts): Choice<string> {
  const value = driverFormat(medium);
  const { content, format } = medium;
  if (content?.kind === 'iso9660' || (content === null && format === 'iso'))
    return { value, from: 'medium', why: sentence('why-format-iso') };
  if (content?.format != null) return { value, from: 'medium', why: sentence('why-format-content') };
  if (format !== null) return { value, from: 'capability', why: sentence('why-format-told') };
  return { value, from: 'profile', why: sentence('why-format-unknown') };
}
