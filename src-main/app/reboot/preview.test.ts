/** What is found of a host before a hard reboot, where questions stay without an answer. */
import { describe, expect, test } from 'vitest';
import { UUID } from '../fake-hypervisor.test-support.ts';
import { previewReboot } from './preview.ts';
import { FORCED, MDEV_DEVICE, needyHost, reboot } from './reboot.test-support.ts';

describe('questions that nobody answers', () => {
  const never = () => new Promise<never>(() => undefined);
  test('a pool that hangs is found as such, and holds up nothing else', async () => {
    const host = needyHost();
    const pool = host.pools.get('images');
    if (pool !== undefined) host.pools.set('images', { ...pool, xml: null });
    host.before.listVolumeNames = never;
    const { plan } = await previewReboot(host.hypervisor, UUID, FORCED, []);
    expect(plan.dependencies.filter(({ state }) => state !== 'ready').map(({ kind, state }) => [kind, state])).toEqual([
      ['pool', 'unreachable'],
      ['volume', 'not-checked'],
    ]);
  });

  test('a monitor that does not answer', { timeout: 10_000 }, async () => {
    const host = needyHost();
    host.before.blockJobs = never;
    const { inputs } = await previewReboot(host.hypervisor, UUID, FORCED, []);
    expect(inputs.control).toBe('occupied');
    host.before.blockJobs = () => Promise.reject(new Error('asked again'));
    host.moves.control = 'occupied';
    await reboot(host);
    expect(host.state).toBe('running');
  });

  test('a device that the host does not know, or has no word for', async () => {
    const host = needyHost();
    host.moves.nodeDevices.delete(MDEV_DEVICE);
    const state = async () =>
      (await previewReboot(host.hypervisor, UUID, FORCED, [])).plan.dependencies.find(
        ({ kind }) => kind === 'mediated-device',
      )?.state;
    expect(await state()).toBe('not-checked');
    host.moves.nodeDevices.clear();
    expect(await state()).toBe('not-checked');
  });

  test('an image that a pool holds is told with it', async () => {
    const host = needyHost();
    const { plan } = await previewReboot(host.hypervisor, UUID, FORCED, []);
    const image = plan.dependencies.find(({ name }) => name === '/images/root.img');
    expect(image).toMatchObject({ kind: 'image', of: 'images', state: 'ready' });
  });

  test('a pool that somebody looks through meanwhile holds nothing: two previews at a time are of one plan', async () => {
    const { hypervisor } = needyHost();
    const alone = await previewReboot(hypervisor, UUID, FORCED, []);
    const listPools = async () => {
      const pools = await hypervisor.listPools();
      return [...pools.map((pool) => ({ ...pool, name: 'salvor-0123456789abcdef', persistent: false })), ...pools];
    };
    const besides = await previewReboot({ ...hypervisor, listPools }, UUID, FORCED, []);
    expect(besides.plan.fingerprint).toEqual(alone.plan.fingerprint);
  });
});
