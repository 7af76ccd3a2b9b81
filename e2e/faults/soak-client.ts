/** The soak's end of the wire to soak-process.ts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ChannelInput, ChannelName, ChannelOutput } from '../../src-core/contract/channels.ts';
import type { Desk } from './lane.ts';

export const HOST_ID = 'soak';

export interface Question {
  readonly number: number;
  readonly channel: string;
  readonly input: unknown;
}

export interface Answer {
  readonly number: number;
  readonly value?: unknown;
  /** Code and words of the error. */
  readonly problem?: string;
}

/** Of the process, after collecting what it does not use any more. */
export interface Figures {
  /** Bytes. */
  readonly rss: number;
  readonly heapTotal: number;
  readonly heapUsed: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly children: number;
}

export interface LongLived {
  readonly pid: number;
  readonly ask: <C extends ChannelName>(channel: C, input: ChannelInput<C>) => Promise<ChannelOutput<C>>;
  readonly figures: () => Promise<Figures>;
  readonly stop: () => Promise<void>;
  /** What it has logged last. */
  readonly log: () => string;
}

/** glibc gives each of many threads a heap of its own and keeps what they let go of: that would be measured, and is no leak. */
const LEAN_HEAP = { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' };

export function startLongLived(desk: Desk): LongLived {
  const arguments_ = ['--expose-gc', join(import.meta.dirname, 'soak-process.ts'), desk.uri];
  const child = spawn(desk.lane.program.node, arguments_, {
    env: { ...process.env, ...LEAN_HEAP, NODE_OPTIONS: '', SALVOR_STATE: desk.state, XDG_STATE_HOME: desk.state },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-20_000)));
  const waiting = new Map<number, (answer: Answer) => void>();
  child.on('message', (answer) => {
    const { number } = answer as Answer;
    waiting.get(number)?.(answer as Answer);
    waiting.delete(number);
  });
  const exited = once(child, 'exit');
  void exited.then(() => {
    for (const [number, reply] of waiting) reply({ number, problem: `the long-lived process has ended: ${log}` });
  });
  let last = 0;
  const ask = async (channel: string, input: unknown): Promise<unknown> => {
    const number = (last += 1);
    const { value, problem } = await new Promise<Answer>((resolve) => {
      waiting.set(number, resolve);
      child.send({ number, channel, input } satisfies Question);
    });
    if (problem !== undefined) throw new Error(problem);
    return value;
  };
  return {
    pid: child.pid ?? 0,
    ask: (channel, input) => ask(channel, input) as Promise<never>,
    figures: () => ask('figures', null) as Promise<Figures>,
    stop: async () => {
      child.disconnect();
      child.kill();
      await exited;
    },
    log: () => log,
  };
}
