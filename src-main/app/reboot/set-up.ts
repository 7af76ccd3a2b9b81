/**
 * Setting up what a domain depends on. Each may be done again and again: what is as it should be already is left alone, and what a call
 * really did is looked for, not believed.
 */
import { isUuid } from '../../../src-core/reboot/actions.ts';
import { ofGroup } from '../../../src-core/reboot/groups.ts';
import { secretXml } from '../../../src-core/reboot/secrets.ts';
import type { PlannedDependency } from '../../../src-core/reboot/types.ts';
import { nodeDeviceOf } from '../../../src-core/reboot/virsh.ts';
import { isUnanswered } from '../errors.ts';
import { withFinder } from '../volume-finder.ts';
import { missing, remark, secretNeeded, secretProblem } from './begun.ts';
import type { StoragePool, VirtualNetwork } from '../../libvirt/port.ts';
import type { Begun } from './begun.ts';
import { connectionsOf, makerOf, waysOnto } from './networks.ts';
import { activeUsers } from './users.ts';

/** Throws dependency-missing, or what the connection fails with. */
export async function setUpPools(begun: Begun): Promise<void> {
  const group = ofGroup(begun.plan.dependencies, 'pools');
  for (const { name, action } of group) {
    if (action === 'start-pool') await startPool(begun, name, null);
    if (action === 'refresh-pool') await refreshPool(begun, name);
  }
  // Only now is what they list what is there.
  const checked = group.filter(({ action }) => action === 'check');
  for (const each of checked) await (each.kind === 'image' ? findImage(begun, each) : findVolume(begun, each));
}

/** A failed refresh turns a pool off: then it is started, which reads it anew. One without a definition would be gone. */
async function refreshPool(begun: Begun, name: string): Promise<void> {
  if (!(await poolOf(begun, name)).persistent)
    throw missing(
      begun,
      `the pool ${name} does not list what is there, and has no definition: it is not refreshed, since it would be gone should that fail`,
    );
  const failure = await failureOf(begun.hypervisor.refreshPool(name));
  await startPool(begun, name, failure);
}

/** `before`: why it may be off. */
async function startPool(begun: Begun, name: string, before: unknown): Promise<void> {
  const { hypervisor } = begun;
  if (await isActive(begun, name)) {
    if (before === null) return;
    throw missing(begun, `the pool ${name} could not be refreshed`, before);
  }
  const failure = await failureOf(hypervisor.startPool(name));
  if (failure === null || (await isActive(begun, name))) {
    if (before !== null)
      await remark(begun, 'pools', `The pool ${name} went off when it was refreshed, and was started.`);
    return;
  }
  const its = begun.plan.dependencies.filter(({ users }) => users.includes(`pool ${name}`));
  const ofSecret = secretProblem(begun, failure, its);
  const off = before === null ? '' : ' again after a refresh had turned it off: it is off now, for all guests';
  if (ofSecret === null) throw missing(begun, `the pool ${name} could not be started${off}`, failure);
  if (off !== '') await remark(begun, 'pools', `The pool ${name} could not be started${off}.`);
  throw ofSecret;
}

async function isActive(begun: Begun, name: string): Promise<boolean> {
  return (await poolOf(begun, name)).active;
}

async function poolOf(begun: Begun, name: string): Promise<StoragePool> {
  const pool = (await begun.hypervisor.listPools()).find((one) => one.name === name);
  if (pool === undefined) throw missing(begun, `there is no pool ${name}`);
  return pool;
}

async function findImage(begun: Begun, { name }: PlannedDependency): Promise<void> {
  const { problem } = await withFinder(begun.hypervisor, (finder) => finder.find(name, 0));
  if (problem !== null) throw missing(begun, `the image ${name} cannot be opened (${problem})`);
}

async function findVolume(begun: Begun, { name, of }: PlannedDependency): Promise<void> {
  const pool = of ?? '';
  const where = { pool, name: name.slice(pool.length + 1) };
  const look = () => begun.hypervisor.examineVolume(where, 0);
  if ((await look()) !== null) return;
  // Somebody else may have started the pool, before the volume was there.
  await refreshPool(begun, pool);
  if ((await look()) === null) throw missing(begun, `the pool ${pool} has no volume ${where.name}`);
}

/** A lost secret is defined again under the UUID that the definition knows it by, and given its value. */
export async function setUpSecrets(begun: Begun): Promise<void> {
  const { hypervisor, order } = begun;
  for (const secret of ofGroup(begun.plan.dependencies, 'secrets')) {
    if (secret.action !== 'define-secret' && secret.action !== 'set-secret') continue;
    const value = order.secrets.get(secret.name);
    if (value === undefined) throw secretNeeded(begun, secret.name, secret);
    if (secret.action === 'define-secret') await defineSecret(begun, secret);
    const failure = await failureOf(hypervisor.setSecretValue(secret.name, value));
    if (failure !== null) throw missing(begun, `the secret ${secret.name} could not be given its value`, failure);
  }
}

