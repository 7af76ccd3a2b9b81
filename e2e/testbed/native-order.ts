/**
 * The boot order that QEMU gets, read from the command line that libvirt would start it with (domxml-to-native), and the devices of a
 * definition under the same keys: neither with any code of Salvor's.
 */
import type { Element } from '@xmldom/xmldom';
import { attributeOf, devicesOf, own } from './definition-tree.ts';

/** Keys of the devices with a bootindex, in its order. A key is a PCI or channel address, or libvirt's alias. */
export function nativeOrder(argv: string): string[] {
  const found: { readonly index: number; readonly key: string }[] = [];
  for (const option of argv.split(/ (?=-[a-z])/)) {
    const text = /^-device '?(.*?)'?$/s.exec(option)?.[1];
    for (const [, drive, index] of option.matchAll(/bootindex([AB])"?[=:](\d+)/g))
      found.push({ index: Number(index), key: `fdc 0 ${drive === 'A' ? '0' : '1'}` });
    if (text === undefined) continue;
    const device = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : pairs(text);
    const index = device['bootindex'];
    if (index !== undefined) found.push({ index: Number(index), key: keyOfNative(device) });
  }
  return found.sort((a, b) => a.index - b.index).map(({ key }) => key);
}

function pairs(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').map((part) => part.split('=') as [string, string]));
}

function keyOfNative(device: Readonly<Record<string, unknown>>): string {
  // From libvirt 11.5 on a usb cdrom is two devices: the bridge that has its name, and the drive behind it that boots.
  const id = String(device['id']).replace(/-device$/, '');
  // An interface has no address here: libvirt makes another of each before it says how QEMU would be started.
  if (id.startsWith('ua-') || /^net\d+$/.test(id)) return id;
  const bus = /^pci(?:e)?\.(\d+)(?:\.0)?$/.exec(String(device['bus']))?.[1];
  if (typeof device['devno'] === 'string') return `ccw ${device['devno']}`;
  const scsi = /^scsi(\d+)-(\d+)(-\d+)?-(\d+)$/.exec(id);
  if (scsi !== null) {
    const [, controller, scsiBus, target = '-0', unit] = scsi;
    return `scsi ${String(controller)}-${String(scsiBus)}${target === '-0' ? '' : target}-${String(unit)}`;
  }
  if (bus === undefined || typeof device['addr'] !== 'string') return id;
  const [slot, part] = device['addr'].split('.').map(Number);
  return `pci ${bus} ${String(slot)} ${String(part ?? 0)}`;
}

/** The same key for a device of a definition in which libvirt has given every device its address. */
export function keyOfDevice(device: Element, place: number): string {
  if (device.localName === 'interface') return `net${String(place)}`;
  const alias = attributeOf(own(device, 'alias')[0], 'name');
  if (alias?.startsWith('ua-') === true && attributeOf(own(device, 'target')[0], 'bus') !== 'fdc') return alias;
  const address = own(device, 'address')[0];
  const part = (name: string) => String(Number(attributeOf(address, name) ?? 0));
  switch (attributeOf(address, 'type')) {
    case 'pci':
      return `pci ${part('bus')} ${part('slot')} ${part('function')}`;
    case 'ccw': {
      const hex = (name: string, width: number) => Number(part(name)).toString(16).padStart(width, '0');
      return `ccw ${hex('cssid', 1)}.${hex('ssid', 1)}.${hex('devno', 4)}`;
    }
    case 'drive':
      return driveKey(device, part);
    default:
      return plainKey(device, place);
  }
}

function driveKey(device: Element, part: (name: string) => string): string {
  if (device.localName === 'hostdev') return 'hostdev';
  switch (attributeOf(own(device, 'target')[0], 'bus')) {
    case 'scsi':
      // lsilogic has no targets: its drives are scsi0-0-3, all others' scsi0-0-0-3.
      return `scsi ${[part('controller'), part('bus'), ...(part('target') === '0' ? [] : [part('target')]), part('unit')].join('-')}`;
    case 'fdc':
      return `fdc ${part('controller')} ${part('unit')}`;
    default:
      return `${String(attributeOf(own(device, 'target')[0], 'bus'))}${part('controller')}-${part('bus')}-${part('unit')}`;
  }
}

function plainKey(device: Element, place: number): string {
  if (device.localName === 'hostdev') return `hostdev${String(place)}`;
  if (device.localName === 'redirdev') return `redir${String(place)}`;
  const letters = /^[a-z]{2}([a-z]+)$/.exec(attributeOf(own(device, 'target')[0], 'dev') ?? '')?.[1] ?? '';
  let index = 0;
  for (const letter of letters) index = index * 26 + letter.charCodeAt(0) - 96;
  return `${attributeOf(own(device, 'target')[0], 'bus') ?? ''}-disk${String(index - 1)}`;
}

/** The key of the n-th device of a kind (a disk by its target), as a plan names the places of its boot order. */
export function deviceKeys(xml: string): {
  readonly byTarget: ReadonlyMap<string, string>;
  readonly byPlace: ReadonlyMap<string, string>;
} {
  const devices = devicesOf(xml);
  const byTarget = new Map<string, string>();
  const byPlace = new Map<string, string>();
  for (const kind of ['disk', 'interface', 'hostdev', 'redirdev'])
    for (const [place, device] of own(devices, kind).entries()) {
      const key = keyOfDevice(device, place);
      byPlace.set(`${kind} ${String(place)}`, key);
      if (kind === 'disk') byTarget.set(attributeOf(own(device, 'target')[0], 'dev') ?? '', key);
    }
  return { byTarget, byPlace };
}
