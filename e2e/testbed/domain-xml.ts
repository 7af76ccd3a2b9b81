/** What libvirt says of a domain's disks, read without any code of Salvor's: the tests' own eyes. */
import { DOMParser } from '@xmldom/xmldom';
import type { Element } from '@xmldom/xmldom';

export interface SeenDisk {
  readonly device: string | null;
  readonly bus: string | null;
  /** `type='drive' controller='0' …` as one string, attributes sorted. */
  readonly address: string | null;
  readonly source: string | null;
  readonly bootOrder: string | null;
}

/** The disks of a definition by target. */
export function disksIn(xml: string): Record<string, SeenDisk> {
  const disks: Record<string, SeenDisk> = {};
  for (const disk of elements(devices(xml), 'disk')) {
    const target = element(disk, 'target');
    const address = element(disk, 'address');
    const source = element(disk, 'source');
    disks[target?.getAttribute('dev') ?? '?'] = {
      device: disk.getAttribute('device'),
      bus: target?.getAttribute('bus') ?? null,
      address: address === undefined ? null : attributesOf(address),
      source: source?.getAttribute('file') ?? null,
      bootOrder: element(disk, 'boot')?.getAttribute('order') ?? null,
    };
  }
  return disks;
}

function devices(xml: string): Element {
  const root = new DOMParser().parseFromString(xml, 'text/xml').documentElement;
  const found = root === null ? undefined : element(root, 'devices');
  if (found === undefined) throw new Error('no <devices> in what libvirt said');
  return found;
}

function elements(parent: Element, name: string): Element[] {
  return Array.from(parent.childNodes).filter((node): node is Element => node.nodeName === name);
}

function element(parent: Element, name: string): Element | undefined {
  return elements(parent, name)[0];
}

function attributesOf(of: Element): string {
  return Array.from(of.attributes)
    .map((attribute) => `${attribute.name}=${attribute.value}`)
    .sort()
    .join(' ');
}
