/** What holds for every plan, whatever the guest and the request (plan-check.test-support.ts); 100,000 pairs in plan.long.test.ts. */
import { describe, expect, it } from 'vitest';
import { diskNameIndex } from '../disks/target-names.ts';
import { checkPlans } from './plan-runs.test-support.ts';

describe('every plan', () => {
  it('changes nothing of the guest’s own but its order, and puts the rescue device first in it and last on its bus', () => {
    const { planned, refused } = checkPlans(3_000);
    // A generator that makes nothing but refusals would prove nothing.
    expect(planned).toBeGreaterThan(900);
    expect(refused).toBeGreaterThan(100);
  });
});

describe('target names', () => {
  it('counts as libvirt does', () => {
    expect(['vda', 'vdz', 'vdaa', 'vdab', 'sdzz', 'vdc1', 'disk', 'vd'].map(diskNameIndex)).toEqual([
      0,
      25,
      26,
      27,
      701,
      2,
      null,
      null,
    ]);
  });
});
