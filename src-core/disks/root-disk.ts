import { bootPicks, libvirtDiskOrder } from '../boot/effective-order.ts';
import type { DomainView } from '../domain-xml/domain.ts';
import type { DiskView } from './types.ts';

/** The disk the guest's system is on: the first disk of the effective boot order, else the first disk in libvirt's order. Null without disks. */
export function rootDisk(domain: DomainView): DiskView | null {
  for (const { device } of bootPicks(domain)) {
    if (device !== null && !('kind' in device) && (device.device === 'disk' || device.device === 'lun')) return device;
  }
  return libvirtDiskOrder(domain.disks).find((disk) => disk.device === 'disk' || disk.device === 'lun') ?? null;
}
