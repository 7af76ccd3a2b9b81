/** What virConnectGetCapabilities tells of a host, as far as a migration depends on it. */
import { XmlProblem, parseXml } from '../domain-xml/document.ts';
import { attribute, child, childText, children, textOf } from '../domain-xml/elements.ts';

export interface HostCapabilities {
  /** Of the host: two daemons that have the same one are the same host to libvirt. null: not told. */
  readonly uuid: string | null;
  /** Machine types by architecture, aliases among them (`pc`, `q35`). */
  readonly machines: ReadonlyMap<string, readonly string[]>;
}

/** Parse what virConnectGetCapabilities answers. Throws XmlProblem where the text is no XML, or something else. */
export function parseCapabilities(xml: string): HostCapabilities {
  const root = parseXml(xml).documentElement;
  if (root === null || root.localName !== 'capabilities')
    throw new XmlProblem('xml-malformed', {
      problem: `the root element is <${root?.nodeName ?? ''}>, not <capabilities>`,
    });
  const machines = new Map<string, string[]>();
  for (const guest of children(root, 'guest')) {
    const arch = child(guest, 'arch');
    const name = attribute(arch, 'name') ?? '';
    // Those of another virt type (kvm) stand below it where they differ.
    const listed = [arch, ...children(arch, 'domain')].flatMap((each) => children(each, 'machine'));
    const known = machines.get(name) ?? [];
    machines.set(name, [...known, ...listed.map((machine) => textOf(machine) ?? '').filter((text) => text !== '')]);
  }
  return { uuid: childText(child(root, 'host'), 'uuid'), machines };
}

/** Does the host know that machine type? null: it does not tell machines for the architecture. */
export function knowsMachine({ machines }: HostCapabilities, arch: string, machine: string): boolean | null {
  const known = machines.get(arch) ?? [];
  return known.length === 0 ? null : known.includes(machine);
}
