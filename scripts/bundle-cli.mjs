/**
 * Bundles the command line (src-main/cli.ts) into out/cli/salvor.mjs. Run by set-up; see bin/salvor.
 */
import { build } from 'vite';
import { root } from './lib/paths.mjs';

await build({
  configFile: false,
  root,
  logLevel: 'warn',
  // Packages go into the bundle; the native binding stays beside it.
  ssr: { noExternal: true, external: ['node-libvirt'] },
  build: {
    ssr: 'src-main/cli.ts',
    outDir: 'out/cli',
    // A command that is still running may load its next part from the bundle before this one.
    emptyOutDir: false,
    target: 'node22',
    // Less to read at every start; the compile cache does the rest.
    minify: true,
    // A command is loaded when it is asked for: src-main/cli.ts imports each dynamically.
    rolldownOptions: {
      output: {
        entryFileNames: 'salvor.mjs',
        chunkFileNames: '[name]-[hash].mjs',
        // Finding and reading a file takes longer than what is in it that a command does not need: so what commands share is in two files,
        // not in forty. The entry itself waits for its command (top-level await): nothing that a command imports may be in it.
        codeSplitting: {
          groups: [
            { name: 'start', tags: ['$initial'], test: (id) => !id.endsWith('/src-main/cli.ts'), priority: 2 },
            { name: 'shared', minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
});
