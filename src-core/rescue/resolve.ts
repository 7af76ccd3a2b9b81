/** Request, properties and defaults → device, bus, fall-through, handling of writes: each with its reason (RESCUE.md "Policy"). */
import { rootDisk } from '../disks/root-disk.ts';
import type { Layout } from '../disks/places.ts';
import { isIso } from './context.ts';
import type { PlanContext } from './context.ts';
import { sentence } from './findings.ts';
import { asBus, asDevice, nvmeInUefiOrder, possibleBuses } from './fit.ts';
import { CDROM_BUS_OF_MACHINE, READONLY_DISK_BUSES, SHARED_OVERLAY_BUSES, novaCdromBus } from './policy.ts';
import type { Choice, ResolvedRequest } from './plan-types.ts';
import type { FallThrough, MediumFacts, RescueDeviceKind, SessionKind } from './types.ts';

/** The device: the request, the medium's hw_rescue_device, the profile's default. */
export function resolveDevice(context: PlanContext, medium: MediumFacts | null): Choice<string> {
  const { request } = context.inputs;
  if (medium?.spec.kind === 'kernel') return { value: 'none', from: 'medium', why: sentence('why-kernel-device') };
  if (request.device !== null) return { value: request.device, from: 'request', why: sentence('why-request') };
  const property = medium?.properties['hw_rescue_device'];
  if (property !== undefined)
    return { value: property, from: 'property', why: sentence('why-property', { property: 'hw_rescue_device' }) };
  const remembered = rememberedFor(context, medium);
  if (remembered !== null) return { value: remembered.device, from: 'remembered', why: sentence('why-remembered') };
  if (request.profile === 'nova') return { value: 'disk', from: 'profile', why: sentence('why-device-nova') };
  return recommendedDevice(context, medium);
}

/** What is remembered of a medium is of another guest, perhaps: it counts where this one can do the same. */
function rememberedFor(context: PlanContext, medium: MediumFacts | null): MediumFacts['remembered'] {
  const remembered = medium?.remembered ?? null;
  const device = remembered === null ? null : asDevice(remembered.device);
  if (remembered === null || device === null) return null;
  return possibleBuses(context, context.layout, device).some((bus) => bus === remembered.bus) ? remembered : null;
}

function recommendedDevice(context: PlanContext, medium: MediumFacts | null): Choice<string> {
  const unknown = medium === null || (medium.content === null && medium.format === null);
  if (unknown) return { value: 'disk', from: 'profile', why: sentence('why-device-unknown') };
  if (!isIso(medium)) return { value: 'disk', from: 'medium', why: sentence('why-device-disk') };
  if (medium.content?.hybrid !== true) return { value: 'cdrom', from: 'medium', why: sentence('why-device-iso') };
  return possibleBuses(context, context.layout, 'cdrom').length > 0
    ? { value: 'cdrom', from: 'medium', why: sentence('why-device-hybrid') }
    : { value: 'disk', from: 'medium', why: sentence('why-device-hybrid-disk') };
}

/** The bus for a device: the request, the medium's hw_rescue_bus, the profile's default. */
export function resolveBus(context: PlanContext, medium: MediumFacts | null, device: string): Choice<string> {
  const { request } = context.inputs;
  if (request.bus !== null) return { value: request.bus, from: 'request', why: sentence('why-request') };
  const property = medium?.properties['hw_rescue_bus'];
  if (property !== undefined)
    return { value: property, from: 'property', why: sentence('why-property', { property: 'hw_rescue_bus' }) };
  const remembered = rememberedFor(context, medium);
  // A bus that suited another device says nothing of this one.
  if (remembered !== null && remembered.device === device)
    return { value: remembered.bus, from: 'remembered', why: sentence('why-remembered') };
  const known = asDevice(device);
  if (known === null) return { value: 'virtio', from: 'profile', why: sentence('why-bus-nova-disk') };
  return request.profile === 'nova'
    ? novaBus(context, medium, known)
    : recommendedBus(context, context.layout, medium, known);
}

/** Nova's get_disk_bus_for_device_type, by the guest's machine (NOVA.md 5). */
function novaBus(context: PlanContext, medium: MediumFacts | null, device: RescueDeviceKind): Choice<string> {
  const name = `hw_${device}_bus`;
  const property = medium?.properties[name];
  if (property !== undefined)
    return { value: property, from: 'property', why: sentence('why-property', { property: name }) };
  switch (device) {
    case 'disk':
      return { value: 'virtio', from: 'profile', why: sentence('why-bus-nova-disk') };
    case 'cdrom':
      return {
        value: novaCdromBus(context.domain.arch, context.domain.machine),
        from: 'profile',
        why: whyCdromBus(context),
      };
    case 'floppy':
      return { value: 'fdc', from: 'profile', why: sentence('why-bus-floppy') };
  }
}

