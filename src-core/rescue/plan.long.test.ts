/** The property test at length: 100,000 generated guests and requests. */
import { expect, it } from 'vitest';
import { checkPlans } from './plan-runs.test-support.ts';

it('holds for 100,000 plans', () => {
  const { planned, refused } = checkPlans(100_000);
  expect(planned).toBeGreaterThan(30_000);
  expect(refused).toBeGreaterThan(3_000);
});