async function defineSecret(begun: Begun, { name, of }: PlannedDependency): Promise<void> {
  const { hypervisor } = begun;
  const isThere = async () => isUuid(name) && (await hypervisor.secretXml(name)) !== null;
  if (await isThere()) return;
  const failure = await failureOf(hypervisor.defineSecret(secretXml(name, of)));
  if (failure === null || (await isThere())) return;
  // libvirt knows each use once. Another secret may have it; this one is found by its UUID in any case.
  const again = await failureOf(hypervisor.defineSecret(secretXml(name, of === null ? null : `${of} ${name}`)));
  if (again !== null) throw missing(begun, `the secret ${name} could not be defined`, again);
}

export async function setUpNetworks(begun: Begun): Promise<void> {
  const restarted = new Set<string>();
  for (const { kind, name, of, action } of ofGroup(begun.plan.dependencies, 'networks')) {
    const network = kind === 'bridge' ? (of ?? '') : name;
    if (action === 'start-network') await startNetwork(begun, network);
    if (action !== 'restart-network' || restarted.has(network)) continue;
    // A guest may be on it in both ways.
    restarted.add(network);
    await restartNetwork(begun, network);
  }
}

async function networkOf({ hypervisor }: Begun, name: string): Promise<VirtualNetwork | undefined> {
  return (await hypervisor.listNetworks()).find((one) => one.name === name);
}

async function startNetwork(begun: Begun, name: string): Promise<void> {
  const { hypervisor } = begun;
  const active = async () => (await networkOf(begun, name))?.active;
  const before = await active();
  if (before === undefined) throw missing(begun, `there is no network ${name}`);
  if (before) return;
  const failure = await failureOf(hypervisor.startNetwork(name));
  if (failure !== null && (await active()) !== true)
    throw missing(begun, `the network ${name} could not be started`, failure);
}

/** Never under guests that run: their interfaces would hang loose until they are started anew. Nor one that nothing would be left of. */
async function restartNetwork(begun: Begun, name: string): Promise<void> {
  const { hypervisor } = begun;
  const obstacle = await whyNotStopped(begun, name);
  if (obstacle !== null) throw missing(begun, `the bridge of the network ${name} is gone, and ${obstacle}`);
  const failure = await failureOf(hypervisor.stopNetwork(name));
  if (failure !== null && (await networkOf(begun, name))?.active === true)
    throw missing(begun, `the network ${name} could not be stopped, to make its bridge anew`, failure);
  await startNetwork(begun, name);
}

/** The guest itself is off by then: whoever is on the network is another one. null: it may be stopped. */
async function whyNotStopped(begun: Begun, name: string): Promise<string | null> {
  const network = await networkOf(begun, name);
  if (network === undefined) return 'so is the network';
  if (!network.persistent) return 'the network has no definition: nothing would be left of it if it were stopped';
  const ways = waysOnto(network);
  const users = await activeUsers(begun.hypervisor, begun.domain.uuid, ways);
  const others = users.of(ways);
  if (others.length > 0) return `the network cannot be stopped and started under ${others.join(', ')}`;
  if (!users.complete) return 'whether other guests use the network cannot be told, so that it is not stopped';
  const connections = connectionsOf(network);
  if (connections === 0) return null;
  return `libvirt counts ${String(connections)} of other guests’ interfaces on the network, so that it is not stopped`;
}

/** libvirt takes a network for active whose bridge somebody has deleted, and only a start tells. true: it was made anew. */
export async function restoreBridge(begun: Begun, bridge: string): Promise<boolean> {
  const network = makerOf(bridge, await begun.hypervisor.listNetworks());
  if (network?.active !== true) return false;
  await restartNetwork(begun, network.name);
  await remark(
    begun,
    'start',
    `The bridge ${bridge} of the network ${network.name} was gone: the network was stopped and started.`,
  );
  return true;
}

export async function setUpDevices(begun: Begun): Promise<void> {
  const { hypervisor } = begun;
  for (const { name, action } of ofGroup(begun.plan.dependencies, 'devices')) {
    if (action !== 'create-device') continue;
    const device = nodeDeviceOf(name);
    const failure = await failureOf(hypervisor.startNodeDevice(device));
    if (failure === null) continue;
    const active = (await hypervisor.nodeDevice(device))?.active;
    if (active !== true) throw missing(begun, `the mediated device ${name} could not be started`, failure);
  }
}

/** What a call failed with, or null. An answer that never came is no failure of the thing itself: it goes on to be thrown. */
async function failureOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return null;
  } catch (error) {
    if (isUnanswered(error)) throw error;
    return error;
  }
}
