/** When a transfer runs, and what is told of it meanwhile. */
import type { TransferState } from '../../../src-core/contract/transfer.ts';
import type { Log } from '../log.ts';
import { doneOf } from './job.ts';
import type { Job } from './job.ts';
import { carryOut, settle } from './run.ts';
import { createSpeed } from './speed.ts';
import { createTurns } from './turns.ts';

/** So many at once: on one connection they leave a thread for everything else. */
const AT_ONCE = 3;

/** How often one under way is told of, in milliseconds. */
const TELL_MS = 500;

export interface ScheduleOptions {
  readonly tell: (job: Job) => void;
  readonly log: Log;
  readonly now: () => Date;
  readonly confirmMs: number;
}

/** Gives what begins a transfer, or goes on with it, when it is its turn. */
export function createSchedule({ tell, log, now, confirmMs }: ScheduleOptions): (job: Job) => void {
  const turns = createTurns(AT_ONCE);

  const runOnce = async (job: Job): Promise<void> => {
    const { run, controller } = job;
    const note = () => job.speed.note(performance.now(), doneOf(job), run.progress.sent + job.verified);
    const ticking = setInterval(() => {
      note();
      tell(job);
    }, TELL_MS);
    const become = (state: TransferState): void => {
      if (job.state === state) return;
      Object.assign(job, { state, speed: createSpeed() });
      note();
      tell(job);
    };
    try {
      if (!controller.signal.aborted) become('running');
      await carryOut(run, {
        signal: controller.signal,
        confirmMs,
        verifying: (done) => {
          job.verified = done;
          become('verifying');
        },
      });
      await run.source.close();
      Object.assign(job, { state: 'done', error: null });
    } catch (thrown) {
      const { state, error } = await settle(run, thrown, controller.signal.aborted);
      if (error !== null) log.warn(`transfer of ${run.name}: ${error.data.code} ${error.data.detail ?? ''}`, thrown);
      Object.assign(job, { state, error: error?.data ?? null });
    } finally {
      clearInterval(ticking);
    }
    job.endedAt = job.state === 'interrupted' ? null : now().toISOString();
    tell(job);
  };

  return (job) => {
    Object.assign(job, { state: 'waiting', error: null, controller: new AbortController(), speed: createSpeed() });
    job.over = turns.take(job.controller.signal, () => runOnce(job));
    tell(job);
  };
}
