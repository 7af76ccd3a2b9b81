import { plain, tell } from './output.ts';

/** What is said at the first and at the second Ctrl-C. */
export interface InterruptWords {
  readonly cancelling: () => string;
  readonly left: () => string;
}

const rescueWords = (domain: string): InterruptWords => ({
  cancelling: () =>
    'cancelling; a step that is under way is finished or taken back first. Ctrl-C again leaves at once.',
  left: () =>
    `left in mid-run. ${domain} may be off or in rescue; its own definition is as it was, or kept inside the rescue definition. salvor resume says how it stands and offers the way on; or end a rescue with salvor end, start a domain that is off with virsh start.`,
});

/**
 * Run with Ctrl-C meaning “cancel”: up to the stop of the guest nothing has happened; later the step under way is finished or taken back
 * first. A second Ctrl-C leaves at once and says so: the definition is safe whatever happens (or inside the rescue definition), but the guest may be left off. Once the
 * work is over Ctrl-C changes nothing: how it ended is about to be told, and an exit by signal would say something else.
 */
export async function withInterrupt<T>(
  domain: string,
  work: (signal: AbortSignal) => Promise<T>,
  words: InterruptWords = rescueWords(domain),
): Promise<T> {
  const controller = new AbortController();
  let over = false;
  const interrupt = () => {
    if (over) return;
    if (!controller.signal.aborted) {
      controller.abort();
      tell(`salvor: ${plain(words.cancelling())}`);
      return;
    }
    tell(`salvor: ${plain(words.left())}`);
    process.exit(1);
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } finally {
    over = true;
  }
}
