import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

/** The oldest runtime that the build must run in: Electron 33, used for development and tests where the official one is out of reach. */
const node = 'node20.18';
const chrome = 'chrome130';

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: node,
      lib: { entry: 'src-main/index.ts' },
      // Native: it stays a package beside the bundle, one build for Node and for every Electron.
      rolldownOptions: { external: ['node-libvirt'] },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      target: node,
      // A sandboxed preload can require nothing but electron, and cannot be an ES module: one CommonJS file.
      externalizeDeps: false,
      isolatedEntries: true,
      lib: { entry: 'src-main/preload/index.ts', formats: ['cjs'] },
      rolldownOptions: { output: { entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      target: chrome,
      rolldownOptions: { input: 'src-renderer/index.html' },
      minify: true,
      // An inlined asset is a data: URL, which the content security policy refuses.
      assetsInlineLimit: 0,
    },
  },
});
