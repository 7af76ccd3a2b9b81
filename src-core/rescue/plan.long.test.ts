/** The property test at length: so many generated guests and requests that at least 100,000 are planned for, refusals not counted. */
import { expect, it } from 'vitest';
import { casesOfRun, checkPlans, seedOfRun } from './plan-runs.test-support.ts';

const PLANS = casesOfRun(100_000);
const BATCH = PLANS / 5;

it(`holds for ${String(PLANS)} plans`, () => {
  const seed = seedOfRun();
  let planned = 0;
  let refused = 0;
  // Batch by batch, since what share is planned for changes with what can be asked.
  for (let batch = 0; planned < PLANS; batch += 1) {
    const runs = checkPlans(BATCH, seed + batch);
    planned += runs.planned;
    refused += runs.refused;
    expect(runs.planned, 'a fair share').toBeGreaterThan(0.4 * BATCH);
  }
  console.log(`SALVOR_SEED=${String(seed)}: ${String(planned)} planned, ${String(refused)} refused`);
  expect(refused).toBeGreaterThan(PLANS / 10);
});
