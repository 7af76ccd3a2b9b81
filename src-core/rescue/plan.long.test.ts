/** The property test at length: so many generated guests and requests that at least 100,000 are planned for, refusals not counted. */
import { expect, it } from 'vitest';
import { checkPlans, seedOfRun } from './plan-runs.test-support.ts';

it('holds for 100,000 plans', () => {
  const seed = seedOfRun();
  let planned = 0;
  let refused = 0;
  // Batch by batch, since what share is planned for changes with what can be asked.
  for (let batch = 0; planned < 100_000; batch += 1) {
    const runs = checkPlans(20_000, seed + batch);
    planned += runs.planned;
    refused += runs.refused;
    expect(runs.planned, 'a fair share').toBeGreaterThan(8_000);
  }
  console.log(`SALVOR_SEED=${String(seed)}: ${String(planned)} planned, ${String(refused)} refused`);
  expect(refused).toBeGreaterThan(10_000);
});
