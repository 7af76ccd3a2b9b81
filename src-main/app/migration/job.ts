/**
 * The call itself, and looking after it while it is under way: figures twice a second from the source's job, cancel, post-copy, a destination
 * that goes away. When this resolves or rejects, nothing of it is left behind: no timer, no listener, no call that somebody would wait for.
 */
import { NO_PROGRESS, nextProgress } from '../../../src-core/migration/progress.ts';
import type { PostCopy, ProgressState } from '../../../src-core/migration/progress.ts';
import { progressNote } from '../../../src-core/migration/progress-note.ts';
import type { MigrationProgress } from '../../../src-core/migration/types.ts';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { MigrationCall } from '../../../src-core/migration/parameters.ts';
import type { DomainRef, Hypervisor } from '../../libvirt/port.ts';
import { errorOf } from '../errors.ts';
import { within } from '../patience.ts';
import type { MigrateReport, MigrationControls } from './order.ts';

const POLL_MS = 500;
/** A small guest is over in a second: what has to be set in its job is tried more often. */
const SET_MS = 50;
/** A look that takes longer is given up; the next one comes. */
const LOOK_MS = 5000;
/** QEMU takes a moment until it may be switched (tried: one or two tries). */
const SWITCH_TRIES = 20;
const STILL_THERE = 'post-copy has begun: the guest runs at the destination already, and cannot be taken back';

export interface MigrationJob {
  readonly source: Hypervisor;
  readonly destination: Hypervisor;
  readonly domain: DomainRef;
  readonly call: MigrationCall;
  /** Peer to peer: how the source's daemon reaches the destination's; null: this process carries it. */
  readonly destinationUri: string | null;
  /** Milliseconds that the guest may stand still; null: libvirt's own. */
  readonly maxDowntime: number | null;
  readonly report: MigrateReport;
  readonly signal: AbortSignal;
  /** Called once with the controls, when there is something to steer. */
  readonly controls: ((controls: MigrationControls) => void) | null;
  /** For the journal: what happened, in a sentence. */
  readonly note: (text: string) => Promise<void>;
}

/** Resolves when libvirt says that it is done; rejects with what the call rejects with, which is not the truth yet. */
export async function followMigration(job: MigrationJob): Promise<void> {
  const end = { over: false, wake: (): void => undefined };
  const watch = createWatch(job, () => end.over);
  const wakeUp = () => end.wake();
  const { source, destination, domain, call, destinationUri, signal } = job;
  const done = (
    destinationUri === null
      ? source.migrateTo(domain.uuid, destination, call)
      : source.migrateToUri(domain.uuid, destinationUri, call)
  ).finally(() => {
    end.over = true;
    end.wake();
  });
  // Waited for below; a failure before that must not count as unhandled.
  done.catch(() => undefined);
  job.controls?.(watch.controls);
  const set = limitDowntime(job, () => end.over);
  signal.addEventListener('abort', wakeUp);
  try {
    while (!end.over) {
      const woken = new Promise<void>((resolve) => (end.wake = resolve));
      await within(POLL_MS, woken, undefined);
      // It may have ended meanwhile.
      if (!isOver(end)) await watch.look();
    }
    await done;
  } finally {
    await set;
    signal.removeEventListener('abort', wakeUp);
    job.report.cancellable(false);
  }
}

/** In its job, as soon as there is one: set before, it would stay with a guest that is not migrated after all. Never rejects. */
async function limitDowntime({ source, domain, maxDowntime, note }: MigrationJob, over: () => boolean): Promise<void> {
  if (maxDowntime === null) return;
  while (!over()) {
    try {
      if ((await source.jobStats(domain.uuid, 'current')) !== null) {
        await source.setMaxDowntime(domain.uuid, maxDowntime);
        return;
      }
    } catch (error) {
      if (over()) return;
      const { detail, message } = errorOf(error);
      await note(`How long it may stand still could not be set: ${detail ?? message}`).catch(() => undefined);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, SET_MS));
  }
}

const isOver = ({ over }: { readonly over: boolean }): boolean => over;

interface Watch {
  readonly look: () => Promise<void>;
  readonly controls: MigrationControls;
}

