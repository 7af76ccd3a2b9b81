import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import config from '../.dependency-cruiser.js';
import { root } from './lib/paths.mjs';

/**
 * A house in which every wall is broken once: for each rule, the file that breaks it, and how.
 * @type {Record<string, [file: string, content: string]>}
 */
const breaches = {
  'not-to-unresolvable': ['src-main/app/typo.ts', "import '../libvirt/prot.ts';"],
  'no-circular': ['src-main/app/about.ts', "import './round.ts';"],
  'not-to-test': ['src-main/app/tested.ts', "import './hosts.test.ts';"],
  'not-to-dev-dependency': ['src-main/app/tools.ts', "import 'fast-check';"],
  'binding-knows-libvirt-only': [
    'packages/node-libvirt/src/policy.ts',
    "import type { X } from '../../../src-core/plan.ts';",
  ],
  'core-is-pure': ['src-core/rescue/clock.ts', "import 'node:fs';"],
  'core-stands-alone': ['src-core/rescue/runner.ts', "import '../../src-main/app/hosts.ts';"],
  'core-not-to-contract': ['src-core/rescue/wire.ts', "import type { X } from '../contract/errors.ts';"],
  'core-uses-no-packages': ['src-core/rescue/parse.ts', "import '@xmldom/xmldom';"],
  'xml-library-only': ['src-core/domain-xml/document.ts', "import 'zod';"],
  'contract-uses-zod-only': ['src-core/contract/tools.ts', "import 'commander';"],
  'main-not-to-renderer': ['src-main/electron/page.ts', "import '../../src-renderer/src/main.tsx';"],
  'only-the-adapter-binds': ['src-main/electron/direct.ts', "import 'node-libvirt';"],
  'app-sees-the-port-only': ['src-main/app/adapter.ts', "import type { X } from '../libvirt/adapter.ts';"],
  'app-sees-types-of-the-port': ['src-main/app/values.ts', "import { x } from '../libvirt/port.ts';"],
  'no-electron-outside-its-room': ['src-main/app/window.ts', "import 'electron';"],
  'room-electron-is-a-leaf': ['src-main/app/menu.ts', "import '../electron/menu.ts';"],
  'cli-needs-no-electron': ['src-main/cli.ts', "import './app/menu.ts';"],
  'adapter-not-to-services': ['src-main/libvirt/services.ts', "import '../app/hosts.ts';"],
  'adapter-takes-error-codes-only': ['src-main/libvirt/wire.ts', "import '../../src-core/contract/channels.ts';"],
  'adapter-packages': ['src-main/libvirt/packages.ts', "import 'conf';"],
  'preload-is-thin': ['src-main/preload/thick.ts', "import '../app/hosts.ts';"],
  'preload-takes-no-schemas': ['src-main/preload/schemas.ts', "import '../../src-core/contract/channels.ts';"],
  'renderer-has-no-node': ['src-renderer/src/app/files.ts', "import 'node:fs';"],
  'renderer-not-to-main': ['src-renderer/src/app/direct.ts', "import '../../../src-main/app/hosts.ts';"],
  'renderer-takes-the-type-of-the-preload': [
    'src-renderer/src/app/bridge.ts',
    "import '../../../src-main/preload/index.ts';",
  ],
  'features-are-apart': ['src-renderer/src/features/disks/reach.ts', "import '../rescue/store.ts';"],
  'shared-knows-no-feature': ['src-renderer/src/components/knowing.ts', "import '../features/rescue/store.ts';"],
};

/** What the breaches need to be there; every one of these keeps to the rules. */
const lawful = {
  'src-main/app/round.ts': "import './about.ts';",
  'src-main/app/hosts.ts':
    "import type { X } from '../libvirt/port.ts'; import '../../src-core/plan.ts'; export type Y = X;",
  'src-main/app/hosts.test.ts': "import './hosts.ts'; import 'fast-check'; import '../libvirt/adapter.ts';",
  'src-main/libvirt/port.ts': 'export interface X { x: 1 } export const x = 1;',
  'src-main/libvirt/adapter.ts':
    "import 'node-libvirt'; import '../../src-core/contract/errors.ts'; export type X = 1;",
  'src-main/electron/menu.ts': "import 'electron'; import '../app/hosts.ts';",
  'src-main/preload/index.ts':
    "import 'electron'; import type { X } from '../../src-core/contract/channels.ts'; import '../../src-core/contract/channel-names.ts'; export type Y = X;",
  'src-core/plan.ts': "import './domain-xml/elements.ts'; export type X = 1;",
  'src-core/plan.test.ts': "import './plan.ts'; import 'node:fs'; import 'fast-check';",
  'src-core/domain-xml/elements.ts': "import '@noble/hashes/sha2.js';",
  'src-core/contract/errors.ts': "import '../plan.ts'; export type X = 1;",
  'src-core/contract/channels.ts': "import 'zod'; import './errors.ts'; export type X = 1;",
  'src-core/contract/channel-names.ts': 'export const NAMES = [];',
  'src-renderer/src/main.tsx': "import './features/rescue/store.ts';",
  'src-renderer/src/features/rescue/store.ts':
    "import '../../components/Row.tsx'; import 'zustand'; import '../../../../src-core/plan.ts';",
  'src-renderer/src/components/Row.tsx': "import 'react';",
};

let house;
/** @type {{ rule: { name: string }, from: string, to: string }[]} */
let violations;

/** @param {string} file @param {string} content */
function build(file, content) {
  mkdirSync(path.dirname(path.join(house, file)), { recursive: true });
  writeFileSync(path.join(house, file), `${content}\n`);
}

beforeAll(() => {
  house = mkdtempSync(path.join(tmpdir(), 'salvor-walls-'));
  for (const [file, content] of [...Object.entries(lawful), ...Object.values(breaches)]) build(file, content);
  for (const file of ['.dependency-cruiser.js', 'tsconfig.base.json', 'package.json']) {
    copyFileSync(path.join(root, file), path.join(house, file));
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(house, 'node_modules'));
  const cruiser = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const folders = ['src-core', 'src-main', 'src-renderer', 'packages'];
  const { stdout, stderr } = spawnSync(process.execPath, [cruiser, '--output-type', 'json', ...folders], {
    cwd: house,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (!stdout.startsWith('{')) throw new Error(stderr);
  violations = JSON.parse(stdout).summary.violations;
}, 60_000);
afterAll(() => rmSync(house, { recursive: true }));

describe('the walls between the rooms', () => {
  test('each has a breach to prove it with', () => {
    expect(Object.keys(breaches).sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });

  test.each(Object.entries(breaches))('%s', (rule, [file]) => {
    expect(violations.filter(({ rule: { name }, from }) => name === rule && from === file)).not.toEqual([]);
  });

  test('nothing that keeps to the rules is refused', () => {
    const refused = violations.filter(({ from }) => from in lawful);
    expect(refused.map(({ from, to, rule }) => `${from} → ${to}: ${rule.name}`)).toEqual([]);
  });
});
