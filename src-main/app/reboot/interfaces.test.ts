/** What the host's own list of network interfaces tells of networks and bridges. */
import { expect, test } from 'vitest';
import type { Hypervisor } from '../../libvirt/port.ts';
import { UUID } from '../fake-hypervisor.test-support.ts';
import { SCRATCH_POOL } from '../volume-finder.ts';
import { previewReboot } from './preview.ts';
import { FORCED, needyHost } from './reboot.test-support.ts';

/** What is found of the network `lan`, whose bridge is virbr7, on a host with those interfaces. */
async function lan(interfaces: readonly string[], networkXml = '<network/>') {
  const host = needyHost();
  const network = { name: 'lan', active: true, persistent: true, bridge: 'virbr7', xml: networkXml };
  host.moves.networks.set('lan', network);
  const hypervisor: Hypervisor = {
    ...host.hypervisor,
    listVolumeNames: (pool) =>
      SCRATCH_POOL.test(pool) ? Promise.resolve(interfaces) : host.hypervisor.listVolumeNames(pool),
  };
  const { plan } = await previewReboot(hypervisor, UUID, FORCED, []);
  const found = plan.dependencies.find(({ kind, name }) => kind === 'network' && name === 'lan');
  return { state: found?.state, action: found?.action };
}

test.each([
  ['its bridge is there', ['lo', 'virbr7'], '<network/>', 'ready', 'none'],
  ['its bridge is gone', ['lo', 'eth0'], '<network/>', 'stale', 'restart-network'],
  ['a routed one, too', ['lo'], "<network><forward mode='route'/></network>", 'stale', 'restart-network'],
  ['a bridge that somebody else makes', ['lo'], "<network><forward mode='bridge'/></network>", 'ready', 'none'],
  ['a list that cannot be one', [], '<network/>', 'ready', 'none'],
] as const)('%s', async (_what, interfaces, xml, state, action) => {
  expect(await lan(interfaces, xml)).toEqual({ state, action });
});
