/** Definitions read with the XML library alone, and libvirt’s rules for their disks written down a second time: what plan-check.test-support.ts looks with. */
import { DOMParser } from '@xmldom/xmldom';
import type { Element, Node } from '@xmldom/xmldom';

const ELEMENT = 1;
const TEXT = 3;
export const SESSION = 'urn:salvor:rescue:1';
/** Devices that can carry a <boot order>. */
export const BOOTABLE = ['disk', 'interface', 'hostdev', 'redirdev'];

export const isElement = (node: Node): node is Element => node.nodeType === ELEMENT;
export const isOwn = (node: Node, name: string): node is Element =>
  isElement(node) && node.localName === name && (node.namespaceURI ?? '') === '';

export function nodes(parent: Node | null | undefined): Node[] {
  const found: Node[] = [];
  for (let node = parent?.firstChild ?? null; node !== null; node = node.nextSibling) found.push(node);
  return found;
}

export function own(parent: Node | null | undefined, name: string): Element[] {
  return nodes(parent).filter((node): node is Element => isOwn(node, name));
}

/** What may differ in a device of the guest's own. Whether <readonly/> and <transient/> are as they should be is looked at by itself. */
export const mayDiffer = (node: Node) => ['boot', 'readonly', 'transient'].some((name) => isOwn(node, name));

export const attribute = (element: Element | undefined, name: string): string | null =>
  element?.getAttribute(name) ?? null;

/** A node as one line: names with namespaces, attributes sorted, comments and instructions kept, blank text left out. */
export function canonical(node: Node, leaveOut: (child: Node) => boolean = () => false): string {
  if (!isElement(node)) {
    const value = node.nodeValue ?? '';
    // A text and a CDATA section that say the same are not the same here: the original stays as it was written.
    return node.nodeType === TEXT && value.trim() === '' ? '' : `[${String(node.nodeType)} ${node.nodeName} ${value}]`;
  }
  const attributes = [...node.attributes].map(
    ({ name, namespaceURI, value }) => `${namespaceURI ?? ''} ${name}=${JSON.stringify(value)}`,
  );
  let text = `<${node.namespaceURI ?? ''} ${node.nodeName} ${attributes.sort().join(' ')}>`;
  for (const child of nodes(node)) if (!leaveOut(child)) text += canonical(child);
  return `${text}</>`;
}

export interface Definition {
  readonly root: Element;
  readonly os: Element | undefined;
  readonly devices: Element | undefined;
  readonly disks: readonly Element[];
}

export function definition(xml: string): Definition {
  const root = new DOMParser({ onError: () => undefined }).parseFromString(xml, 'text/xml').documentElement;
  if (root === null) throw new Error('no root element');
  const devices = own(root, 'devices')[0];
  return { root, os: own(root, 'os')[0], devices, disks: own(devices, 'disk') };
}

export const targetOf = (disk: Element): string => attribute(own(disk, 'target')[0], 'dev') ?? '';
const BUS_OF_PREFIX: Readonly<Record<string, string>> = {
  fd: 'fdc',
  hd: 'ide',
  sd: 'scsi',
  vd: 'virtio',
  xv: 'xen',
  ub: 'uml',
};
export function busOf(disk: Element): string {
  const guess = attribute(disk, 'device') === 'floppy' ? 'fdc' : (BUS_OF_PREFIX[targetOf(disk).slice(0, 2)] ?? 'ide');
  return attribute(own(disk, 'target')[0], 'bus') ?? guess;
}
export const orderOf = (device: Element): number | null => {
  const order = attribute(own(device, 'boot')[0], 'order');
  return order === null ? null : Number(order);
};

/** virDiskNameToIndex. */
function nameIndex(target: string): number {
  const letters = /^(?:fd|hd|vd|sd|xvd|ubd)([a-z]+)/.exec(target)?.[1];
  if (letters === undefined) return -1;
  let index = 0;
  for (const letter of letters) index = index * 26 + letter.charCodeAt(0) - 96;
  return index - 1;
}

/** virDomainDiskInsert, as it is written there. */
export function sorted(disks: readonly Element[]): Element[] {
  const list: Element[] = [];
  for (const disk of disks) {
    let at = -1;
    for (let place = list.length - 1; place >= 0; place -= 1) {
      const other = list[place] as Element;
      if (busOf(other) !== busOf(disk)) continue;
      if (nameIndex(targetOf(other)) > nameIndex(targetOf(disk))) at = place;
      else if (at === -1) at = place + 1;
    }
    list.splice(at === -1 ? list.length : at, 0, disk);
  }
  return list;
}

/** The drive address a disk has, written or derived (virDomainDiskDefAssignAddress), as numbers; null on buses without them. */
export function driveOf(disk: Element): readonly number[] | null {
  const address = own(disk, 'address')[0];
  const number = (name: string) => Number(attribute(address, name) ?? 0);
  if (attribute(address, 'type') === 'drive') return ['controller', 'bus', 'target', 'unit'].map(number);
  const index = nameIndex(targetOf(disk));
  switch (busOf(disk)) {
    case 'ide':
      return [Math.floor(index / 4), Math.floor((index % 4) / 2), 0, index % 2];
    case 'fdc':
      return [Math.floor(index / 2), 0, 0, index % 2];
    case 'sata':
      return [Math.floor(index / 6), 0, 0, index % 6];
    case 'scsi':
      return [Math.floor(index / 7), 0, 0, index % 7];
    default:
      return null;
  }
}

export function later(a: readonly number[], b: readonly number[]): boolean {
  const differs = a.findIndex((part, place) => part !== b[place]);
  return differs !== -1 && (a[differs] ?? 0) > (b[differs] ?? 0);
}
