import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Problem, say } from './problem.mjs';
import { root } from './paths.mjs';
import { npmCommand, npmStep, step } from './run.mjs';
import { fingerprint, isStamped, stamp } from './stamps.mjs';

/**
 * Whether node_modules holds what the lock file says. Compared with npm's own record of what it installed, so that a
 * package added with `npm install` does not lead to a second installation.
 */
function hasPackages() {
  const record = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(([name, each]) => {
    // The record lists neither the root nor workspaces; of the optional ones, only those for this system.
    if (!name.includes('node_modules/')) return true;
    const other = present[name];
    if (other === undefined) return each.optional === true || each.peer === true;
    return other.version === each.version && other.integrity === each.integrity;
  });
}

/** Installs the packages of package-lock.json; none of them runs code while it is installed. */
export async function setUpPackages() {
  if (hasPackages()) return;
  await npmStep({ name: 'npm-ci', args: ['ci'], failed: 'The npm packages could not be installed.' });
}

/** @param {string} node @returns {Record<string, string>} an environment in which `node` is the fitting one */
export function nodeEnv(node) {
  return { PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` };
}

/** Compiles packages/node-libvirt. @param {string} node */
export async function setUpBinding(node) {
  const key = fingerprint(['packages/node-libvirt'], [process.platform, process.arch]);
  const results = ['build/node-libvirt.node', 'dist/index.js'].map((file) =>
    path.join(root, 'packages/node-libvirt', file),
  );
  if (isStamped('binding', key) && results.every((file) => existsSync(file))) return;
  const npm = npmCommand();
  say('Compiling the libvirt binding (packages/node-libvirt).');
  await step({
    name: 'binding',
    program: npm.program,
    args: [...npm.args, 'run', 'build', '-w', 'node-libvirt', '--loglevel=error'],
    env: nodeEnv(node),
    failed: 'The libvirt binding (packages/node-libvirt) could not be compiled.',
  });
  stamp('binding', fingerprint(['packages/node-libvirt'], [process.platform, process.arch]));
}

/** Builds the desktop application into out/. @param {string} node */
export async function setUpApp(node) {
  const sources = ['src-core', 'src-main', 'src-renderer', 'assets', 'electron.vite.config.ts', 'package-lock.json'];
  const key = fingerprint(sources);
  const results = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html'];
  if (isStamped('app', key) && results.every((file) => existsSync(path.join(root, file)))) return;
  say('Building the application.');
  await step({
    name: 'app',
    program: node,
    args: ['node_modules/electron-vite/bin/electron-vite.js', 'build'],
    env: nodeEnv(node),
    failed: 'The application could not be built.',
  });
  for (const file of results) {
    if (!existsSync(path.join(root, file))) throw new Problem(`The build of the application made no ${file}.`);
  }
  stamp('app', key);
}

/**
 * Bundles the command line into one file, which starts faster than its sources. `bin/salvor` compares the time of
 * out/cli/node with those of the sources, and reads in it which Node to run.
 * @param {string} node
 */
export async function setUpCli(node) {
  const key = fingerprint(['src-core', 'src-main', 'scripts/bundle-cli.mjs', 'package-lock.json'], [node]);
  const bundle = path.join(root, 'out/cli/salvor.mjs');
  const started = new Date();
  if (!isStamped('cli', key) || !existsSync(bundle)) {
    say('Building the command line.');
    await step({
      name: 'cli',
      program: node,
      args: ['scripts/bundle-cli.mjs'],
      env: nodeEnv(node),
      failed: 'The command line could not be built.',
    });
    stamp('cli', key);
  }
  const pointer = path.join(root, 'out/cli/node');
  writeFileSync(pointer, `${node}\n`);
  // A source saved while we were building is newer than this.
  utimesSync(pointer, started, started);
}
