/**
 * Builds the package: constants from libvirt's API description, the TypeScript face (dist/), the addon
 * (build/node-libvirt.node). What has not changed is not built again.
 *
 * The compiler is called directly. Node-API needs two headers (node-api-headers) and no linking with Node, so one
 * binary serves Node and Electron of any version; node-gyp would bring Python, make, and the headers of one Node.
 *
 *   --asan   build/asan/node-libvirt.node, with AddressSanitizer and UndefinedBehaviorSanitizer
 */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateConstants } from './generate-constants.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const run = promisify(execFile);
/** Where `dist` and the addon were last built from, as a hash of all that they depend on. */
const stampOf = (folder) => join(root, 'build', folder, 'stamp');

function pkgConfig(...args) {
  return execFileSync('pkg-config', [...args, 'libvirt'], { encoding: 'utf8' })
    .trim()
    .split(/\s+/)
    .filter(Boolean);
}

function files(folder, extensions) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(root, folder, name))
    .filter((name) => extensions.some((extension) => name.endsWith(extension)))
    .sort();
}

function hashOf(paths, ...more) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  return hash.update(JSON.stringify(more)).digest('hex');
}

/** A folder of this process alone: two builds at once must not disturb each other. */
function scratch(name) {
  const folder = join(root, 'build', `${name}-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

function replace(fresh, target) {
  const old = `${fresh}-old`;
  if (existsSync(target)) renameSync(target, old);
  renameSync(fresh, target);
  rmSync(old, { recursive: true, force: true });
}

const isCurrent = (stamp, hash) => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;

function buildFace() {
  const stamp = stampOf('face');
  const paths = [...files('src', ['.ts']), join(root, 'tsconfig.json')];
  const hash = hashOf(paths, require('typescript/package.json').version);
  if (isCurrent(stamp, hash) && existsSync(join(root, 'dist', 'index.js'))) return;
  console.log('node-libvirt: TypeScript');
  const fresh = scratch('dist');
  execFileSync(
    process.execPath,
    [require.resolve('typescript/bin/tsc'), '-p', join(root, 'tsconfig.json'), '--outDir', fresh],
    { stdio: 'inherit' },
  );
  replace(fresh, join(root, 'dist'));
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

function compilerFlags(asan) {
  const includes = [require('node-addon-api').include_dir, require('node-api-headers').include_dir];
  return [
    '-std=c++17',
    '-fPIC',
    '-fvisibility=hidden',
    '-pthread',
    // No check of vtables: those of the standard library's templates may be Node's own, whose types it cannot know.
    ...(asan
      ? ['-O1', '-g1', '-fsanitize=address,undefined', '-fno-sanitize=vptr', '-fno-omit-frame-pointer']
      : ['-O2', '-g1']),
    ...['-Wall', '-Wextra', '-Wshadow', '-Wno-unused-parameter', '-Wno-cast-function-type', '-Werror=return-type'],
    ...['-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS', '-DNODE_ADDON_API_DISABLE_DEPRECATED'],
    // In a worker thread that is being terminated nothing can be thrown; that must not end the process.
    '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
    // As system headers: their warnings are not ours to mend.
    ...includes.flatMap((path) => ['-isystem', path.replace(/^"|"$/g, '')]),
    ...pkgConfig('--cflags'),
  ];
}

const linkerFlags = (asan) => [
  ...(process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-Wl,-z,relro,-z,now']),
  '-pthread',
  ...(asan ? ['-fsanitize=address,undefined'] : []),
  ...pkgConfig('--libs'),
];

async function buildAddon(asan) {
  const folder = join(root, 'build', asan ? 'asan' : '.');
  const target = join(folder, 'node-libvirt.node');
  const stamp = stampOf(asan ? 'asan' : 'addon');
  const compiler = process.env.CXX ?? 'c++';
  const flags = compilerFlags(asan);
  const version = execFileSync(compiler, ['--version'], { encoding: 'utf8' });
  const hash = hashOf(files('native', ['.cc', '.h']), version, flags, linkerFlags(asan), pkgConfig('--modversion'));
  if (isCurrent(stamp, hash) && existsSync(target)) return;
  console.log(`node-libvirt: C++${asan ? ' with AddressSanitizer' : ''}`);
  const objects = scratch('obj');
  const sources = files('native', ['.cc']);
  const objectOf = (source) => join(objects, `${source.slice(join(root, 'native').length + 1)}.o`);
  const queue = [...sources];
  const worker = async () => {
    for (let source = queue.shift(); source !== undefined; source = queue.shift()) {
      const { stderr } = await run(compiler, [...flags, '-c', source, '-o', objectOf(source)]);
      if (stderr) process.stderr.write(stderr);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const fresh = join(objects, 'node-libvirt.node');
  execFileSync(compiler, [...sources.map(objectOf), ...linkerFlags(asan), '-o', fresh], { stdio: 'inherit' });
  mkdirSync(folder, { recursive: true });
  // Renamed into place: a process that has the old one loaded keeps it.
  renameSync(fresh, target);
  rmSync(objects, { recursive: true });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

try {
  generateConstants();
  buildFace();
  await buildAddon(process.argv.includes('--asan'));
} catch (error) {
  // A compiler's own words, where there are any, rather than a stack.
  console.error(error.stderr || error.message);
  process.exitCode = 1;
}
