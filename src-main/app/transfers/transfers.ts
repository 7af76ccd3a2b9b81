/** Uploads, downloads and copies: those under way, those that wait their turn, and those that have ended since the start. */
import { basename } from 'node:path';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { AppEvent } from '../../../src-core/contract/schemas.ts';
import type { RoomForTransfer, Transfer, VolumePlace } from '../../../src-core/contract/transfer.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import type { Log } from '../log.ts';
import type { Sink, Source } from './ends.ts';
import { UNDER_WAY, neededOf, newJob, transferOf } from './job.ts';
import type { Job } from './job.ts';
import { fileFacts, fileSink, fileSource } from './local-file.ts';
import { CONFIRM_MS } from './pump.ts';
import { checkFolder, roomInPool } from './room.ts';
import { newRun, remove } from './run.ts';
import type { Run } from './run.ts';
import { createSchedule } from './schedule.ts';
import { poolFacts, volumeSink, volumeSource } from './volume-ends.ts';

export interface TransfersOptions {
  /** The host as it is connected now. Throws host-not-found or not-connected. */
  readonly host: (hostId: string) => Hypervisor;
  readonly emit: (event: AppEvent) => void;
  readonly log: Log;
  readonly newId: () => string;
  readonly now: () => Date;
  /** How often an upload is brought to an end that the host confirms, in milliseconds. */
  readonly confirmMs?: number;
}

export interface TransferOptions {
  /** What arrived is read back, and its checksum compared. */
  readonly verify: boolean;
}

/**
 * upload, download and copy reject with the refusal before anything is touched (volume-name, volume-exists, volume-not-found, no-room,
 * not-supported, file-exists, …), and answer as soon as the transfer is in the list. `file`: a path on this computer.
 */
export interface Transfers {
  readonly list: () => Transfer[];
  readonly room: (
    from: { readonly file: string } | { readonly from: VolumePlace },
    to: VolumePlace,
  ) => Promise<RoomForTransfer>;
  readonly upload: (order: { file: string; to: VolumePlace; options: TransferOptions }) => Promise<Transfer>;
  /** `replace`: a file that is there may go. */
  readonly download: (order: {
    from: VolumePlace;
    file: string;
    replace: boolean;
    options: TransferOptions;
  }) => Promise<Transfer>;
  readonly copy: (order: { from: VolumePlace; to: VolumePlace; options: TransferOptions }) => Promise<Transfer>;
  /** What was written of it is removed. No-op for one that has ended. Rejects where one that was interrupted cannot be removed now. */
  readonly cancel: (id: string) => Promise<void>;
  /** Go on with one that was interrupted. Rejects with what is in the way. */
  readonly resume: (id: string) => Promise<Transfer>;
  /** Put an ended or interrupted one away; what is there of an interrupted one stays. No-op for one under way. */
  readonly forget: (id: string) => void;
  /** Those that wait or are under way. */
  readonly running: () => Transfer[];
  /** Resolves when none is under way any more. */
  readonly settled: () => Promise<void>;
  /** Resolves when it is done, failed, cancelled or interrupted. */
  readonly ended: (id: string) => Promise<Transfer>;
  /** Resolves when it is done, failed or cancelled, however often it was interrupted and gone on with before; or when it is put away. */
  readonly finished: (id: string) => Promise<Transfer>;
}

