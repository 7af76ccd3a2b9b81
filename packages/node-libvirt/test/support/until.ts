import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition that nothing announces. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${String(seconds)} s: ${what}`);
    await sleep(20);
  }
}
