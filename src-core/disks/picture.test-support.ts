/** Machines for tests of the picture: any number of disks, with sizes, layers and an order. */
import { effectiveBootOrder } from '../boot/effective-order.ts';
import type { BootEntry } from '../boot/effective-order.ts';
import { parseDomain } from '../domain-xml/domain.ts';
import { domainXml } from '../rescue/inputs.test-support.ts';
import { pictureDisks } from './picture-disks.ts';
import type { PictureDisk } from './picture-disks.ts';
import { diskRoles } from './roles.ts';
import { storageLayout } from './storage-layout.ts';
import type { StorageLayout } from './storage-layout.ts';
import { indexLetters } from './target-names.ts';

export interface Drawn {
  readonly layout: StorageLayout;
  readonly disks: readonly PictureDisk[];
  readonly boot: readonly BootEntry[];
}

const GIB = 1024 ** 3;

/** virtio and scsi in turn, a cdrom on sata; the first three in the boot order. */
export function drawnMachine(count: number): Drawn {
  const disk = (at: number): string => {
    const bus = at % 2 === 0 ? 'virtio' : 'scsi';
    const name = `${bus === 'virtio' ? 'vd' : 'sd'}${indexLetters(Math.floor(at / 2))}`;
    const order = at < 3 ? `<boot order='${3 - at}'/>` : '';
    const chain = "<backingStore type='file'><source file='/images/base.qcow2'/></backingStore>".repeat(
      at === 1 ? 1 : 0,
    );
    const address = bus === 'virtio' ? `<address type='pci' bus='${1 + at}' slot='0'/>` : '';
    return `<disk type='file' device='disk'><driver type='qcow2'/><source file='/images/disk-${at}.qcow2'/><target dev='${name}' bus='${bus}'/>${order}${chain}${address}</disk>`;
  };
  const all = Array.from({ length: count }, (_, at) => disk(at));
  const cdrom =
    "<disk type='file' device='cdrom'><target dev='sdzz' bus='sata'/><address type='drive' controller='0' unit='0'/></disk>";
  return drawn(
    domainXml({
      machine: 'pc-q35-7.2',
      devices: `${all.join('')}${cdrom}<controller type='scsi' index='0' model='virtio-scsi'/><controller type='usb' index='0' model='qemu-xhci' ports='15'/>`,
    }),
  );
}

export function drawn(xml: string): Drawn {
  const domain = parseDomain(xml);
  const roles = diskRoles(domain);
  const disks = domain.disks.map((disk, at) => ({
    ...disk,
    role: roles.get(disk.target)?.role ?? ('data' as const),
    capacity: disk.source === null ? null : (at + 1) * 20 * GIB,
    allocation: disk.source === null ? null : (at + 1) * 5 * GIB,
    layers: [],
    secretStates: [],
  }));
  return { layout: storageLayout(domain), disks: pictureDisks(disks), boot: effectiveBootOrder(domain) };
}
