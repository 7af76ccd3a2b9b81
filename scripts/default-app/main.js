/**
 * The application inside the substitute Electron (see scripts/lib/electron-runtime.mjs): like the one that the official
 * Electron carries, it runs the application whose path is the first argument. Top-level await matters: Electron holds
 * back its ready event until this module, and with it the application's, has been evaluated.
 */
import { app } from 'electron/main';
import { readFileSync } from 'node:fs';
import { Module } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const preloads = [];
let target = null;
const args = process.argv.slice(1);
for (let index = 0; index < args.length && target === null; index += 1) {
  const arg = args[index];
  if (arg === '-r' || arg === '--require') preloads.push(args[(index += 1)]);
  else if (arg === '-v' || arg === '--version') {
    console.log(`v${process.versions.electron}`);
    process.exit(0);
  } else if (!arg.startsWith('-')) target = path.resolve(arg);
}
if (target === null) {
  console.error('electron: the path of an application is missing');
  process.exit(1);
}
// Playwright attaches through a module that is loaded before the application.
Module._preloadModules(preloads);

Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
let main = target;
let folder = path.dirname(target);
if (path.extname(target) === '') {
  folder = target;
  const {
    name,
    productName,
    version,
    main: entry = 'index.js',
  } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  if (version) app.setVersion(version);
  if (productName ?? name) app.name = productName ?? name;
  app.setDesktopName(`${app.name}.desktop`);
  main = path.join(folder, entry);
}
app.setAppPath(folder);
await import(pathToFileURL(main).href);
