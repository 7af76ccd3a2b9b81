/** The binding's own benchmark: its time for 1000 × (lookup + xmlDesc), as a ratio to a C program that does the same. Needs root and a C compiler. */
import { join } from 'node:path';
import { outputOf } from '../e2e/testbed/command.ts';
import { milliseconds, ratioLine } from './measure.ts';

const PACKAGE = join(import.meta.dirname, '../packages/node-libvirt');
const AIM = 1.3;

/** What bench/lookup.mjs of the binding prints; medians in milliseconds. */
interface Lookup {
  readonly what: string;
  readonly binding: number;
  readonly c: number;
  readonly ratio: number;
}

/** Prints a line; false where the aim was missed. */
export async function benchBinding(): Promise<boolean> {
  const printed = await outputOf(process.execPath, ['bench/lookup.mjs'], { cwd: PACKAGE, timeoutSeconds: 600 });
  const { what, binding, c, ratio } = JSON.parse(printed) as Lookup;
  const details = `binding ${milliseconds(binding)}, C ${milliseconds(c)}`;
  const result = ratioLine(`binding, ${what}, to C`, ratio, AIM, details);
  console.log(result.line);
  return result.kept;
}
