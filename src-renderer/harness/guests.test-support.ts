/** Definitions and media for the renderer's tests and its development harness. */
import type { MediumContent } from '../../src-core/media/recognise.ts';
import type { MediumFacts, MediumSpec } from '../../src-core/rescue/types.ts';

interface GuestParts {
  readonly name: string;
  readonly uuid: string;
  readonly machine: string;
  readonly os?: string;
  readonly disks: string;
  readonly more?: string;
}

function drive(controller: number, unit: number): string {
  return `<address type='drive' controller='${controller}' bus='0' target='0' unit='${unit}'/>`;
}

function pci(bus: number, slot: number): string {
  return `<address type='pci' domain='0x0000' bus='0x${bus.toString(16).padStart(2, '0')}' slot='0x${slot.toString(16).padStart(2, '0')}' function='0x0'/>`;
}

interface DiskParts {
  readonly target: string;
  readonly bus: string;
  readonly source: string | null;
  readonly device?: string;
  readonly format?: string;
  readonly address?: string;
  readonly more?: string;
}

export function disk({
  target,
  bus,
  source,
  device = 'disk',
  format = 'qcow2',
  address = '',
  more = '',
}: DiskParts): string {
  const from = source === null ? '' : `\n      <source file='${source}'/>`;
  return `<disk type='file' device='${device}'>
      <driver name='qemu' type='${format}' cache='none'/>${from}
      <target dev='${target}' bus='${bus}'/>${more === '' ? '' : `\n      ${more}`}
      ${address}
    </disk>`;
}

export function guestXml({ name, uuid, machine, os = "<boot dev='hd'/>", disks, more = '' }: GuestParts): string {
  return `<domain type='kvm'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  <memory unit='KiB'>8388608</memory>
  <currentMemory unit='KiB'>8388608</currentMemory>
  <vcpu placement='static'>4</vcpu>
  <os>
    <type arch='x86_64' machine='${machine}'>hvm</type>
    ${os}
  </os>
  <features>
    <acpi/>
    <apic/>
  </features>
  <cpu mode='host-model' check='partial'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>restart</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    ${disks}
    <controller type='usb' index='0' model='qemu-xhci'>
      ${pci(2, 0)}
    </controller>
    <controller type='sata' index='0'/>
    <interface type='network'>
      <mac address='52:54:00:3c:11:08'/>
      <source network='default'/>
      <model type='virtio'/>
      ${pci(1, 0)}
    </interface>
    <graphics type='vnc' port='-1' autoport='yes' passwd='***'/>
    ${more}
  </devices>
</domain>
`;
}

const UEFI = `<loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.ms.fd</loader>
    <nvram template='/usr/share/OVMF/OVMF_VARS_4M.ms.fd'>/var/lib/libvirt/qemu/nvram/mail-02_VARS.fd</nvram>
    <boot dev='hd'/>`;

const images = '/var/lib/libvirt/images';

export const WEB = guestXml({
  name: 'web-01',
  uuid: '6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a01',
  machine: 'pc-q35-7.2',
  disks: [
    disk({
      target: 'vda',
      bus: 'virtio',
      source: `${images}/web-01.qcow2`,
      address: pci(4, 0),
      more: '<serial>ROOT0001</serial>',
    }),
    disk({
      target: 'vdb',
      bus: 'virtio',
      source: `${images}/web-01-data.qcow2`,
      address: pci(5, 0),
      more: '<serial>DATA0001</serial>',
    }),
    disk({ target: 'vdc', bus: 'virtio', source: `${images}/web-01-logs.raw`, format: 'raw', address: pci(6, 0) }),
    disk({ target: 'vdd', bus: 'virtio', source: `${images}/web-01-swap.raw`, format: 'raw', address: pci(7, 0) }),
    disk({
      target: 'sda',
      bus: 'sata',
      source: null,
      device: 'cdrom',
      format: 'raw',
      address: drive(0, 0),
      more: '<readonly/>',
    }),
  ].join('\n    '),
});

