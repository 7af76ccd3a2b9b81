/** Runs of many spoilt inputs in a process of its own, whose heap is too small for one that takes 200 MB; and how long each takes. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Each answer comes within this time, in milliseconds of computing. */
export const TIME_LIMIT_MS = 100;
/** The heap of the process, in MB: everything that an answer takes fits in it beside the program itself. */
export const HEAP_LIMIT_MB = 200;

/** Milliseconds that this thread has computed: what others do on a busy machine is not counted. */
const computed = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

const timeOf = (work: () => void): number => {
  const start = computed();
  work();
  return computed() - start;
};

/** Work that never changes, and the milliseconds it takes on a machine with nothing else to do, on which the limit holds. */
const REFERENCE = { rounds: 10, objects: 40_000, milliseconds: 28 };

/** Of the kind that is measured: many small objects are made, and walked through. */
function reference(): void {
  for (let round = 0; round < REFERENCE.rounds; round += 1) manyObjects(REFERENCE.objects);
}

interface Small {
  readonly name: string;
  readonly next: Small | null;
  readonly places: ReadonlyMap<string, number>;
}

function manyObjects(count: number): number {
  let first: Small | null = null;
  for (let i = 0; i < count; i += 1) first = { name: `n${i}`, next: first, places: new Map([[`n${i}`, i]]) };
  let sum = 0;
  for (let each: Small | null = first; each !== null; each = each.next) sum += each.places.get(each.name) ?? 0;
  return sum;
}

/** What is over the limit gets more chances, since a collection of garbage, or a neighbour on the machine, falls on anybody. */
const CHANCES = 12;

/**
 * Run it, and say how long it took. What is over the limit is measured again beside the reference: where that takes twice its time at this
 * moment, the machine is half as fast, and half the time counts.
 */
function timed(work: () => void): number {
  let least = timeOf(work);
  for (let chance = 0; chance < CHANCES && least > TIME_LIMIT_MS; chance += 1) {
    const before = timeOf(reference);
    const took = timeOf(work);
    const slowness = Math.max(1, Math.min(before, timeOf(reference)) / REFERENCE.milliseconds);
    least = Math.min(least, took / slowness);
  }
  return least;
}

/** What a run in a child prints. */
export interface RunReport {
  readonly cases: number;
  readonly seed: number;
  /** How often each answer was given: `plan`, or the code of a refusal or problem. */
  readonly answers: Readonly<Record<string, number>>;
  readonly slowest: { readonly milliseconds: number; readonly what: string };
  /** The most memory that the process ever had, in MB. */
  readonly peakMB: number;
  /** What was wrong, with what repeats it; at most 20. */
  readonly failures: readonly string[];
}

/**
 * Run a file of this folder in a Node of its own: `file cases seed`, which prints a RunReport. Rejects with its last words where the
 * process ends otherwise, as it does where the heap is too small.
 */
export async function runApart(file: string, cases: number, seed: number): Promise<RunReport> {
  const script = join(import.meta.dirname, file);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [`--max-old-space-size=${HEAP_LIMIT_MB}`, script, String(cases), String(seed)],
    { maxBuffer: 1 << 24 },
  );
  const report = JSON.parse(stdout) as RunReport;
  const answers = Object.entries(report.answers).sort(([, a], [, b]) => b - a);
  console.log(
    [
      `${file}: ${report.cases} cases, SALVOR_SEED=${seed}`,
      answers.map(([answer, count]) => `${answer} ${count}`).join(', '),
      `slowest ${report.slowest.milliseconds.toFixed(0)} ms (${report.slowest.what}), peak ${report.peakMB.toFixed(0)} MB`,
    ].join('; '),
  );
  return report;
}

/** Counts answers and failures of a run, and prints the report at its end. */
export function reporter(cases: number, seed: number) {
  const answers: Record<string, number> = {};
  const failures: string[] = [];
  const slow: { readonly what: string; readonly work: () => void }[] = [];
  let slowest = { milliseconds: 0, what: '' };
  const took = (milliseconds: number, what: string) => {
    if (milliseconds > slowest.milliseconds) slowest = { milliseconds, what };
  };
  return {
    answer: (answer: string) => {
      answers[answer] = (answers[answer] ?? 0) + 1;
    },
    fail: (what: string) => {
      if (failures.length < 20) failures.push(what);
    },
    /** Run it and see how long it takes; what was too slow every time is tried once more at the end, when the neighbours are others. */
    measure: (what: string, work: () => void) => {
      const milliseconds = timed(work);
      if (milliseconds > TIME_LIMIT_MS) slow.push({ what, work });
      else took(milliseconds, what);
    },
    print: () => {
      for (const { what, work } of slow.slice(0, 20)) {
        const milliseconds = timed(work);
        took(milliseconds, what);
        if (milliseconds > TIME_LIMIT_MS) failures.push(`${milliseconds.toFixed(0)} ms: ${what}`);
      }
      const peakMB = process.resourceUsage().maxRSS / 1024;
      console.log(JSON.stringify({ cases, seed, answers, slowest, peakMB, failures } satisfies RunReport));
    },
  };
}
