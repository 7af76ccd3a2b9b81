/** `npm run bench`: sets up what the benchmarks need and runs them with the fitting Node. */
import { spawnSync } from 'node:child_process';
import { startXvfb } from './lib/display.mjs';
import { root } from './lib/paths.mjs';
import { runMain } from './lib/problem.mjs';
import { setUp } from './lib/set-up.mjs';

/** Those that need a display. */
const IN_A_WINDOW = ['window', 'picture', 'storage'];

await runMain(async () => {
  const { node, env } = await setUp('test');
  const args = ['bench/run.ts', ...process.argv.slice(2)];
  const names = process.argv.slice(2);
  const xvfb = names.length === 0 || names.some((name) => IN_A_WINDOW.includes(name)) ? await startXvfb() : null;
  const display = xvfb === null ? {} : { DISPLAY: xvfb.display, WAYLAND_DISPLAY: '' };
  try {
    const all = { ...process.env, ...env, ...display };
    return spawnSync(node, args, { cwd: root, env: all, stdio: 'inherit' }).status ?? 1;
  } finally {
    xvfb?.stop();
  }
});
