import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from './problem.mjs';
import { stateDir } from './paths.mjs';

const lockFile = path.join(stateDir, 'lock');

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes the lock, or gives the pid of the process that holds it. @returns {number | null} */
function tryLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return null;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  try {
    const holder = Number(readFileSync(lockFile, 'utf8'));
    const ageMs = Date.now() - statSync(lockFile).mtimeMs;
    // A holder that is gone, or that died before it wrote its number.
    if (holder > 0 ? !isAlive(holder) : ageMs > 10_000) rmSync(lockFile, { force: true });
    return holder;
  } catch {
    return 0; // It was released in between.
  }
}

/**
 * Runs `work` while no other process sets up this checkout: two commands started at once must not build into each other.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(work) {
  mkdirSync(stateDir, { recursive: true });
  let said = false;
  for (let holder = tryLock(); holder !== null; holder = tryLock()) {
    if (!said && holder > 0) say(`Waiting for another set-up of this checkout (process ${holder}).`);
    said = true;
    await delay(100);
  }
  const release = () => rmSync(lockFile, { force: true });
  const onSignal = (signal) => {
    release();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await work();
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    release();
  }
}
