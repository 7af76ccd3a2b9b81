/** Meeting a process at the moment that boundary.ts holds it. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { awaitCondition } from '../testbed/await-condition.ts';

/** Wait until it stands still there; false: it has ended without coming there. */
export async function arrived(held: string, finished: Promise<unknown>): Promise<boolean> {
  let ended = false;
  const end = () => (ended = true);
  void finished.then(end, end);
  await awaitCondition('the process to come there, or to end', 120, () => ended || existsSync(held));
  return existsSync(held);
}

export async function letGo(go: string): Promise<void> {
  await writeFile(go, '');
}
