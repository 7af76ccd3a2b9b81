/** `npm run bench`: sets up what the benchmarks need and runs them with the fitting Node. */
import { spawnSync } from 'node:child_process';
import { root } from './lib/paths.mjs';
import { runMain } from './lib/problem.mjs';
import { setUp } from './lib/set-up.mjs';

await runMain(async () => {
  const { node, env } = await setUp('test');
  const args = ['bench/run.ts', ...process.argv.slice(2)];
  return spawnSync(node, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' }).status ?? 1;
});