export const MAIL = guestXml({
  name: 'mail-02',
  uuid: '6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a02',
  machine: 'pc-q35-7.2',
  os: UEFI,
  disks: [
    disk({
      target: 'sda',
      bus: 'scsi',
      source: `${images}/mail-02.qcow2`,
      address: drive(0, 0),
      more: '<wwn>5000c50015ea71aa</wwn>',
    }),
    disk({
      target: 'sdb',
      bus: 'scsi',
      source: `${images}/mail-02-spool.qcow2`,
      address: drive(0, 1),
      more: '<shareable/>',
    }),
  ].join('\n    '),
  more: "<controller type='scsi' index='0' model='virtio-scsi'/>\n    <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>",
});

export const LEGACY = guestXml({
  name: 'legacy-erp',
  uuid: '6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a03',
  machine: 'pc-i440fx-7.2',
  disks: [
    disk({ target: 'hda', bus: 'ide', source: `${images}/legacy-erp.img`, format: 'raw', address: drive(0, 0) }),
    disk({
      target: 'hdc',
      bus: 'ide',
      source: null,
      device: 'cdrom',
      format: 'raw',
      address: drive(0, 1),
      more: '<readonly/>',
    }),
  ].join('\n    '),
});

export const STORAGE = guestXml({
  name: 'storage-20-disks',
  uuid: '6b1f0a52-9f0e-4c8b-9d53-0c1b7c1f2a04',
  machine: 'pc-q35-7.2',
  disks: Array.from({ length: 20 }, (_, at) =>
    disk({
      target: `vd${String.fromCharCode(97 + at)}`,
      bus: 'virtio',
      source: `/srv/storage/pool-a/storage-20-disks/volume-${String(at).padStart(2, '0')}.qcow2`,
      address: pci(4 + at, 0),
      more: `<serial>VOL${String(at).padStart(4, '0')}</serial>`,
    }),
  ).join('\n    '),
});

const CONTENT: MediumContent = {
  kind: 'iso9660',
  format: 'raw',
  bios: true,
  uefi: true,
  efiArches: ['x86_64'],
  hybrid: true,
  partitions: 'mbr',
  label: 'SYSRESCUE1201',
  diskId: null,
  backingFile: null,
  dataFile: null,
  encrypted: false,
  virtualSize: null,
};

function fileOf(spec: MediumSpec): string {
  switch (spec.kind) {
    case 'volume':
      return `/srv/iso/${spec.name}`;
    case 'path':
      return spec.path;
    case 'kernel':
      return spec.kernel;
    case 'url':
      return '/srv/iso/from-the-web.iso';
    case 'original':
      return `${images}/base/debian-12.qcow2`;
  }
}

/** What the harness' host finds for a medium: by its name, as an administrator would guess it. */
export function mediumFacts(spec: MediumSpec): MediumFacts {
  const hash = { sha256: 'c0ffee'.repeat(10).padEnd(64, '0'), bytes: 524_288 };
  const file = fileOf(spec);
  const found = !file.includes('missing');
  const isDisk = file.endsWith('.qcow2');
  const biosOnly = file.includes('bios');
  return {
    spec,
    found,
    problem: found ? null : `${file}: no such file`,
    source: found && spec.kind !== 'kernel' ? { type: 'file', file } : null,
    size: found ? 1_100_000_000 : null,
    format: isDisk ? 'qcow2' : 'raw',
    content:
      found && spec.kind !== 'kernel'
        ? {
            ...CONTENT,
            kind: isDisk ? 'image' : 'iso9660',
            hybrid: !isDisk,
            uefi: !biosOnly,
            format: isDisk ? 'qcow2' : 'raw',
            label: isDisk ? null : CONTENT.label,
          }
        : null,
    hash: found ? hash : null,
    modified: null,
    backing: null,
    bootFiles:
      spec.kind === 'kernel'
        ? [{ role: 'kernel', file, size: 9_000_000, hash, content: { kind: 'bzimage', arch: 'x86_64' } }]
        : [],
    kin: null,
    owners: [],
    writers: file.includes('in-use') ? ['build-07'] : [],
    properties: {},
    remembered: null,
    lookedAt: spec.kind === 'original' ? [file] : [],
  };
}
