import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';
import { Problem } from './problem.mjs';
import { findProgram } from './run.mjs';

/** @param {import('node:net').NetConnectOpts} where @returns {Promise<boolean>} */
function answers(where) {
  return new Promise((resolve) => {
    const socket = createConnection(where);
    const done = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(2000, () => done(false));
    socket.on('connect', () => done(true));
    socket.on('error', () => done(false));
  });
}

/** Whether the X server that DISPLAY names answers. @param {string} display like :0, :0.0 or localhost:10.0 */
async function hasX(display) {
  const match = /^([^:]*):(\d+)(?:\.\d+)?$/.exec(display);
  if (match === null) return false;
  const [, host, number] = match;
  if (host === '' || host === 'unix') return answers({ path: `/tmp/.X11-unix/X${number}` });
  return answers({ host, port: 6000 + Number(number) });
}

/** @returns {boolean} */
function hasWayland() {
  const { WAYLAND_DISPLAY: name = '', XDG_RUNTIME_DIR: folder = '' } = process.env;
  return name !== '' && existsSync(path.resolve(folder, name));
}

/** Sees to it that there is a screen to open a window on; else says how to get one. */
export async function demandDisplay() {
  if (process.platform !== 'linux' || hasWayland()) return;
  const display = process.env.DISPLAY ?? '';
  if (display !== '' && (await hasX(display))) return;
  const what =
    display === '' ? 'There is no display to open the window on.' : `The display ${display} does not answer.`;
  throw new Problem(what, {
    todo: [
      'On your own machine: run it in a terminal of the desktop.',
      'On a server, shown on your screen: ssh -X HOST, and run it there.',
      'Only to see that it runs: xvfb-run -a npm start (package xvfb).',
      'Without a window: bin/salvor --help (the command line needs no display).',
    ],
  });
}

/**
 * Starts an X server without a screen, on a display number that it chooses.
 * @returns {Promise<{ display: string, stop: () => void }>}
 */
export async function startXvfb() {
  const program = findProgram('Xvfb');
  if (program === null)
    throw new Problem('Xvfb was not found.', { todo: ['Install the package xvfb and run it again.'] });
  const args = ['-displayfd', '3', '-screen', '0', '1920x1200x24', '-nolisten', 'tcp'];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  // However the tests end, their screen ends with them.
  const stop = () => void child.kill('SIGTERM');
  process.once('exit', stop);
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  const number = await new Promise((resolve, reject) => {
    let text = '';
    child.stdio[3].on('data', (data) => {
      text += data;
      if (text.includes('\n')) resolve(text.trim());
    });
    child.on('error', (error) => reject(new Problem(`Xvfb could not be started: ${error.message}`)));
    child.on('exit', () => reject(new Problem('Xvfb ended before it offered a display.', { detail: errors })));
  });
  return { display: `:${number}`, stop };
}
