/** What management systems say of a domain's disks in its <metadata>. Their elements are read, never changed. */
import type { XmlElement } from './document.ts';
import { attribute, foreignChildren, textOf } from './elements.ts';

export interface ManagerHints {
  /** Of OpenStack Nova's instance; null: it is none. Sizes in bytes, 0: it has no such disk. */
  readonly nova: {
    /** The Glance image its root disk was made from; null: it boots from a volume, or that is not told. */
    readonly rootImage: string | null;
    /** All ephemeral disks together. */
    readonly ephemeral: number;
    readonly swap: number;
  } | null;
  /** oVirt: disks that it wrote for the guest (cloud-init, sysprep), by target, with the label it gave them; null: none. */
  readonly payloads: ReadonlyMap<string, string | null>;
}

const NOVA = /^http:\/\/openstack\.org\/xmlns\/libvirt\/nova\//;
const OVIRT = /^http:\/\/ovirt\.org\/vm\//;
const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** Read the <metadata> of a domain; null: it has none. */
export function managerHints(metadata: XmlElement | null): ManagerHints {
  const all = foreignChildren(metadata);
  const instance = all.find(({ namespaceURI, localName }) => NOVA.test(namespaceURI ?? '') && localName === 'instance');
  const vm = all.find(({ namespaceURI, localName }) => OVIRT.test(namespaceURI ?? '') && localName === 'vm');
  return {
    nova: instance === undefined ? null : novaHints(instance),
    payloads: vm === undefined ? new Map() : payloadsOf(vm),
  };
}

function named(parent: XmlElement | null, name: string): XmlElement[] {
  return foreignChildren(parent).filter(({ localName }) => localName === name);
}

/** Nova's LibvirtConfigGuestMetaNovaInstance: the flavor's ephemeral in GiB, its swap in MiB. */
function novaHints(instance: XmlElement): ManagerHints['nova'] {
  const flavor = named(instance, 'flavor')[0] ?? null;
  const size = (name: string, unit: number) => {
    const text = textOf(named(flavor, name)[0] ?? null) ?? '';
    return /^\d{1,9}$/.test(text) ? Number(text) * unit : 0;
  };
  const root = named(instance, 'root')[0] ?? null;
  return {
    rootImage: attribute(root, 'type') === 'image' ? attribute(root, 'uuid') : null,
    ephemeral: size('ephemeral', GIB),
    swap: size('swap', MIB),
  };
}

/** vdsm's <device devtype='disk' name='hdd'><payload><volId>config-2</volId>…: the name is the target. */
function payloadsOf(vm: XmlElement): Map<string, string | null> {
  const found = new Map<string, string | null>();
  for (const device of named(vm, 'device')) {
    const target = attribute(device, 'name');
    const payload = named(device, 'payload')[0];
    if (target === null || payload === undefined) continue;
    found.set(target, textOf(named(payload, 'volId')[0] ?? null) || null);
  }
  return found;
}
