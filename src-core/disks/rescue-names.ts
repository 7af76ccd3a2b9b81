/** What the guest calls its disks in rescue, beside what it calls them otherwise. */
import type { DomainView } from '../domain-xml/domain.ts';
import { NO_GUEST_NAMES, guestNames } from './guest-names.ts';
import { addedRootPort, firstPciPlace } from './pci-places.ts';
import type { PciAddress } from './pci-places.ts';
import type { DiskAddress, GuestNames } from './types.ts';

export interface NamesInRescue {
  /** In rescue. The note says what is not as it was. */
  readonly names: GuestNames;
  /** The kernel name out of rescue; null where it cannot be told, and for what rescue adds. */
  readonly kernelBefore: string | null;
}

/** By target, of all disks of the rescue definition. `before` is the definition, `after` the rescue definition as libvirt is given it. */
export function namesInRescue(before: DomainView, after: DomainView): Map<string, NamesInRescue> {
  const out = guestNames(before);
  return new Map(
    [...guestNames(withPlaces(before, after))].map(([target, names]) => {
      const own = out.get(target);
      if (own === undefined) return [target, { names: { ...names, note: null }, kernelBefore: null }];
      return [target, { names: { ...names, note: changeNote(own, names) }, kernelBefore: own.kernel }];
    }),
  );
}

/** With the places that libvirt will give the controllers and virtio disks which the rescue brings without one, in its order. */
function withPlaces(before: DomainView, after: DomainView): DomainView {
  const own = new Set([
    ...before.disks.map(({ target }) => target),
    ...before.controllers.map(({ type, index }) => `${type} ${index}`),
  ]);
  const given: PciAddress[] = [];
  let now = before;
  const next = (): PciAddress | null => {
    const free = firstPciPlace(now, given);
    if (free !== null) return free;
    const port = addedRootPort(now);
    if (port === null) return null;
    now = { ...now, controllers: [...now.controllers, port] };
    return { type: 'pci', domain: 0, bus: port.index, slot: 0, function: 0 };
  };
  const place = (address: DiskAddress | null): DiskAddress | null => {
    const its = address ?? next();
    if (its?.type === 'pci') given.push(its);
    return its;
  };
  const controllers = after.controllers.map((each) =>
    each.type === 'pci' || own.has(`${each.type} ${each.index}`) ? each : { ...each, address: place(each.address) },
  );
  const disks = after.disks.map((disk) =>
    own.has(disk.target) || disk.bus !== 'virtio' ? disk : { ...disk, address: place(disk.address) },
  );
  return { ...after, disks, controllers: [...controllers, ...now.controllers.slice(before.controllers.length)] };
}

const STAYS = 'its address is the same, and by-path follows it';

/** What differs, and which name holds; null: nothing does. */
function changeNote(before: GuestNames, after: GuestNames): string | null {
  const holds = before.byPath !== null && before.byPath === after.byPath;
  const use = holds
    ? `Use ${after.byPath}: ${STAYS}.`
    : before.byId !== null && before.byId === after.byId
      ? `Use ${after.byId}: it follows the disk.`
      : 'Use the UUID of what is on it, which blkid shows in the guest.';
  const path =
    before.byPath !== null && after.byPath !== null && !holds
      ? ` Its by-path name is ${after.byPath} in rescue and ${before.byPath} otherwise.`
      : '';
  if (before.kernel !== null && before.kernel === after.kernel) return path === '' ? null : `${path.trim()} ${use}`;
  return `${kernelNote(before.kernel, after.kernel)}${path} ${use}`;
}

function kernelNote(before: string | null, after: string | null): string {
  if (before !== null && after !== null) return `It is ${after} in rescue and ${before} otherwise.`;
  if (before !== null) return `It is ${before} otherwise; in rescue the added disk can take that name.`;
  if (after !== null) return `It is ${after} in rescue; what it is otherwise cannot be told.`;
  return 'Its number can be another in rescue than otherwise: the added disk is counted too.';
}

export const NO_NAMES_IN_RESCUE: NamesInRescue = { names: NO_GUEST_NAMES, kernelBefore: null };
