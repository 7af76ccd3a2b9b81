import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, stateDir } from './paths.mjs';

/** Folders that are made from sources, never sources. */
const made = new Set([
  'node_modules',
  'out',
  'dist',
  'build',
  'generated',
  'coverage',
  'test-results',
  '.cache',
  '.git',
]);

/**
 * Adds name, size and time of each source file below `folder` to the hash. Tests do not change what is built.
 * @param {import('node:crypto').Hash} hash
 * @param {string} folder absolute
 */
function addFolder(hash, folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!made.has(entry.name)) addFolder(hash, file);
    } else if (!/\.test\.tsx?$/.test(entry.name)) {
      const { size, mtimeMs } = statSync(file);
      hash.update(`${file}\0${size}\0${mtimeMs}\n`);
    }
  }
}

/**
 * A key that changes when one of the sources changes.
 * @param {string[]} sources files and folders, absolute or relative to the checkout; one that does not exist counts as such
 * @param {string[]} [facts] anything else the result depends on
 */
export function fingerprint(sources, facts = []) {
  const hash = createHash('sha256');
  for (const source of sources) {
    const file = path.resolve(root, source);
    if (!existsSync(file)) hash.update(`${file}\0absent\n`);
    else if (statSync(file).isDirectory()) addFolder(hash, file);
    else hash.update(readFileSync(file));
  }
  for (const fact of facts) hash.update(`${fact}\n`);
  return hash.digest('hex');
}

/** @param {string} name */
const stampFile = (name) => path.join(stateDir, `${name}.stamp`);

/** @param {string} name @param {string} key @param {number} [maxAgeMs] */
export function isStamped(name, key, maxAgeMs = Infinity) {
  const file = stampFile(name);
  return existsSync(file) && readFileSync(file, 'utf8') === key && Date.now() - statSync(file).mtimeMs < maxAgeMs;
}

/** @param {string} name @param {string} key */
export function stamp(name, key) {
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(stampFile(name), key);
}
