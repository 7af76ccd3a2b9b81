/**
 * `npm run bench [-- plan|rescue|binding …]`: each benchmark prints a ratio to a baseline that runs beside it, so that figures of different
 * machines can be compared. Exit code 1 where an aim was missed.
 */
import { benchBinding } from './binding.ts';
import { benchMigrate } from './migrate.ts';
import { benchPicture } from './picture.ts';
import { benchPlan } from './plan.ts';
import { benchReboot } from './reboot.ts';
import { benchRescue } from './rescue.ts';
import { benchStorage } from './storage.ts';
import { benchTransfer } from './transfer.ts';
import { benchWindow } from './window.ts';

const BENCHMARKS: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
  plan: benchPlan,
  rescue: benchRescue,
  reboot: benchReboot,
  migrate: benchMigrate,
  binding: benchBinding,
  window: benchWindow,
  storage: benchStorage,
  picture: benchPicture,
  transfer: benchTransfer,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHMARKS, name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. Choose from: ${Object.keys(BENCHMARKS).join(', ')}.`);
  process.exit(64);
}
for (const [name, bench] of Object.entries(BENCHMARKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  if (!(await bench())) process.exitCode = 1;
}