function createWatch(job: MigrationJob, over: () => boolean): Watch {
  const { source, domain, report, call } = job;
  const { uuid } = domain;
  let state: ProgressState = NO_PROGRESS;
  let postCopy: PostCopy = call.flags.includes('POSTCOPY') ? 'allowed' : 'off';
  let refused = false;
  let lost: string | null = null;
  const switchOver = async (): Promise<void> => {
    if (postCopy === 'started') return;
    if (postCopy === 'off')
      throw new SalvorError('not-supported', { what: 'post-copy of a migration that was begun without it' });
    // QEMU takes the order at any time, also where it has no effect; and what has been switched is not cancelled any more.
    if (state.progress?.mayPostCopy !== true)
      throw new SalvorError('not-supported', { what: 'post-copy while no memory goes over' });
    await tryToSwitch(source, uuid, () => over() || job.signal.aborted);
    postCopy = 'started';
    report.cancellable(false);
    await job.note('Switched to post-copy.');
  };
  /** Giving it up is asked for again and again: it may not have begun when it was asked for first. */
  const giveUp = async (): Promise<void> => {
    if (postCopy !== 'started') {
      await within(
        LOOK_MS,
        source.cancelJob(uuid).catch(() => undefined),
        undefined,
      );
      return;
    }
    if (refused) return;
    refused = true;
    await job.note(`It was to be cancelled, and could not be: ${STILL_THERE}.`);
  };
  /** A call that this process carries waits for ever for a destination that is gone (tried); the source's daemon sees to its own. */
  const missDestination = async (): Promise<void> => {
    if (job.destinationUri !== null || postCopy === 'started') return;
    const missed = await within(LOOK_MS, isGone(job.destination, uuid), null);
    if (missed === null) return;
    if (lost === null)
      await job.note(`The connection to the destination has ended (${missed}): the migration is given up.`);
    lost = missed;
    await giveUp();
  };
  return {
    look: async () => {
      const stats = await within(
        LOOK_MS,
        source.jobStats(uuid, 'current').catch(() => null),
        null,
      );
      state = nextProgress(state, stats, performance.now(), postCopy);
      const { progress } = state;
      if (progress?.phase === 'post-copy' && postCopy !== 'started') {
        postCopy = 'started';
        report.cancellable(false);
      }
      if (progress !== null) report.progress(progress);
      const wanted = job.signal.aborted && refused ? `not cancelled: ${STILL_THERE}` : null;
      report.note(
        'migrate',
        [progress === null ? null : progressNote(progress), wanted].filter(Boolean).join('; ') || null,
      );
      await missDestination();
      if (job.signal.aborted) await giveUp();
      else if (progress !== null && neverEnds(progress)) await switchOver().catch(() => undefined);
    },
    controls: {
      startPostCopy: switchOver,
      setMaxDowntime: (milliseconds) => source.setMaxDowntime(uuid, milliseconds),
    },
  };
}

/** It was allowed to switch, has sent all memory once, and the guest dirties it as fast as it goes over. */
function neverEnds({ mayPostCopy, iteration, left, stalled }: MigrationProgress): boolean {
  return mayPostCopy && (iteration ?? 0) >= 2 && left === null && stalled === 0;
}

/** Why the connection to a host has ended; null: it has not, whatever it answers. */
async function isGone(host: Hypervisor, uuid: string): Promise<string | null> {
  try {
    await host.domainState(uuid);
    return null;
  } catch (error) {
    const { code, detail, message } = errorOf(error);
    return code === 'connection-lost' ? (detail ?? message) : null;
  }
}

/** `givenUp`: it has ended, or somebody has cancelled it meanwhile. */
async function tryToSwitch(source: Hypervisor, uuid: string, givenUp: () => boolean): Promise<void> {
  for (let tries = SWITCH_TRIES; ; tries -= 1) {
    if (givenUp()) throw new SalvorError('not-supported', { what: 'post-copy of a migration that is over' });
    try {
      await source.startPostCopy(uuid);
      return;
    } catch (error) {
      if (errorOf(error).code !== 'libvirt' || tries <= 1) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
