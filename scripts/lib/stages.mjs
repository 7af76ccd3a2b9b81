import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers';
import { root } from './paths.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number, failures?: string[] }} Counts `failures`: names of the tests that failed
 * @typedef {{ name: string, program: string, args: string[], env?: Record<string, string>, report?: string, read?: (json: any) => Counts, minutes?: number }} Check
 *   `report`: the machine-readable report that the tool writes, and `read` its counts; without one the check counts as one
 * @typedef {Counts & { name: string, seconds: number }} Result
 */

/** @param {any} json vitest's JSON report @returns {Counts} */
export function readVitest(json) {
  // A file that could not be loaded or prepared fails without a failed test in it.
  const hasFailed = (file) => file.assertionResults.some(({ status }) => status === 'failed');
  const broken = json.testResults.filter((file) => file.status === 'failed' && !hasFailed(file));
  const failed = json.testResults.flatMap((file) =>
    file.assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName }) => `${path.relative(root, file.name)}: ${fullName}`),
  );
  return {
    passed: json.numPassedTests,
    failed: json.numFailedTests + broken.length,
    skipped: json.numPendingTests + json.numTodoTests,
    failures: [...failed, ...broken.map(({ name }) => path.relative(root, name))],
  };
}

/** @param {any} json Playwright's JSON report @returns {Counts} */
export function readPlaywright(json) {
  const { expected, unexpected, flaky, skipped } = json.stats;
  const specsOf = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];
  const failures = (json.suites ?? [])
    .flatMap(specsOf)
    .filter(({ ok }) => ok === false)
    .map(({ file, title }) => `${file}: ${title}`);
  return { passed: expected, failed: unexpected + flaky + json.errors.length, skipped, failures };
}

/**
 * Runs one tool to its end. Gives its exit code; a tool that outstays its time is ended with all its children.
 * @param {Check} check
 * @param {number | 'inherit'} output where its output goes: an open file, or ours
 * @returns {Promise<number>}
 */
function runTool({ program, args, env = {}, minutes = 5 }, output) {
  return new Promise((resolve) => {
    // A process group of its own, so that its children can be ended with it.
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
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
      // After the others that run beside it have been ended, too.
      setImmediate(() => process.exit(130));
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
 * Runs a check and says how it went; its output is ours as it comes.
 * @param {string} stage
 * @param {Check} check
 * @returns {Promise<Result>}
 */
export async function runCheck(stage, check) {
  console.log(`\n=== ${stage}: ${check.name}`);
  return finish(stage, check, await runTimed(check, 'inherit'));
}

/**
 * Runs checks of which each keeps one core busy, as many at a time as there are cores; the output of each is given in one piece when it
 * has ended.
 * @param {{ stage: string, check: Check }[]} checks
 * @returns {Promise<Result[]>} in the order of the checks
 */
export async function runSideBySide(checks) {
  const folder = mkdtempSync(path.join(tmpdir(), 'salvor-checks-'));
  const results = [];
  const waiting = [...checks.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [place, { stage, check }] = next;
      const file = path.join(folder, String(place));
      const output = openSync(file, 'w');
      const ended = await runTimed(check, output);
      closeSync(output);
      console.log(`\n=== ${stage}: ${check.name}\n${readFileSync(file, 'utf8')}`.trimEnd());
      results[place] = finish(stage, check, ended);
    }
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

/** @param {Check} check @param {number | 'inherit'} output @returns {Promise<{ code: number, seconds: number }>} */
async function runTimed(check, output) {
  if (check.report !== undefined) {
    mkdirSync(path.dirname(path.join(root, check.report)), { recursive: true });
    rmSync(path.join(root, check.report), { force: true });
  }
  const began = Date.now();
  const code = await runTool(check, output);
  return { code, seconds: Math.round((Date.now() - began) / 1000) };
}

/** @param {string} stage @param {Check} check @param {{ code: number, seconds: number }} ended @returns {Result} */
function finish(stage, check, { code, seconds }) {
  const name = `${stage}: ${check.name}`;
  const counts = count(check, code);
  console.log(`--- ${name}: ${counts.passed} passed, ${counts.failed} failed (${seconds} s)`);
  return { name, seconds, ...counts };
}
