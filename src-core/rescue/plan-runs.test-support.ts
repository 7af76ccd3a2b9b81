/** Plan for generated guests and requests, and check each plan. */
import fc from 'fast-check';
import { domainArbitrary } from './domain-arbitrary.test-support.ts';
import { planProblems } from './plan-check.test-support.ts';
import { planRescue } from './plan.ts';
import { factsArbitrary, generatedInputs, requestArbitrary } from './request-arbitrary.test-support.ts';

/** SALVOR_SEED repeats a run; else every run is another one. */
export function seedOfRun(): number {
  const given = Number(process.env['SALVOR_SEED'] ?? Number.NaN);
  return Number.isSafeInteger(given) ? given : Date.now() % 2 ** 31;
}

export interface Runs {
  readonly planned: number;
  readonly refused: number;
  readonly codes: ReadonlyMap<string, number>;
}

/** Throws with the smallest counterexample and its seed. One plan in sixteen is made twice: planning is deterministic. */
export function checkPlans(pairs: number, seed = seedOfRun()): Runs {
  const codes = new Map<string, number>();
  let planned = 0;
  let refused = 0;
  const began = performance.now();
  fc.assert(
    fc.property(domainArbitrary({ noise: true }), requestArbitrary, factsArbitrary, ({ xml }, request, facts) => {
      const inputs = generatedInputs(xml, request, facts);
      const plan = planRescue(inputs);
      const problems = planProblems(inputs, plan);
      if (problems.length > 0) throw new Error(`${problems.join('\n')}\n${xml}\n${plan.rescueXml ?? ''}`);
      if ((planned + refused) % 16 === 0 && JSON.stringify(planRescue(inputs)) !== JSON.stringify(plan))
        throw new Error('the same inputs gave another plan');
      if (plan.refusals.length > 0) refused += 1;
      else planned += 1;
      for (const code of new Set(plan.refusals.map((refusal) => refusal.code)))
        codes.set(code, (codes.get(code) ?? 0) + 1);
    }),
    { numRuns: pairs, seed },
  );
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const list = [...codes].sort((a, b) => b[1] - a[1]).map(([code, count]) => `${code} ${count}`);
  console.log(
    `${pairs} plans in ${seconds} s, SALVOR_SEED=${seed}: ${planned} planned, ${refused} refused (${list.join(', ')})`,
  );
  return { planned, refused, codes };
}
