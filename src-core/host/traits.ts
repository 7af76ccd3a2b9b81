import type { DomainCapabilities } from './domain-capabilities.ts';

/** What a connected host can do for rescue, as a list the user can see (RESCUE.md, host traits). */
export const HOST_TRAITS = [
  'stable-rescue',
  'volume-root-rescue',
  'shared-transient-overlay',
  'usb-boot',
  'usb-cdrom-boot',
  'domain-capabilities',
  'media-read',
] as const;
export type HostTrait = (typeof HOST_TRAITS)[number];

/** A host as far as its traits depend on it. Versions as libvirt counts them: major * 1,000,000 + minor * 1,000 + release. */
export interface TraitHost {
  /** As virConnectGetType answers: `QEMU`, `TEST`, … */
  readonly driver: string;
  readonly libvirtVersion: number;
  readonly hypervisorVersion: number;
  /** Those at hand, or null: the driver has none, or none was asked for yet. */
  readonly domainCapabilities: DomainCapabilities | null;
}

interface TraitRow {
  /** The drivers that have it at all. */
  readonly drivers: readonly string[];
  /** From this libvirt on; 0: every one that can be met. */
  readonly libvirt: number;
  readonly source: string;
}

const QEMU = ['QEMU'];
/** The test driver takes a rescue definition and "starts" it; what needs bytes of a medium or capabilities it has not. */
const QEMU_AND_TEST = ['QEMU', 'TEST'];

const TRAITS: Readonly<Record<HostTrait, TraitRow>> = {
  'stable-rescue': {
    drivers: QEMU_AND_TEST,
    libvirt: 0,
    source:
      'a boot order per device, and virDomainCreateXML that leaves the definition alone: tried on 9.0, both drivers',
  },
  'volume-root-rescue': {
    drivers: QEMU_AND_TEST,
    libvirt: 0,
    source: 'a root disk on a volume, block device or network keeps its place like any other',
  },
  'shared-transient-overlay': {
    drivers: QEMU_AND_TEST,
    libvirt: 7_004_000,
    source: 'libvirt 7.4.0 release notes: <transient shareBacking="yes"/>; tried on 9.0 (usb and scsi)',
  },
  'usb-boot': {
    drivers: QEMU_AND_TEST,
    libvirt: 0,
    source: 'SeaBIOS and OVMF boot usb disks: tried; a host whose QEMU has no usb says so in its domain capabilities',
  },
  'usb-cdrom-boot': {
    drivers: QEMU_AND_TEST,
    libvirt: 11_005_000,
    source:
      'libvirt 11.5.0: usb cdroms are usb-bot with scsi-cd; before they are usb-storage disks, which SeaBIOS does not boot',
  },
  'domain-capabilities': {
    drivers: QEMU,
    libvirt: 1_002_007,
    source: 'virConnectGetDomainCapabilities: since 1.2.7; the test driver has none',
  },
  'media-read': {
    drivers: QEMU,
    libvirt: 0,
    source: 'virStorageVolDownload: the test driver has volumes without content',
  },
};

/** What this host can do, in the order of HOST_TRAITS. Drivers that Salvor does not rescue on have none. */
export function hostTraits(host: TraitHost): HostTrait[] {
  const buses = host.domainCapabilities?.buses ?? [];
  const hasNoUsb = buses.length > 0 && !buses.includes('usb');
  return HOST_TRAITS.filter((trait) => {
    const { drivers, libvirt } = TRAITS[trait];
    if (hasNoUsb && (trait === 'usb-boot' || trait === 'usb-cdrom-boot')) return false;
    return drivers.includes(host.driver) && host.libvirtVersion >= libvirt;
  });
}
