/**
 * `npm test`: sets up what the tests need and runs every stage, whether or not an earlier one failed.
 * The last line is "N passed, N failed".
 *
 *   npm test                       everything but the long generated runs
 *   npm test -- --long             those too
 *   npm test -- --only lint,unit   some stages: lint, types, unit, binding, host, faults, e2e, long
 *   npm run test:faults -- --full  faults at their full length (an hour); --only kill,soak,races,disk,migration: some of them
 *   npm test -- --only unit -- src-core/boot   further arguments go to the tool of the stage
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startXvfb } from './lib/display.mjs';
import { root } from './lib/paths.mjs';
import { notice, Problem, report } from './lib/problem.mjs';
import { npmCommand } from './lib/run.mjs';
import { setUp } from './lib/set-up.mjs';
import { readPlaywright, readVitest, runCheck, runSideBySide } from './lib/stages.mjs';

/** @typedef {{ node: string, more: string[], full: boolean, faults: string[] }} Context the fitting Node, the user's further arguments, and the length and the kinds of the faults */

/** @param {Context} context @param {string} name @param {string} script @param {string[]} args @returns {import('./lib/stages.mjs').Check} */
const tool = ({ node, more }, name, script, args) => ({
  name,
  program: node,
  args: [path.join('node_modules', script), ...args, ...more],
});

/** @param {Context} context @param {string} stage @param {string[]} projects @param {number} minutes */
const vitest = (context, stage, projects, minutes) => {
  const file = `test-results/${stage}.json`;
  const args = [
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  return { ...tool(context, 'vitest', 'vitest/vitest.mjs', args), report: file, read: readVitest, minutes };
};

/** The kinds of faults (e2e/faults), each a part of the stage that can be run alone. */
const faultKinds = ['kill', 'soak', 'races', 'disk', 'migration'];

/** @param {Context} context */
const faults = (context) => {
  const files = context.faults.map((kind) => `e2e/faults/${kind}`);
  const check = vitest(
    { ...context, more: [...files, ...context.more] },
    'faults-tests',
    ['faults'],
    context.full ? 75 : 20,
  );
  return { ...check, env: { SALVOR_FAULTS: context.full ? 'full' : 'short' } };
};

const rooms = ['core', 'test', 'main', 'preload', 'renderer', 'e2e'];
const cruised = ['src-core', 'src-main', 'src-renderer', 'packages', 'e2e', 'bench', 'scripts'];

/**
 * The stages in order, with what each needs set up. `oneCore`: its checks keep one core busy each, and run side by side.
 * @type {Record<string, { profile: string, oneCore?: true, checks: (context: Context) => import('./lib/stages.mjs').Check[] }>}
 */
const stages = {
  lint: {
    profile: 'tools',
    oneCore: true,
    checks: (context) => [
      { ...tool(context, 'eslint', 'eslint/bin/eslint.js', ['.', '--max-warnings=0']), minutes: 10 },
      tool(context, 'prettier', 'prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']),
      tool(
        context,
        'dependency-cruiser',
        'dependency-cruiser/bin/dependency-cruiser.mjs',
        cruised.filter((folder) => existsSync(path.join(root, folder))),
      ),
      tool(context, 'knip', 'knip/bin/knip.js', ['--no-progress']),
    ],
  },
  types: {
    profile: 'tools',
    oneCore: true,
    checks: (context) => {
      const npm = npmCommand();
      const binding = {
        name: 'node-libvirt',
        program: npm.program,
        args: [...npm.args, 'run', 'typecheck', '-w', 'node-libvirt'],
      };
      return [
        ...rooms.map((room) => tool(context, room, 'typescript/bin/tsc', ['-p', `tsconfig.${room}.json`])),
        binding,
      ];
    },
  },
  unit: {
    profile: 'tools',
    // By itself vitest leaves one core to the person at the machine, which on two of them is half of all.
    checks: (context) => [
      vitest({ ...context, more: ['--maxWorkers=100%', ...context.more] }, 'unit', ['core', 'main', 'renderer'], 10),
    ],
  },
  binding: { profile: 'test', checks: (context) => [vitest(context, 'binding', ['node-libvirt'], 10)] },
  host: { profile: 'test', checks: (context) => [vitest(context, 'host', ['host'], 25)] },
  faults: { profile: 'test', checks: (context) => [faults(context)] },
  e2e: {
    profile: 'test',
    checks: (context) => [
      {
        ...tool(context, 'playwright', '@playwright/test/cli.js', ['test']),
        report: 'test-results/playwright.json',
        read: readPlaywright,
        minutes: 15,
      },
    ],
  },
  long: { profile: 'test', checks: (context) => [vitest(context, 'long', ['long'], 20)] },
};

