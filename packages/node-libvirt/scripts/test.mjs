/**
 * Builds the package and runs its tests; further arguments go to vitest.
 *
 *   npm test -w node-libvirt
 *   npm run test:asan -w node-libvirt    the same tests with AddressSanitizer and UndefinedBehaviorSanitizer, and the
 *                                        programs of test/programs with LeakSanitizer
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const asan = process.argv.includes('--asan');
const more = process.argv.slice(2).filter((argument) => argument !== '--asan');

/** A copy of the package with the sanitized addon in it, and the environment to test it in. */
function sanitized() {
  const copy = join(root, 'build', 'asan', 'package');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(join(copy, 'build'), { recursive: true });
  cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(copy, 'package.json'));
  cpSync(join(root, 'build', 'asan', 'node-libvirt.node'), join(copy, 'build', 'node-libvirt.node'));
  const runtime = execFileSync(process.env.CXX ?? 'c++', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
  return {
    NODE_LIBVIRT_UNDER_TEST: pathToFileURL(join(copy, 'dist', 'index.js')).href,
    // The sanitizer's runtime must be there before Node, which is not built with it; and libtirpc with it, because the runtime
    // looks for the functions that it stands in for once, at the start, and libvirt would call them through null pointers.
    LD_PRELOAD: `${runtime}:libtirpc.so.3`,
    ASAN_OPTIONS: 'detect_leaks=0',
    LSAN_OPTIONS: `suppressions=${join(root, 'test', 'support', 'leaks-of-node.txt')}:print_suppressions=0`,
    UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
  };
}

execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' });
if (asan) execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs'), '--asan'], { stdio: 'inherit' });

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', ...more], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...(asan ? sanitized() : {}) },
});
process.exitCode = status ?? 1;
