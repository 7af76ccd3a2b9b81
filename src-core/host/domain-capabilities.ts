import { XmlProblem, parseXml } from '../domain-xml/document.ts';
import type { XmlElement } from '../domain-xml/document.ts';
import { attribute, child, childText, children, textOf } from '../domain-xml/elements.ts';
import { without } from './without.ts';

/** What a host can do for one emulator, architecture, machine and virt type, parsed from virConnectGetDomainCapabilities. */
export interface DomainCapabilities {
  readonly path: string;
  readonly domainType: string;
  readonly machine: string;
  readonly arch: string;
  /** Values of <disk><enum name='diskDevice'>: disk, cdrom, floppy, lun. Empty: not told. */
  readonly diskDevices: readonly string[];
  /** Values of <disk><enum name='bus'>. Empty: not told. */
  readonly buses: readonly string[];
  /** Values of <disk><enum name='model'>. */
  readonly diskModels: readonly string[];
  /** Values of <os><enum name='firmware'>: bios, efi. */
  readonly firmware: readonly string[];
  readonly loaderSecure: boolean;
}

/** Values of <enum name='…'> below an element that is not marked supported='no'. Enums are independent of each other. */
function enumValues(parent: XmlElement | null, name: string): string[] {
  if (attribute(parent, 'supported') === 'no') return [];
  const found = children(parent, 'enum').find((element) => attribute(element, 'name') === name) ?? null;
  return children(found, 'value')
    .map((value) => textOf(value) ?? '')
    .filter((value) => value !== '');
}

/**
 * Parse what virConnectGetDomainCapabilities answers (libvirt, formatdomaincaps). Elements that are not there (older libvirt) give
 * empty lists. Throws XmlProblem where the text is no XML, or something else than domain capabilities.
 */
export function parseDomainCapabilities(xml: string): DomainCapabilities {
  // Models of CPUs are the most of it, and nothing here depends on them.
  const root = parseXml(without(xml, 'cpu')).documentElement;
  if (root === null || root.localName !== 'domainCapabilities') {
    throw new XmlProblem('xml-malformed', {
      problem: `the root element is <${root?.nodeName ?? ''}>, not <domainCapabilities>`,
    });
  }
  const os = child(root, 'os');
  const disk = child(child(root, 'devices'), 'disk');
  return {
    path: childText(root, 'path') ?? '',
    domainType: childText(root, 'domain') ?? '',
    machine: childText(root, 'machine') ?? '',
    arch: childText(root, 'arch') ?? '',
    diskDevices: enumValues(disk, 'diskDevice'),
    buses: enumValues(disk, 'bus'),
    diskModels: enumValues(disk, 'model'),
    firmware: enumValues(os, 'firmware'),
    loaderSecure: enumValues(child(os, 'loader'), 'secure').includes('yes'),
  };
}
