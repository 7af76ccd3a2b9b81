/** The property test at length: so many generated guests and requests that at least 100,000 are planned for, refusals not counted. */
import { expect, it } from 'vitest';
import { checkPlans } from './plan-runs.test-support.ts';

it('holds for 100,000 plans', () => {
  const { planned, refused } = checkPlans(170_000);
  expect(planned).toBeGreaterThanOrEqual(100_000);
  expect(refused).toBeGreaterThan(10_000);
});
