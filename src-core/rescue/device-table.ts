/** The plan's table of disks: the guest's own before and in rescue, and those that rescue adds. */
import { guestNames } from '../disks/guest-names.ts';
import { NO_NAMES_IN_RESCUE, namesInRescue } from '../disks/rescue-names.ts';
import type { NamesInRescue } from '../disks/rescue-names.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import type { Attachment } from './attach.ts';
import type { ProtectedDisk } from './guest-disks.ts';
import type { PlannedDisk } from './plan-types.ts';

/** `after` is the rescue definition, read; null where the plan is refused: then the table has the guest's own disks as they are. */
export function deviceTable(
  domain: DomainView,
  after: DomainView | null,
  attachment: Attachment,
  guestDisks: readonly ProtectedDisk[],
): PlannedDisk[] {
  const protections = new Map(guestDisks.map(({ disk, how }) => [disk.index, how]));
  const names = after === null ? namesNow(domain) : namesInRescue(domain, after);
  const namesOf = (target: string) => {
    const { names: guestNames, kernelBefore } = names.get(target) ?? NO_NAMES_IN_RESCUE;
    return { guestNames, kernelBefore };
  };
  const own = domain.disks.map(({ index, target, bus, device, address, serial, source }): PlannedDisk => {
    const protection = protections.get(index) ?? null;
    return {
      target,
      bus,
      device,
      address,
      serial,
      source,
      ...namesOf(target),
      original: true,
      unchanged: protection === null || protection === 'snapshot',
      protection,
    };
  });
  if (after === null) return own;
  const added = attachment.plannedDisks.map((disk): PlannedDisk => ({
    ...disk,
    ...namesOf(disk.target),
    original: false,
    unchanged: false,
    protection: null,
  }));
  return [...own, ...added];
}

function namesNow(domain: DomainView): Map<string, NamesInRescue> {
  const names = guestNames(domain);
  return new Map([...names].map(([target, own]) => [target, { names: own, kernelBefore: own.kernel }]));
}
