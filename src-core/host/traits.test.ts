import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDomainCapabilities } from './domain-capabilities.ts';
import { hostTraits } from './traits.ts';
import type { HostTrait, TraitHost } from './traits.ts';

const capabilities = parseDomainCapabilities(
  readFileSync(new URL('golden/libvirt-9.0-qemu-7.2-q35-kvm.xml', import.meta.url), 'utf8'),
);
const debian12: TraitHost = {
  driver: 'QEMU',
  libvirtVersion: 9_000_000,
  hypervisorVersion: 7_002_022,
  domainCapabilities: capabilities,
};
const everywhere: readonly HostTrait[] = ['stable-rescue', 'volume-root-rescue'];

describe('hostTraits', () => {
  it.each<[string, TraitHost, readonly HostTrait[]]>([
    [
      'Debian 12',
      debian12,
      [...everywhere, 'shared-transient-overlay', 'usb-boot', 'domain-capabilities', 'media-read'],
    ],
    [
      'libvirt 11.5: a usb cdrom is a real one',
      { ...debian12, libvirtVersion: 11_005_000 },
      [...everywhere, 'shared-transient-overlay', 'usb-boot', 'usb-cdrom-boot', 'domain-capabilities', 'media-read'],
    ],
    [
      'libvirt 7.3: no shared overlays',
      { ...debian12, libvirtVersion: 7_003_000 },
      [...everywhere, 'usb-boot', 'domain-capabilities', 'media-read'],
    ],
    [
      'a QEMU without usb',
      { ...debian12, libvirtVersion: 12_000_000, domainCapabilities: { ...capabilities, buses: ['virtio', 'scsi'] } },
      [...everywhere, 'shared-transient-overlay', 'domain-capabilities', 'media-read'],
    ],
    [
      'QEMU before any domain was looked at',
      { ...debian12, domainCapabilities: null },
      [...everywhere, 'shared-transient-overlay', 'usb-boot', 'domain-capabilities', 'media-read'],
    ],
    [
      "libvirt's test driver",
      { ...debian12, driver: 'TEST', hypervisorVersion: 2, domainCapabilities: null },
      [...everywhere, 'shared-transient-overlay', 'usb-boot'],
    ],
    ['Xen', { ...debian12, driver: 'Xen' }, []],
    ['LXC', { ...debian12, driver: 'LXC' }, []],
  ])('%s', (_name, host, traits) => {
    expect(hostTraits(host)).toEqual(traits);
  });
});
