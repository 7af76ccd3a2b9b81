/** The words of the command line as data. What cannot be understood throws `usage`. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { ON_TIMEOUTS } from '../../src-core/rescue/types.ts';
import type { MediumSpec, StopRequest } from '../../src-core/rescue/types.ts';

export function usage(problem: string): SalvorError {
  return new SalvorError('usage', { problem });
}

/** volume:POOL/NAME, path:/ABSOLUTE/PATH, url:https://…, original, kernel:PATH,initrd:PATH,cmdline:TEXT */
export function parseSpec(text: string): MediumSpec {
  if (text === 'original') return { kind: 'original' };
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(colon, 0));
  const rest = text.slice(colon + 1);
  switch (kind) {
    case 'volume': {
      const slash = rest.indexOf('/');
      if (slash < 1 || slash === rest.length - 1) throw usage(`“${text}”: a volume is written volume:POOL/NAME`);
      return { kind, pool: rest.slice(0, slash), name: rest.slice(slash + 1) };
    }
    case 'path':
      if (!rest.startsWith('/')) throw usage(`“${text}”: a path is written path:/ABSOLUTE/PATH, as the host sees it`);
      return { kind, path: rest };
    case 'url':
      if (rest === '') throw usage(`“${text}”: an address is written url:https://HOST/FILE`);
      return { kind, url: rest };
    case 'kernel':
      return parseKernel(text);
    default:
      throw usage(
        `“${text}” is no medium: write volume:POOL/NAME, path:/PATH, url:https://…, original, kernel:PATH,initrd:PATH,cmdline:TEXT, or library:NAME`,
      );
  }
}

/** The command line comes last and may hold commas. */
const KERNEL = /^kernel:(\/[^,]*)(?:,initrd:(\/[^,]*))?(?:,cmdline:(.*))?$/s;

function parseKernel(text: string): MediumSpec {
  const match = KERNEL.exec(text);
  if (match === null)
    throw usage(
      `“${text}”: a kernel is written kernel:/PATH,initrd:/PATH,cmdline:TEXT, in this order, initrd and cmdline where wanted`,
    );
  const [, kernel = '', initrd, cmdline] = match;
  return { kind: 'kernel', kernel, initrd: initrd ?? null, cmdline: cmdline ?? null };
}

/** A word out of a list. */
export function oneOf<T extends string>(option: string, words: readonly T[], text: string): T {
  const word = words.find((known) => known === text);
  if (word === undefined) throw usage(`${option} is one of ${words.join(', ')}, not “${text}”`);
  return word;
}

export const DEFAULT_STOP_TIMEOUT = '60';

export interface StopOptions {
  readonly stop?: string;
  readonly stopTimeout?: string;
  readonly stopThen?: string;
}

export function parseStop({ stop, stopTimeout: timeout = DEFAULT_STOP_TIMEOUT, stopThen }: StopOptions): StopRequest {
  const timeoutSeconds = /^\d{1,4}$/.test(timeout) ? Number(timeout) : 0;
  if (timeoutSeconds < 1 || timeoutSeconds > 3600)
    throw usage(`--stop-timeout is a number of seconds from 1 to 3600, not “${timeout}”`);
  const how = oneOf('--stop', ['graceful', 'force'], stop ?? 'graceful');
  if (how === 'force' && stopThen !== undefined)
    throw usage('--stop-then says what follows when a graceful stop takes too long: leave it out with --stop force');
  return { how, timeoutSeconds, onTimeout: oneOf('--stop-then', ON_TIMEOUTS, stopThen ?? 'give-up') };
}
