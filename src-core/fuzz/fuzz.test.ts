/** Bad input in few cases; fuzz.long.test.ts has the many. */
import { describe, expect, it } from 'vitest';
import { seedOfRun } from '../rescue/plan-runs.test-support.ts';
import { runApart } from './measured.test-support.ts';

describe('bad input is answered, in time and in little memory', () => {
  it('definitions: a plan or a coded refusal', async () => {
    const { answers, failures } = await runApart('definitions-run.test-support.ts', 1500, seedOfRun());
    expect(failures).toEqual([]);
    expect(answers['plan'] ?? 0).toBeGreaterThan(150);
  });

  it('media: what they are', async () => {
    const { failures } = await runApart('media-run.test-support.ts', 600, seedOfRun());
    expect(failures).toEqual([]);
  });

  it('image properties and domain capabilities: what they say, or what is wrong', async () => {
    const { answers, failures } = await runApart('documents-run.test-support.ts', 300, seedOfRun());
    expect(failures).toEqual([]);
    expect(answers['properties'] ?? 0).toBeGreaterThan(20);
    expect(answers['capabilities'] ?? 0).toBeGreaterThan(20);
  });
});