/** @param {string[]} args @returns {{ names: string[], faults: string[], full: boolean, more: string[] }} */
function parse(args) {
  const usage = [
    `Usage: npm test -- [--long] [--only ${Object.keys(stages).join(',')}] [-- arguments of the tool]`,
    `       npm run test:faults -- [--full] [--only ${faultKinds.join(',')}]`,
  ];
  let parsed;
  try {
    parsed = parseArgs({
      args,
      options: {
        only: { type: 'string', multiple: true },
        long: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new Problem(error.message, { todo: usage });
  }
  const { only = [], long, full } = parsed.values;
  const named = only.flatMap((list) => list.split(','));
  const unknown = named.find((name) => !(name in stages) && !faultKinds.includes(name));
  if (unknown !== undefined) throw new Problem(`There is no stage "${unknown}".`, { todo: usage });
  const kinds = named.filter((name) => faultKinds.includes(name));
  const usual = Object.keys(stages).filter((name) => name !== 'long' || long);
  const wanted = kinds.length > 0 ? [...named, 'faults'] : named;
  const names = named.length === 0 ? usual : Object.keys(stages).filter((name) => wanted.includes(name));
  return { names, faults: kinds, full, more: parsed.positionals };
}

/** @param {string[]} names @param {Omit<Context, 'node'>} asked */
async function runStages(names, asked) {
  const profile = names.every((name) => stages[name].profile === 'tools') ? 'tools' : 'test';
  const { node, env } = await setUp(profile);
  if (process.getuid?.() !== 0 && names.some((name) => stages[name].profile === 'test')) {
    notice('Not root: tests on real guests start a libvirtd of their own, which only root can. They will fail.');
    notice('Run these as root: sudo npm test -- --only binding,host,faults,e2e');
  }
  const xvfb = names.includes('e2e') ? await startXvfb() : null;
  const display = xvfb === null ? {} : { DISPLAY: xvfb.display, WAYLAND_DISPLAY: '' };
  const checks = names.flatMap((stage) =>
    stages[stage]
      .checks({ ...asked, node })
      .map((check) => ({ stage, check: { ...check, env: { ...env, ...display, ...check.env } } })),
  );
  const results = [];
  try {
    results.push(...(await runSideBySide(checks.filter(({ stage }) => stages[stage].oneCore))));
    for (const { stage, check } of checks.filter(({ stage }) => !stages[stage].oneCore)) {
      results.push(await runCheck(stage, check));
    }
  } finally {
    xvfb?.stop();
  }
  return results;
}

async function main() {
  const { names, ...asked } = parse(process.argv.slice(2));
  return runStages(names, asked);
}

const began = Date.now();
let results;
try {
  results = await main();
} catch (error) {
  report(error);
  results = [{ name: 'set-up', passed: 0, failed: 1, skipped: 0, seconds: Math.round((Date.now() - began) / 1000) }];
}
const sum = (key) => results.reduce((total, each) => total + each[key], 0);
const minutes = ((Date.now() - began) / 60_000).toFixed(1);
console.log(`\n=== All stages, ${minutes} min with the set-up`);
for (const { name, passed, failed, skipped, seconds, failures = [] } of results) {
  const left = skipped > 0 ? `, ${skipped} skipped` : '';
  console.log(`${failed > 0 ? 'FAILED' : 'passed'}  ${name}: ${passed} passed, ${failed} failed${left} (${seconds} s)`);
  // Whoever sees the end of the output alone sees what to mend.
  for (const failure of failures) console.log(`        ${failure}`);
}
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
