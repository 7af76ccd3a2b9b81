import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { XmlProblem } from '../domain-xml/document.ts';
import { parseDomainCapabilities } from './domain-capabilities.ts';
import type { DomainCapabilities } from './domain-capabilities.ts';

const GOLDEN = new URL('golden/', import.meta.url);
const VIRTIO_MODELS = ['virtio', 'virtio-transitional', 'virtio-non-transitional'];

/** As `virsh domcapabilities` printed them on Debian 12. */
const expected: Readonly<Record<string, DomainCapabilities>> = Object.fromEntries(
  ['kvm', 'qemu'].flatMap((domainType) =>
    [
      {
        short: 'pc',
        machine: 'pc-i440fx-7.2',
        buses: ['ide', 'fdc', 'scsi', 'virtio', 'usb', 'sata'],
        loaderSecure: false,
      },
      { short: 'q35', machine: 'pc-q35-7.2', buses: ['fdc', 'scsi', 'virtio', 'usb', 'sata'], loaderSecure: true },
    ].map(({ short, machine, buses, loaderSecure }): [string, DomainCapabilities] => [
      `libvirt-9.0-qemu-7.2-${short}-${domainType}.xml`,
      {
        path: '/usr/bin/qemu-system-x86_64',
        domainType,
        machine,
        arch: 'x86_64',
        diskDevices: ['disk', 'cdrom', 'floppy', 'lun'],
        buses,
        diskModels: VIRTIO_MODELS,
        firmware: ['efi'],
        loaderSecure,
      },
    ]),
  ),
);

describe('parseDomainCapabilities', () => {
  it('has every golden file in the table', () => {
    expect(readdirSync(GOLDEN).sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(Object.entries(expected))('%s', (file, capabilities) => {
    expect(parseDomainCapabilities(readFileSync(new URL(file, GOLDEN), 'utf8'))).toEqual(capabilities);
  });

  it('takes what an older libvirt does not tell as not told', () => {
    const xml = `<domainCapabilities>
      <path>/usr/bin/qemu-system-aarch64</path><domain>kvm</domain><machine>virt-2.12</machine><arch>aarch64</arch>
      <os supported='yes'><loader supported='no'><enum name='secure'><value>yes</value></enum></loader></os>
      <devices><disk supported='yes'><enum name='bus'><value>scsi</value><value/></enum></disk></devices>
    </domainCapabilities>`;
    expect(parseDomainCapabilities(xml)).toEqual({
      path: '/usr/bin/qemu-system-aarch64',
      domainType: 'kvm',
      machine: 'virt-2.12',
      arch: 'aarch64',
      diskDevices: [],
      buses: ['scsi'],
      diskModels: [],
      firmware: [],
      loaderSecure: false,
    });
  });

  it.each([
    ['no XML', 'domainCapabilities'],
    ['another document', '<capabilities/>'],
    ['a DTD', '<!DOCTYPE x><domainCapabilities/>'],
  ])('refuses %s', (_name, xml) => {
    expect(() => parseDomainCapabilities(xml)).toThrow(XmlProblem);
  });
});
