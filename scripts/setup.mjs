/**
 * Sets up what the project needs on this machine. `npm start`, `npm test` and `bin/salvor` do it by themselves.
 *
 *   node scripts/setup.mjs [--profile tools|cli|start|test] [--quiet]
 */
import { parseArgs } from 'node:util';
import { Problem, runMain, say, setQuiet } from './lib/problem.mjs';
import { profiles, setUp } from './lib/set-up.mjs';

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      options: { profile: { type: 'string', default: 'start' }, quiet: { type: 'boolean', default: false } },
    }).values;
  } catch (error) {
    throw new Problem(error.message, {
      todo: [`Usage: npm run setup -- [--profile ${Object.keys(profiles).join('|')}] [--quiet]`],
    });
  }
}

await runMain(async () => {
  const { profile, quiet } = parse(process.argv.slice(2));
  setQuiet(quiet);
  if (!(profile in profiles)) {
    throw new Problem(`There is no profile "${profile}".`, {
      todo: [`Profiles: ${Object.keys(profiles).join(', ')}.`],
    });
  }
  await setUp(profile);
  if (profile !== 'cli') say(`Ready (${profile}).`);
  return 0;
});
