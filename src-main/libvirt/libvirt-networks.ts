/** The virtual networks of the port. */
import type { Network } from 'node-libvirt';
import * as vir from 'node-libvirt/constants';
import { child } from '../../src-core/domain-xml/elements.ts';
import { parseXml } from '../../src-core/domain-xml/document.ts';
import { callQuietly, unsupported } from './error-mapping.ts';
import { SLOW, orNull } from './link.ts';
import type { Link } from './link.ts';
import type { Hypervisor, VirtualNetwork } from './port.ts';

type NetworkMethods = Pick<Hypervisor, 'listNetworks' | 'startNetwork' | 'stopNetwork'>;

export function networkMethods(link: Link): NetworkMethods {
  const onNetwork = (name: string, call: (network: Network) => Promise<void>): Promise<void> =>
    link.guard(name, async () => {
      const network = await link.connection.lookupNetworkByName(name);
      await call(network).finally(() => network.dispose());
    });
  return {
    listNetworks: () => link.guard('', () => listNetworks(link)),
    startNetwork: (name) => onNetwork(name, (network) => network.create(SLOW)),
    stopNetwork: (name) => onNetwork(name, (network) => network.destroy(SLOW)),
  };
}

/** Drivers without networks have none. One that goes away meanwhile is not listed. */
async function listNetworks({ connection }: Link): Promise<VirtualNetwork[]> {
  const all = (await orNull(unsupported, connection.listAllNetworks())) ?? [];
  if (all.length === 0) return [];
  const [active, persistent] = await Promise.all([
    connection.listAllNetworks(vir.VIR_CONNECT_LIST_NETWORKS_ACTIVE).then(namesOf),
    connection.listAllNetworks(vir.VIR_CONNECT_LIST_NETWORKS_PERSISTENT).then(namesOf),
  ]);
  const described = await Promise.all(
    all.map(async (network) => {
      const xml = await callQuietly(network.xmlDesc()).finally(() => network.dispose());
      return xml === null ? null : describe(network.name, xml, active, persistent);
    }),
  );
  return described.filter((network) => network !== null);
}

function namesOf(networks: readonly Network[]): Set<string> {
  return new Set(
    networks.map((network) => {
      network.dispose();
      return network.name;
    }),
  );
}

/** The bridge stands in the XML of every network that has one: virNetworkGetBridgeName reads the same. */
function describe(name: string, xml: string, active: Set<string>, persistent: Set<string>): VirtualNetwork {
  const bridge = child(parseXml(xml).documentElement, 'bridge')?.getAttribute('name') ?? '';
  return {
    name,
    active: active.has(name),
    persistent: persistent.has(name),
    bridge: bridge === '' ? null : bridge,
    xml,
  };
}
