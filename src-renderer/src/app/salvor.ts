import type {
  Answer,
  ChannelInput,
  ChannelName,
  ChannelOutput,
  SalvorApi,
} from '../../../src-core/contract/channels.ts';
import { errorData } from '../../../src-core/contract/errors.ts';

declare global {
  interface Window {
    /** Exposed by the preload: one function a channel, and one to listen. */
    readonly salvor: SalvorApi;
  }
}

/**
 * Ask the main process. Always answers: what breaks on the way (a message refused, a bug) comes back as an error like any other,
 * so that no caller needs a second way of failing.
 */
export async function ask<C extends ChannelName>(
  channel: C,
  input: ChannelInput<C>,
): Promise<Answer<ChannelOutput<C>>> {
  const call = window.salvor[channel] as (input: ChannelInput<C>) => Promise<Answer<ChannelOutput<C>>>;
  try {
    return await call(input);
  } catch (problem) {
    return {
      ok: false,
      error: errorData('internal', {}, problem instanceof Error ? problem.message : String(problem)),
    };
  }
}
