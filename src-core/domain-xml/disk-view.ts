import type { DiskAddress, DiskView, SecretReference } from '../disks/types.ts';
import type { XmlElement } from './document.ts';
import { attribute, child, childText, children, numberAttribute } from './elements.ts';

/** libvirt's bus where <target> names none, guessed from the name as libvirt does (virDomainDiskDefParseXML). */
const BUS_BY_PREFIX: readonly (readonly [string, string])[] = [
  ['fd', 'fdc'],
  ['hd', 'ide'],
  ['sd', 'scsi'],
  ['vd', 'virtio'],
  ['xvd', 'xen'],
  ['ubd', 'uml'],
];

/** Read one <disk>. `index` is its place among the <disk> elements. */
export function readDisk(disk: XmlElement, index: number): DiskView {
  const target = child(disk, 'target');
  const driver = child(disk, 'driver');
  const targetName = attribute(target, 'dev') ?? '';
  const device = attribute(disk, 'device') ?? 'disk';
  const sourceType = attribute(disk, 'type') ?? 'file';
  const source = child(disk, 'source');
  return {
    index,
    device,
    sourceType,
    source: diskSourceName(sourceType, source),
    target: targetName,
    bus: attribute(target, 'bus') ?? (device === 'floppy' ? 'fdc' : guessBus(targetName)),
    format: attribute(driver, 'type'),
    cache: attribute(driver, 'cache'),
    serial: childText(disk, 'serial'),
    wwn: childText(disk, 'wwn'),
    alias: attribute(child(disk, 'alias'), 'name'),
    readonly: device === 'cdrom' || child(disk, 'readonly') !== null,
    shareable: child(disk, 'shareable') !== null,
    transient: child(disk, 'transient') !== null,
    secrets: [...secretsOf(disk), ...secretsOf(source)],
    encrypted: child(disk, 'encryption') !== null || child(source, 'encryption') !== null,
    bootOrder: numberAttribute(child(disk, 'boot'), 'order'),
    address: readAddress(child(disk, 'address')),
    backingChain: backingChain(disk),
  };
}

function guessBus(target: string): string {
  return BUS_BY_PREFIX.find(([prefix]) => target.startsWith(prefix))?.[1] ?? 'ide';
}

/** One line that names a source: a path, pool/volume, protocol:name@host, a PCI address; null for an empty drive. */
export function diskSourceName(type: string, source: XmlElement | null): string | null {
  if (source === null) return null;
  switch (type) {
    case 'file':
      return attribute(source, 'file');
    case 'block':
      return attribute(source, 'dev');
    case 'dir':
      return attribute(source, 'dir');
    case 'volume':
      return `${attribute(source, 'pool') ?? '?'}/${attribute(source, 'volume') ?? '?'}`;
    case 'network': {
      const hosts = children(source, 'host').map((host) => attribute(host, 'name') ?? attribute(host, 'socket') ?? '?');
      const name = `${attribute(source, 'protocol') ?? '?'}:${attribute(source, 'name') ?? ''}`;
      return hosts.length === 0 ? name : `${name}@${hosts.join(',')}`;
    }
    case 'nvme': {
      const address = readAddress(child(source, 'address'));
      return `nvme:${address === null ? '?' : formatAddress(address)}:${attribute(source, 'namespace') ?? '?'}`;
    }
    default:
      return attribute(source, 'path') ?? attribute(source, 'dev') ?? attribute(source, 'file');
  }
}

function secretsOf(parent: XmlElement | null): SecretReference[] {
  const found: SecretReference[] = [];
  for (const purpose of ['encryption', 'auth'] as const) {
    for (const secret of children(child(parent, purpose), 'secret')) {
      found.push({ uuid: attribute(secret, 'uuid'), usage: attribute(secret, 'usage'), purpose });
    }
  }
  return found;
}

function backingChain(disk: XmlElement): string[] {
  const chain: string[] = [];
  for (let layer = child(disk, 'backingStore'); layer !== null; layer = child(layer, 'backingStore')) {
    const name = diskSourceName(attribute(layer, 'type') ?? 'file', child(layer, 'source'));
    if (name === null) break;
    chain.push(name);
  }
  return chain;
}

/** An <address> element as data; null without one. */
export function readAddress(element: XmlElement | null): DiskAddress | null {
  const type = attribute(element, 'type');
  if (element === null || type === null) return null;
  const number = (name: string) => numberAttribute(element, name) ?? 0;
  switch (type) {
    case 'drive':
      return {
        type,
        controller: number('controller'),
        bus: number('bus'),
        target: number('target'),
        unit: number('unit'),
      };
    case 'pci':
      // <address type='pci'/> without parts asks libvirt to choose one.
      if (!element.hasAttribute('slot') && !element.hasAttribute('bus')) return null;
      return { type, domain: number('domain'), bus: number('bus'), slot: number('slot'), function: number('function') };
    case 'usb':
      return { type, bus: number('bus'), port: attribute(element, 'port') ?? '' };
    case 'ccw':
      // Without parts it asks libvirt to choose them.
      if (!element.hasAttribute('devno')) return null;
      return { type, cssid: number('cssid'), ssid: number('ssid'), devno: number('devno') };
    default: {
      const parts: string[] = [];
      for (const { name, value } of element.attributes) if (name !== 'type') parts.push(`${name}=${value}`);
      return { type: 'other', text: [type, ...parts].join(' ') };
    }
  }
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

/** `0000:04:00.0`, `drive 0:0:0:3`, `usb 0:1`: one line for tables. */
export function formatAddress(address: DiskAddress): string {
  switch (address.type) {
    case 'pci':
      return `${hex(address.domain, 4)}:${hex(address.bus, 2)}:${hex(address.slot, 2)}.${address.function.toString(16)}`;
    case 'drive':
      return `drive ${address.controller}:${address.bus}:${address.target}:${address.unit}`;
    case 'usb':
      return `usb ${address.bus}:${address.port}`;
    case 'ccw':
      return `ccw ${hex(address.cssid, 2)}.${address.ssid}.${hex(address.devno, 4)}`;
    case 'other':
      return address.text;
  }
}