function whyCdromBus({ domain }: PlanContext) {
  return sentence('why-bus-cdrom', { machine: domain.machine || domain.machineFamily });
}

/** The recommended bus of a device on a layout; where nothing fits, the first one in mind, whose refusal then says why. */
export function recommendedBus(
  context: PlanContext,
  layout: Layout,
  medium: MediumFacts | null,
  device: RescueDeviceKind,
): Choice<string> {
  const fitting = possibleBuses(context, layout, device);
  // A medium that can only be read needs a bus that takes read-only disks.
  const kept = fitting.filter((bus) => writesFit(device, bus, resolveWrites(context, medium, device, bus).value));
  const possible = kept.length > 0 ? kept : fitting;
  switch (device) {
    case 'floppy':
      return { value: 'fdc', from: 'profile', why: sentence('why-bus-floppy') };
    case 'cdrom': {
      const first = CDROM_BUS_OF_MACHINE[context.domain.machineFamily];
      const next = possible[0];
      if (next === undefined || possible.some((bus) => bus === first))
        return { value: first, from: 'profile', why: whyCdromBus(context) };
      return { value: next, from: 'capability', why: sentence('why-bus-cdrom-next', { first }) };
    }
    case 'disk': {
      const next = possible[0];
      if (next === 'usb' || next === undefined) return { value: 'usb', from: 'profile', why: sentence('why-bus-usb') };
      const root = rootDisk(context.domain);
      const rootBus = root === null ? null : asBus(root.bus);
      if (root !== null && rootBus !== null && possible.includes(rootBus)) {
        return { value: rootBus, from: 'capability', why: sentence('why-bus-root', { target: root.target }) };
      }
      return { value: next, from: 'capability', why: sentence('why-bus-first', { bus: next }) };
    }
  }
}

/** Does the bus take a disk that the guest may not write to, where that is how the medium is kept? */
export function writesFit(device: string, bus: string, writes: ResolvedRequest['writes']['value']): boolean {
  return device !== 'disk' || writes !== 'read-only' || READONLY_DISK_BUSES.includes(bus);
}

/** What follows behind the rescue device when it does not boot. */
export function resolveFallThrough({ inputs, domain, medium }: PlanContext): Choice<FallThrough> {
  const asked = inputs.request.fallThrough;
  if (asked !== null) return { value: asked, from: 'request', why: sentence('why-request') };
  const target = medium?.spec.kind === 'kernel' ? null : nvmeInUefiOrder(domain);
  if (target !== null) return { value: 'none', from: 'capability', why: sentence('why-fall-through-nvme', { target }) };
  const why = domain.firmware === 'uefi' ? 'why-fall-through-uefi' : 'why-fall-through-original';
  return { value: 'original', from: 'profile', why: sentence(why) };
}

/** A one-shot session of a transient guest would be all that there is of it: gone with its power. */
export function resolveSession({ inputs }: PlanContext): Choice<SessionKind> {
  if (!inputs.domain.persistent)
    return { value: 'until-ended', from: 'capability', why: sentence('why-session-transient') };
  const asked = inputs.request.session;
  if (asked !== null) return { value: asked, from: 'request', why: sentence('why-request') };
  return { value: 'one-shot', from: 'profile', why: sentence('why-session-one-shot') };
}

/** How writes of the rescue system are kept away from the medium (RESCUE.md "Media are never written"). */
export function resolveWrites(
  context: PlanContext,
  medium: MediumFacts | null,
  device: string,
  bus: string,
): ResolvedRequest['writes'] {
  const { request, host } = context.inputs;
  const pool = request.overlayPool;
  if (device === 'cdrom') {
    const why = pool === null ? sentence('why-writes-cdrom') : sentence('why-writes-cdrom-pool', { pool });
    return { value: 'read-only', from: 'profile', why };
  }
  if (device === 'floppy') return { value: 'read-only', from: 'profile', why: sentence('why-writes-floppy') };
  if (request.writes === 'direct') return { value: 'direct', from: 'request', why: sentence('why-writes-direct') };
  if (pool !== null && device === 'disk')
    return { value: 'overlay-volume', from: 'request', why: sentence('why-writes-volume', { pool }) };
  if (medium !== null && medium.source !== null && medium.source.type !== 'file') {
    return { value: 'read-only', from: 'medium', why: sentence('why-writes-readonly') };
  }
  // shareBacking came with libvirt 7.4.
  if (SHARED_OVERLAY_BUSES.includes(bus) && host.libvirtVersion >= 7_004_000) {
    return { value: 'shared-overlay', from: 'profile', why: sentence('why-writes-shared', { bus }) };
  }
  return { value: 'overlay', from: 'profile', why: sentence('why-writes-overlay') };
}
