import { expect, test } from 'vitest';
import { sanitized } from './support/package.ts';
import { runProgram } from './support/program.ts';

test.for(['natural', 'exit', 'throw'])('a process ends well, with everything still open (%s)', async (how) => {
  const rounds = sanitized ? 3 : 15;
  for (let round = 0; round < rounds; round++) {
    const outcome = await runProgram('end', [how]);
    expect(outcome).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(outcome.milliseconds).toBeLessThan(sanitized ? 30_000 : 5000);
  }
});

test('several environments in one process, ended while they work', { timeout: 180_000 }, async () => {
  expect(await runProgram('worker-threads')).toMatchObject({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
});
