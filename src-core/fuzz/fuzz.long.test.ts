/** Bad input in many cases: the checks of fuzz.test.ts. */
import { expect, it } from 'vitest';
import { seedOfRun } from '../rescue/plan-runs.test-support.ts';
import { runApart } from './measured.test-support.ts';

it.each([
  ['20,000 definitions', 'definitions-run.test-support.ts', 20_000],
  ['5,000 media', 'media-run.test-support.ts', 5000],
  ['5,000 documents of other kinds', 'documents-run.test-support.ts', 5000],
])('answers for %s', async (_what, file, cases) => {
  const { cases: run, failures } = await runApart(file, cases, seedOfRun());
  expect(failures).toEqual([]);
  expect(run).toBe(cases);
});