export function createTransfers(options: TransfersOptions): Transfers {
  const { host, emit, log, newId, now, confirmMs = CONFIRM_MS } = options;
  const jobs = new Map<string, Job>();
  const tell = (job: Job): void => {
    if (jobs.has(job.id)) emit({ type: 'transfer-changed', transfer: transferOf(job) });
    if (job.endedAt !== null) job.finish();
  };
  const find = (id: string): Job => {
    const job = jobs.get(id);
    if (job === undefined) throw new SalvorError('transfer-not-found');
    return job;
  };
  const underWay = () => [...jobs.values()].filter(({ state }) => UNDER_WAY.includes(state));
  const schedule = createSchedule({ tell, log, now, confirmMs });

  const begin = (what: Pick<Job, 'kind' | 'from' | 'to' | 'file'>, run: Run): Transfer => {
    const job = newJob(what, run, { id: newId(), startedAt: now().toISOString() });
    jobs.set(job.id, job);
    schedule(job);
    return transferOf(job);
  };

  /** Bytes that those under way will still take up in a pool. */
  const promisedTo = ({ hostId, pool }: VolumePlace): number =>
    underWay()
      .filter(({ to }) => to?.hostId === hostId && to.pool === pool)
      .reduce((sum, { run }) => sum + Math.max(0, neededOf(run) - run.progress.sent), 0);

  const intoPool = async (
    what: Pick<Job, 'kind' | 'from' | 'file'>,
    to: VolumePlace,
    source: Source,
    { verify }: TransferOptions,
  ): Promise<Transfer> => {
    try {
      const pool = await poolFacts(host(to.hostId), to.pool);
      const { problem } = await roomInPool(host(to.hostId), to, pool, source, promisedTo(to));
      if (problem !== null) throw new SalvorError(problem.code, problem.params, problem.detail);
      const sink = volumeSink(() => host(to.hostId), to, source.size, pool);
      return begin({ ...what, to }, newRun({ name: to.name, place: `the pool “${to.pool}”`, source, sink, verify }));
    } catch (error) {
      await source.close();
      throw error;
    }
  };

  return {
    list: () => [...jobs.values()].map(transferOf),
    room: async (what, to) => {
      const wanted = 'file' in what ? await fileFacts(what.file) : await sourceAt(host, what.from);
      const pool = await poolFacts(host(to.hostId), to.pool);
      return roomInPool(host(to.hostId), to, pool, wanted, promisedTo(to));
    },
    upload: async ({ file, to, options: chosen }) => {
      const source = await fileSource(file, (fd, at) => sectionOf(host(to.hostId), fd, at));
      return intoPool({ kind: 'upload', from: null, file }, to, source, chosen);
    },
    copy: async ({ from, to, options: chosen }) =>
      intoPool({ kind: 'copy', from, file: null }, to, await sourceAt(host, from), chosen),
    download: async ({ from, file, replace, options: { verify } }) => {
      const source = await sourceAt(host, from);
      await checkFolder(file, source);
      const sink: Sink = fileSink(file, source.size, replace);
      const run = newRun({ name: basename(file), place: 'its folder', source, sink, verify });
      return begin({ kind: 'download', from, to: null, file }, run);
    },
    cancel: async (id) => {
      const job = find(id);
      if (job.state === 'interrupted') {
        const removing = removeInterrupted(job);
        // Who wants to go on with it waits for that.
        job.over = removing.catch(() => undefined);
        await removing;
      } else if (UNDER_WAY.includes(job.state)) job.controller.abort();
    },
    resume: async (id) => {
      const job = find(id);
      await job.over;
      if (job.state !== 'interrupted') return transferOf(job);
      // Throws where an end is not connected.
      for (const end of [job.from, job.to]) if (end !== null) host(end.hostId);
      schedule(job);
      return transferOf(job);
    },
    forget: (id) => {
      const job = find(id);
      if (UNDER_WAY.includes(job.state)) return;
      void job.run.source.close();
      void job.run.sink.close();
      jobs.delete(id);
      job.finish();
      emit({ type: 'transfer-removed', transferId: id });
    },
    running: () => underWay().map(transferOf),
    settled: async () => {
      while (underWay().length > 0) await Promise.all(underWay().map(({ over }) => over));
    },
    ended: async (id) => {
      const job = find(id);
      await job.over;
      return transferOf(job);
    },
    finished: async (id) => {
      const job = find(id);
      await job.finished;
      return transferOf(job);
    },
  };

  async function removeInterrupted(job: Job): Promise<void> {
    const left = await remove(job.run);
    if (left !== null) throw new SalvorError('transfer-failed', { name: job.run.name, problem: left, unchanged: '' });
    await job.run.source.close();
    Object.assign(job, { state: 'cancelled', error: null, endedAt: now().toISOString() });
    tell(job);
  }
}

function sourceAt(host: TransfersOptions['host'], from: VolumePlace): Promise<Source> {
  return volumeSource(() => host(from.hostId), from);
}

/** null: not to be told, so that all of it counts as data. */
async function sectionOf(host: Hypervisor, fd: number, at: number) {
  try {
    return await host.fileSection(fd, at);
  } catch (error) {
    if (error instanceof SalvorError && error.data.code === 'libvirt') return null;
    throw error;
  }
}
