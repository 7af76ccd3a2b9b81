import { bootPicks, libvirtDiskOrder } from '../boot/effective-order.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import { RESCUE_ALIAS, RIDE_ALONG_ALIAS } from '../rescue/apply.ts';
import type { DiskView } from './types.ts';

/** A disk that a rescue brought, not one of the guest's own: seen in the live definition during a rescue. */
export function isRescueDisk(disk: DiskView): boolean {
  return disk.alias === RESCUE_ALIAS || disk.alias?.startsWith(RIDE_ALONG_ALIAS) === true;
}

const canHoldSystem = (disk: DiskView): boolean =>
  (disk.device === 'disk' || disk.device === 'lun') && !isRescueDisk(disk);

/** The disk the guest's system is on: the first disk of the effective boot order, else the first disk in libvirt's order. Null without disks. */
export function rootDisk(domain: DomainView): DiskView | null {
  for (const { device } of bootPicks(domain)) {
    if (device !== null && !('kind' in device) && canHoldSystem(device)) return device;
  }
  return libvirtDiskOrder(domain.disks).find(canHoldSystem) ?? null;
}
