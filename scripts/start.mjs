/**
 * `npm start`: sets up what the window needs, and opens it on the demo host (libvirt's built-in test driver).
 * Arguments are passed on to the application: npm start -- --lang=de
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { demandDisplay } from './lib/display.mjs';
import { root } from './lib/paths.mjs';
import { notice, runMain } from './lib/problem.mjs';
import { setUp } from './lib/set-up.mjs';

/**
 * Runs Electron until its window is closed. It has a session of its own, so that a Ctrl-C reaches it once, from here: the
 * terminal and npm both send one, and Chromium takes the second as an order to end without tidying up.
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<number>} its exit code
 */
function runElectron(program, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    let last = 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => {
        // One key press, however often it arrives; the next press insists.
        if (Date.now() - last > 1000) child.kill(signal);
        last = Date.now();
      });
    }
    child.on('error', (error) => reject(new Error(`Electron could not be started: ${error.message}`)));
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

await runMain(async () => {
  await demandDisplay();
  const { electron, env } = await setUp('start');
  // Chromium's own complaints (no session bus, no GPU) would bury ours.
  const chromium = process.env.SALVOR_DEBUG ? [] : ['--log-level=3'];
  // Electron before 38 asks for X unless told to look.
  if (process.platform === 'linux' && !process.env.DISPLAY) chromium.push('--ozone-platform-hint=auto');
  const args = [...chromium, root, '--demo', ...process.argv.slice(2)];
  if (process.platform === 'linux' && process.getuid() === 0) {
    notice('Running as root: Chromium’s sandbox cannot be used (--no-sandbox). Prefer to run Salvor as a plain user.');
    args.unshift('--no-sandbox');
  }
  return runElectron(electron.program, args, env);
});
