/** One transfer from its beginning, or from where it was interrupted, to its end. */
import { createHash } from 'node:crypto';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { TransferState } from '../../../src-core/contract/transfer.ts';
import { errorOf, isUnanswered } from '../errors.ts';
import type { Sink, Source } from './ends.ts';
import { checksum, move } from './pump.ts';
import type { Checksum, Progress } from './pump.ts';

/**
 * libvirt 9.0 does not tell that the last 64 KiB of an upload were not written, where the disk is full (virsh neither): these bytes are read
 * back even where nothing else is.
 */
const TAIL = 128 * 1024;

export interface Run {
  /** Of the volume or the file. */
  readonly name: string;
  /** Where it goes to, in words: “the pool “images””. */
  readonly place: string;
  readonly source: Source;
  readonly sink: Sink;
  readonly verify: boolean;
  readonly progress: Progress;
  /** The sink has been made, or may have been. */
  made: boolean;
  /** All has been sent, and nothing changed meanwhile. */
  moved: boolean;
  /** Once both ends were compared. */
  sha256: string | null;
}

export interface RunSteps {
  readonly signal: AbortSignal;
  readonly confirmMs: number;
  /** It has come to reading back what arrived; how far that is. */
  readonly verifying: (done: number) => void;
}

export function newRun(run: Pick<Run, 'name' | 'place' | 'source' | 'sink' | 'verify'>): Run {
  const progress = { done: 0, sent: 0, confirmed: 0, hash: run.verify ? createHash('sha256') : null };
  return { ...run, progress, made: false, moved: false, sha256: null };
}

/** Rejects with what went wrong; what is left then, and what becomes of it, is settle()'s business. */
export async function carryOut(run: Run, { signal, confirmMs, verifying }: RunSteps): Promise<void> {
  const { source, sink, progress, name } = run;
  signal.throwIfAborted();
  if (run.made) {
    await sink.check(progress.confirmed);
    await source.check();
  } else await create(run);
  if (!run.moved) {
    await move(source, sink, progress, { signal, confirmMs });
    if (progress.done !== source.size)
      throw new SalvorError('transfer-failed', {
        name,
        problem: `it ended after ${String(progress.done)} of ${String(source.size)} bytes`,
        unchanged: '',
      });
    await source.check();
    run.moved = true;
  }
  const sent = progress.hash?.copy().digest('hex') ?? null;
  if (sent !== null) {
    verifying(0);
    const arrived = await checksum(await sink.readBack(0), verifying, signal);
    expectSame(name, { sha256: sent, bytes: source.size }, arrived);
  } else if (!sink.local) {
    const at = Math.max(0, source.size - TAIL);
    const end = await checksum(await source.read(at), () => undefined, signal);
    expectSame(name, end, await checksum(await sink.readBack(at), () => undefined, signal));
  }
  signal.throwIfAborted();
  await sink.complete();
  run.sha256 = sent;
}

/** Rejects with checksum-differs. */
function expectSame(name: string, sent: Checksum, arrived: Checksum): void {
  if (arrived.sha256 === sent.sha256 && arrived.bytes === sent.bytes) return;
  throw new SalvorError('checksum-differs', { name, sent: sent.sha256, arrived: arrived.sha256, unchanged: '' });
}

async function create(run: Run): Promise<void> {
  run.made = true;
  try {
    await run.sink.create();
  } catch (error) {
    // It is another's, or was refused. Where no answer came, it may have been made all the same.
    run.made = isUnanswered(error);
    throw error;
  }
}

/** What a lost connection says, in whichever call it is found out. */
const CONNECTION_GONE: readonly string[] = ['connection-lost', 'not-connected', 'host-not-found'];

/** ENOSPC and EDQUOT in the C locale, as libvirtd and Node say them; LVM's words. */
const FULL = /no space left|disk quota exceeded|ENOSPC|EDQUOT|insufficient free space/i;

export interface Settled {
  readonly state: Extract<TransferState, 'interrupted' | 'failed' | 'cancelled'>;
  readonly error: SalvorError | null;
}

/** A run has ended in `thrown`. What was written is removed, but for what can be gone on with. Never rejects. */
export async function settle(run: Run, thrown: unknown, cancelled: boolean): Promise<Settled> {
  const { code } = errorOf(thrown);
  if (!cancelled && run.made) {
    const going = CONNECTION_GONE.includes(code) || (code === 'timeout' && run.progress.confirmed > 0);
    if (going) return { state: 'interrupted', error: asOurs(thrown) };
  }
  const left = run.made ? await remove(run) : null;
  // A host that does not even answer when something is to be removed may be back later.
  if (left !== null && !cancelled && code === 'timeout') return { state: 'interrupted', error: asOurs(thrown) };
  await run.source.close();
  const unchanged = left ?? `Nothing is left of it in ${run.place}.`;
  if (cancelled)
    return { state: 'cancelled', error: left === null ? null : new SalvorError('cancelled', { unchanged }) };
  return { state: 'failed', error: failure(run, thrown, unchanged) };
}

/** Remove what was made; null, or why it is still there, in words. */
export async function remove(run: Run): Promise<string | null> {
  try {
    await run.sink.discard();
    return null;
  } catch (error) {
    const { message } = errorOf(error);
    return `What was written of it could not be removed from ${run.place} (${message.replace(/\.$/, '')}): “${run.name}” is there in part.`;
  }
}

function asOurs(thrown: unknown): SalvorError {
  return thrown instanceof SalvorError ? thrown : new SalvorError('internal', { unchanged: '' });
}

function failure({ name, place }: Run, thrown: unknown, unchanged: string): SalvorError {
  const { code, params, message, detail } = errorOf(thrown);
  const words = thrown instanceof Error ? thrown.message : '';
  if (FULL.test(detail ?? '') || FULL.test(words))
    return new SalvorError('transfer-failed', { name, problem: `${place} is full`, unchanged }, detail ?? words);
  if (code === 'libvirt')
    return new SalvorError('transfer-failed', { name, problem: 'libvirt gives the reason below', unchanged }, detail);
  // The files of this computer fail with Node's own errors.
  if (code === 'internal')
    return new SalvorError('transfer-failed', { name, problem: words === '' ? message : words, unchanged });
  const kept = params['unchanged'];
  return new SalvorError(
    code,
    'unchanged' in params ? { ...params, unchanged: kept === '' ? unchanged : `${String(kept)} ${unchanged}` } : params,
    detail,
  );
}
