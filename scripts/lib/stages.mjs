import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ name: string, program: string, args: string[], env?: Record<string, string>, report?: string, read?: (json: any) => Counts, minutes?: number }} Check
 *   `report`: the machine-readable report that the tool writes, and `read` its counts; without one the check counts as one
 */

/** @param {any} json vitest's JSON report @returns {Counts} */
export function readVitest(json) {
  // A file that could not be loaded or prepared fails without a failed test in it.
  const hasFailed = (file) => file.assertionResults.some(({ status }) => status === 'failed');
  const broken = json.testResults.filter((file) => file.status === 'failed' && !hasFailed(file)).length;
  return {
    passed: json.numPassedTests,
    failed: json.numFailedTests + broken,
    skipped: json.numPendingTests + json.numTodoTests,
  };
}

/** @param {any} json Playwright's JSON report @returns {Counts} */
export function readPlaywright(json) {
  const { expected, unexpected, flaky, skipped } = json.stats;
  return { passed: expected, failed: unexpected + flaky + json.errors.length, skipped };
}

/**
 * Runs one tool to its end, its output on ours. Gives its exit code; a tool that outstays its time is ended with all its children.
 * @param {Check} check
 * @returns {Promise<number>}
 */
function runTool({ program, args, env = {}, minutes = 5 }) {
  return new Promise((resolve) => {
    // A process group of its own, so that its children can be ended with it.
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    const end = (signal) => {
      try {
        process.kill(-child.pid, signal);
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(() => {
      console.log(`\nNot finished after ${minutes} minutes; ended.`);
      end('SIGTERM');
      setTimeout(() => end('SIGKILL'), 20_000).unref();
    }, minutes * 60_000);
    const onSignal = (signal) => {
      end(signal);
      process.exit(130);
    };
    process.once('SIGINT', onSignal);
    process.once('SIGTERM', onSignal);
    child.on('error', (error) => {
      console.log(error.message);
      resolve(127);
    });
    child.on('exit', (code) => {
      clearTimeout(timer);
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
      resolve(code ?? 1);
    });
  });
}

/** @param {Check} check @param {number} code @returns {Counts} */
function count({ report, read }, code) {
  const one = { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  if (report === undefined || read === undefined) return one;
  const file = path.join(root, report);
  if (!existsSync(file)) {
    console.log(`The tool wrote no report (exit code ${code}).`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const counts = read(JSON.parse(readFileSync(file, 'utf8')));
  if (counts.passed + counts.failed === 0) console.log('It found no tests.');
  // An error outside any test, or no test at all, is a failure too.
  const unseen = counts.failed === 0 && (code !== 0 || counts.passed === 0);
  return unseen ? { ...counts, failed: 1 } : counts;
}

/**
 * Runs a check and says how it went.
 * @param {string} stage
 * @param {Check} check
 * @returns {Promise<Counts & { name: string, seconds: number }>}
 */
export async function runCheck(stage, check) {
  const name = `${stage}: ${check.name}`;
  console.log(`\n=== ${name}`);
  if (check.report !== undefined) {
    mkdirSync(path.dirname(path.join(root, check.report)), { recursive: true });
    rmSync(path.join(root, check.report), { force: true });
  }
  const began = Date.now();
  const code = await runTool(check);
  const counts = count(check, code);
  const seconds = Math.round((Date.now() - began) / 1000);
  console.log(`--- ${name}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`);
  return { name, seconds, ...counts };
}
