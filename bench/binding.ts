/** The binding's own benchmark: its time for 1000 × (lookup + xmlDesc), as a ratio to a C program that does the same. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PACKAGE = join(import.meta.dirname, '../packages/node-libvirt');

/** It prints its line itself; false where its aim was missed. */
export function benchBinding(): boolean {
  return spawnSync(process.execPath, ['bench/lookup.mjs'], { cwd: PACKAGE, stdio: 'inherit' }).status === 0;
}
