import { mkdirSync } from 'node:fs';
import { setUpApp, setUpBinding, setUpCli, setUpPackages, nodeEnv } from './builds.mjs';
import { assertRunnable, setUpElectron, setUpSandbox } from './electron-runtime.mjs';
import { withLock } from './lock.mjs';
import { setUpNode } from './node-runtime.mjs';
import { stateDir } from './paths.mjs';
import { setUpSystem } from './system-packages.mjs';

/**
 * What each profile needs. `tools`: lint, types and unit tests; `cli`: bin/salvor; `start`: the window on the demo host;
 * `test`: everything, with real guests.
 * @type {Record<string, { system: import('./system-packages.mjs').Need[], cli?: true, app?: true, electron?: true }>}
 */
export const profiles = {
  tools: { system: ['build'] },
  cli: { system: ['build'], cli: true },
  start: { system: ['build', 'window'], app: true, electron: true },
  test: { system: ['build', 'window', 'hypervisor'], cli: true, app: true, electron: true },
};

/**
 * Sets up what a profile needs, and nothing that is already there: when nothing changed it only looks.
 * @param {keyof typeof profiles} name
 * @returns {Promise<{ node: string, electron: import('./electron-runtime.mjs').ElectronRuntime | null, env: Record<string, string> }>}
 *   the fitting Node, the Electron runtime, and the environment in which programs find both
 */
export async function setUp(name) {
  const profile = profiles[name];
  mkdirSync(stateDir, { recursive: true });
  return withLock(async () => {
    await setUpSystem(profile.system);
    const node = await setUpNode();
    await setUpPackages();
    await setUpBinding(node);
    if (profile.cli) await setUpCli(node);
    if (profile.app) await setUpApp(node);
    const electron = profile.electron ? await setUpElectron(node) : null;
    if (electron !== null) {
      assertRunnable(electron);
      await setUpSandbox(electron);
    }
    const dist = electron?.dist ?? null;
    return {
      node,
      electron,
      env: { ...nodeEnv(node), ...(dist === null ? {} : { ELECTRON_OVERRIDE_DIST_PATH: dist }) },
    };
  });
}
