/** At least 5,000 generated guest and request pairs on a real libvirt; with SALVOR_LONG=tenth a tenth of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { casesOfRun } from '../../src-core/rescue/plan-runs.test-support.ts';
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

const PAIRS = casesOfRun(5_000);

test(`${String(PAIRS)} pairs`, async () => {
  const counts = await runGenerated(host, casesOfRun(2_600));
  expect(counts.pairs).toBeGreaterThanOrEqual(PAIRS);
  expect(counts.orders).toBeGreaterThan(PAIRS);
  expect(counts.confirmed).toBeGreaterThan(PAIRS / 10);
  expect(counts.unfit).toBeLessThan(counts.guests / 5);
});
