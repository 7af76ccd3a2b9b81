/** Timing things in turn, so that whatever else the machine does falls on all alike. */
import { salvor } from '../e2e/testbed/salvor.ts';
import type { SalvorAnswer } from '../e2e/testbed/salvor.ts';

export interface Spread {
  /** Milliseconds. The quickest quarter takes at most `quarter`: on a busy machine the rest tells of the others' work. */
  readonly quarter: number;
  readonly median: number;
  readonly p99: number;
}

export interface Cost extends Spread {
  /** Milliseconds computed for one run; what the ratios are made of. `median` and `p99` are by the clock on the wall. */
  readonly computed: number;
}

const wall = (): number => performance.now();

/**
 * Milliseconds that this thread has computed, in steps of a kernel tick (4 ms). On a busy machine the clock on the wall counts the others'
 * work too, most on what takes longest.
 */
function computed(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** A batch takes at least this long, so that a tick is a small part of it. */
const BATCH_MS = 120;

function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const spreadOf = (samples: readonly number[]): Spread => ({
  quarter: quantile(samples, 0.25),
  median: quantile(samples, 0.5),
  p99: quantile(samples, 0.99),
});

function batch(work: () => void, repeats: number, walls: number[]): number {
  const start = computed();
  for (let i = 0; i < repeats; i += 1) {
    const began = wall();
    work();
    walls.push(wall() - began);
  }
  return (computed() - start) / repeats;
}

function repeatsFor(work: () => void): number {
  let repeats = 0;
  for (const start = wall(); wall() - start < BATCH_MS; repeats += 1) work();
  return repeats;
}

/** Run each of the functions in batches, one after the other, over and over. A batch of each warms up. */
export function inTurn<Name extends string>(
  batches: number,
  work: Readonly<Record<Name, () => void>>,
): Record<Name, Cost> {
  const all = (Object.keys(work) as Name[]).map((name) => ({
    name,
    run: work[name],
    repeats: repeatsFor(work[name]) && repeatsFor(work[name]),
    walls: [] as number[],
    costs: [] as number[],
  }));
  for (let i = 0; i < batches; i += 1)
    for (const { run, repeats, walls, costs } of all) costs.push(batch(run, repeats, walls));
  const results = all.map(
    ({ name, walls, costs }) => [name, { ...spreadOf(walls), computed: quantile(costs, 0.5) }] as const,
  );
  return Object.fromEntries(results) as Record<Name, Cost>;
}

export interface Timed {
  /** Puts the scene in order; not measured. */
  readonly before?: () => Promise<void>;
  readonly work: () => Promise<unknown>;
}

/** Run each once a round, awaited, by the clock on the wall; one round warms up. */
export async function inTurnAsync<Name extends string>(
  rounds: number,
  work: Readonly<Record<Name, Timed>>,
): Promise<Record<Name, Spread>> {
  const all = (Object.keys(work) as Name[]).map((name) => ({ name, timed: work[name], samples: [] as number[] }));
  for (let round = -1; round < rounds; round += 1) {
    for (const { timed, samples } of all) {
      await timed.before?.();
      const start = wall();
      await timed.work();
      if (round >= 0) samples.push(wall() - start);
    }
  }
  return Object.fromEntries(all.map(({ name, samples }) => [name, spreadOf(samples)])) as Record<Name, Spread>;
}

/** Run bin/salvor; it must succeed. */
export async function salvorDone(...args: readonly string[]): Promise<SalvorAnswer> {
  const done = await salvor(args);
  if (done.code !== 0) throw new Error(`salvor ${args.join(' ')} failed: ${done.stderr}${done.stdout}`);
  return done;
}

export const milliseconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** A line of the report: what, the ratio, what it was aimed at. `kept` is false where the aim was missed. */
export function ratioLine(what: string, ratio: number, aim: number, details: string): { line: string; kept: boolean } {
  const kept = ratio <= aim;
  return { line: `${what}: ${ratio.toFixed(2)} × (aim: at most ${aim} ×${kept ? '' : ', MISSED'})  ${details}`, kept };
}
