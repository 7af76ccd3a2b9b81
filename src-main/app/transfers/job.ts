/** A transfer as it is kept while Salvor runs. */
import type { ErrorData } from '../../../src-core/contract/errors.ts';
import type { Transfer, TransferKind, TransferState, VolumePlace } from '../../../src-core/contract/transfer.ts';
import type { Run } from './run.ts';
import { createSpeed } from './speed.ts';
import type { Speed } from './speed.ts';

export interface Job {
  readonly id: string;
  readonly kind: TransferKind;
  readonly from: VolumePlace | null;
  readonly to: VolumePlace | null;
  readonly file: string | null;
  readonly startedAt: string;
  readonly run: Run;
  state: TransferState;
  error: ErrorData | null;
  endedAt: string | null;
  /** While verifying: how far that is. */
  verified: number;
  speed: Speed;
  controller: AbortController;
  /** Resolves at the end of the run under way. */
  over: Promise<void>;
  /** Resolves once no run follows any more. */
  readonly finished: Promise<void>;
  readonly finish: () => void;
}

/** One that has not begun. */
export function newJob(
  what: Pick<Job, 'kind' | 'from' | 'to' | 'file'>,
  run: Run,
  { id, startedAt }: Pick<Job, 'id' | 'startedAt'>,
): Job {
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  return {
    ...{ ...what, run, id, startedAt, state: 'waiting', error: null, endedAt: null, finished, finish },
    ...{ verified: 0, speed: createSpeed(), controller: new AbortController(), over: Promise.resolve() },
  };
}

export const UNDER_WAY: readonly TransferState[] = ['waiting', 'running', 'verifying'];

/** Bytes that it takes up where it goes to. */
export function neededOf({ source, sink }: Run): number {
  return sink.sparse ? source.allocated : source.size;
}

/** How far it is; while verifying, how far that is. */
export function doneOf({ state, verified, run }: Job): number {
  return state === 'verifying' ? verified : run.progress.done;
}

export function transferOf(job: Job): Transfer {
  const { id, kind, from, to, file, startedAt, endedAt, state, error, run, speed } = job;
  const underWay = state === 'running' || state === 'verifying';
  return {
    ...{ id, kind, name: run.name, from, to, file, state, startedAt, endedAt, error },
    size: run.source.size,
    done: doneOf(job),
    sent: run.progress.sent,
    sparse: run.sink.sparse,
    rate: underWay ? speed.rate() : null,
    secondsLeft: underWay ? speed.secondsLeft(run.source.size) : null,
    sha256: run.sha256,
    resumable: state === 'interrupted',
  };
}
