/**
 * Bundles the command line (src-main/cli.ts) into out/cli/salvor.mjs. Run by set-up; see bin/salvor.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { root } from './lib/paths.mjs';

const OUT = join(root, 'out/cli');
/** A command that is still running may load its next part from the bundle before this one: parts stay for so long. */
const STAY_MS = 60 * 60 * 1000;

const built = await build({
  configFile: false,
  root,
  logLevel: 'warn',
  // Packages go into the bundle; the native binding stays beside it.
  ssr: { noExternal: true, external: ['node-libvirt'] },
  build: {
    ssr: 'src-main/cli.ts',
    outDir: 'out/cli',
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

const parts = new Set(built.output.map(({ fileName }) => fileName));
for (const name of readdirSync(OUT).filter((each) => each.endsWith('.mjs') && !parts.has(each)))
  if (Date.now() - statSync(join(OUT, name)).mtimeMs > STAY_MS) rmSync(join(OUT, name), { force: true });
