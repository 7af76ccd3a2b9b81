import { setTimeout as delay } from 'node:timers/promises';

/** How often a condition is looked at. Short, since most of what is awaited takes less than a second. */
const PAUSE_MS = 50;

/**
 * Wait until `look` answers something other than null or false, and give that back; after `seconds` throw an error that says what was
 * awaited. The tests never sleep: they wait for what they need.
 */
export async function awaitCondition<T>(
  what: string,
  seconds: number,
  look: () => Promise<T | null | false> | T | null | false,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`waited ${String(seconds)} s in vain for ${what}`);
    await delay(PAUSE_MS);
  }
}
