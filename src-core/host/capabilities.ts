/** What virConnectGetCapabilities tells of a host, as far as a migration depends on it. */
import { XmlProblem, parseXml } from '../domain-xml/document.ts';
import { attribute, child, childText, children, textOf } from '../domain-xml/elements.ts';
import { without } from './without.ts';

export interface HostCapabilities {
  /** Of the host: two daemons that have the same one are the same host to libvirt. null: not told. */
  readonly uuid: string | null;
  /** Machine types of the architecture that was asked for, aliases among them (`pc`, `q35`). Empty: it tells none for it. */
  readonly machines: readonly string[];
}

/**
 * Parse what virConnectGetCapabilities answers, of machine types those of one architecture. Throws XmlProblem where the text is no XML, or
 * something else.
 */
export function parseCapabilities(xml: string, arch: string): HostCapabilities {
  const root = parseXml(narrowed(xml, arch)).documentElement;
  if (root === null || root.localName !== 'capabilities')
    throw new XmlProblem('xml-malformed', {
      problem: `the root element is <${root?.nodeName ?? ''}>, not <capabilities>`,
    });
  const machines = children(root, 'guest')
    .map((guest) => child(guest, 'arch'))
    .filter((each) => attribute(each, 'name') === arch)
    // Those of another virt type (kvm) stand below it where they differ.
    .flatMap((each) => [each, ...children(each, 'domain')].flatMap((holder) => children(holder, 'machine')))
    .map((machine) => textOf(machine) ?? '');
  return { uuid: childText(child(root, 'host'), 'uuid'), machines: machines.filter((text) => text !== '') };
}

/** Does the host know that machine type of the architecture that was asked for? null: it does not tell. */
export function knowsMachine({ machines }: HostCapabilities, machine: string): boolean | null {
  return machines.length === 0 ? null : machines.includes(machine);
}

/** Without most of what is not read: a host with all of QEMU's emulators tells 40 kB. */
function narrowed(xml: string, arch: string): string {
  const ofArch = (guest: string) => guest.includes(`<arch name='${arch}'>`) || guest.includes(`<arch name="${arch}">`);
  return without(without(without(xml, 'cpu'), 'topology'), 'guest', ofArch);
}
