/** At least 5,000 generated guest and request pairs on a real libvirt. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHypervisor } from '../testbed/hypervisor.ts';
import type { Hypervisor } from '../testbed/hypervisor.ts';
import { prepareHost } from './generated-pairs.ts';
import { runGenerated } from './generated-runs.ts';

let host: Hypervisor;
beforeAll(async () => {
  host = await startHypervisor();
  await prepareHost(host);
});
afterAll(() => host.stop());

test('5,000 pairs', async () => {
  const counts = await runGenerated(host, 2_600);
  expect(counts.pairs).toBeGreaterThanOrEqual(5_000);
  expect(counts.orders).toBeGreaterThan(6_000);
  expect(counts.confirmed).toBeGreaterThan(500);
  expect(counts.unfit).toBeLessThan(counts.guests / 5);
});
