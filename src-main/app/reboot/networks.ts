/** What is to be known of a network of libvirt's before it is stopped or started for its bridge. */
import { parseXml } from '../../../src-core/domain-xml/document.ts';
import { child, numberAttribute } from '../../../src-core/domain-xml/elements.ts';
import type { VirtualNetwork } from '../../libvirt/port.ts';
import type { Used } from './users.ts';

/** In these modes somebody else makes the bridge; an empty one has libvirt make it. */
const FOREIGN_BRIDGE: readonly string[] = ['bridge', 'private', 'vepa', 'passthrough', 'hostdev'];

export function makesItsBridge({ xml, bridge }: VirtualNetwork): boolean {
  const forward = child(parseXml(xml).documentElement, 'forward');
  return bridge !== null && !FOREIGN_BRIDGE.includes(forward?.getAttribute('mode') ?? '');
}

/** Whose bridge that is: libvirt makes it when the network starts, and takes it away when it stops. */
export function makerOf<T extends VirtualNetwork>(bridge: string, networks: readonly T[]): T | undefined {
  return networks.find((network) => network.bridge === bridge && makesItsBridge(network));
}

/** In both ways guests are on it: through the network, and on its bridge past the network. */
export function waysOnto({ name, bridge }: Pick<VirtualNetwork, 'name' | 'bridge'>): Used[] {
  return [{ kind: 'network', name }, ...(bridge === null ? [] : [{ kind: 'bridge', name: bridge } as const])];
}

/** Interfaces of active guests that libvirt counts on an active network; guests on its bridge past the network are not among them. */
export function connectionsOf({ xml }: VirtualNetwork): number {
  const root = parseXml(xml).documentElement;
  return root === null ? 0 : (numberAttribute(root, 'connections') ?? 0);
}
