/** The way back of a rescue that failed or was cancelled: what was done is undone, the last first, and how things stand then is looked at and said. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import { isOn } from './domain-facts.ts';
import { errorOf } from './errors.ts';
import { undone } from './recording.ts';
import { removeOverlays } from './overlay-volumes.ts';
import { removeFile } from './remove-file.ts';
import type { Begun } from './rescue-steps.ts';
import { account, isElsewhere, standingOf } from './standing.ts';
import type { Done, Standing } from './standing.ts';
import { removeSnapshot } from './snapshot.ts';
import { PERHAPS_TAKEN_MS, busyWith, liveSession, takenBy } from './run.ts';
import { forceOff } from './stop-guest.ts';

/** Take back what was done. Gives the error to throw: the cause with the truth about how things stand, or rollback-failed. */
export async function rollBack(begun: Begun, cause: ErrorData): Promise<SalvorError> {
  const { hypervisor, domain, report } = begun;
  report.cancellable(false);
  const back: WayBack = { restarted: false, redefined: false, failure: null, overlays: [] };
  let now: Standing | null;
  try {
    await restore(begun, back);
  } catch (error) {
    back.failure = errorOf(error);
  }
  try {
    now = await standingOf(hypervisor, domain);
    if (!isOurs(begun, now)) back.overlays = await removeMade(begun);
  } catch (error) {
    return unseen(begun, cause, back.failure ?? errorOf(error));
  }
  return afterRollBack(begun, cause, back, now);
}

/** Does it stand on the rescue, running or defined? Then it needs its overlays. */
const isOurs = ({ stamp }: Begun, now: Standing | null) => now?.live?.id === stamp.id || now?.defined?.id === stamp.id;

/** The overlays that were made for it, and nothing that was there before; in words, what is left of them. */
async function removeMade(begun: Begun): Promise<readonly string[]> {
  const { hypervisor, made, writer } = begun;
  if (made.length === 0) return [];
  const problems = await removeOverlays(hypervisor, made);
  if (problems.length === 0) await undone(begun, 'overlay');
  for (const problem of problems) await writer.note(`Its overlay could not be removed: ${problem}`);
  return problems;
}

/** What the way back has tried: a call may take effect, and its answer be lost. */
interface WayBack {
  restarted: boolean;
  redefined: boolean;
  failure: ErrorData | null;
  /** Of its overlays that could not be removed. */
  overlays: readonly string[];
}

/** Bring the guest back to the definition and the power state it had. What is not ours is left alone. */
async function restore(begun: Begun, back: WayBack): Promise<void> {
  const { hypervisor, domain, stamp, inputs, plan, steps } = begun;
  const ended = steps.has('start') && (await endOurs(begun));
  const now = await standingOf(hypervisor, domain);
  if (now === null) return;
  // At another computer, too, a guest is forced off right before it is started for a rescue: was that ours?
  const lost = steps.has('start') && !ended && !now.on && now.whyOff === 'destroyed';
  const patience = begun.started ? undefined : PERHAPS_TAKEN_MS;
  if (lost && (await takenBy(hypervisor, domain.uuid, stamp.id, patience)) !== null) return;
  const ours = now.defined?.id === stamp.id;
  // Somebody at another computer was faster: the guest is in their rescue, and is left there.
  const theirs = now.live !== null && now.live.id !== stamp.id;
  // Their session may have variables of its own in the same place: they are called by the guest.
  const isFree = now.live === null && (now.defined === null || ours);
  if (steps.has('start') && plan.scratchNvram !== null && isFree) await removeFile(hypervisor, plan.scratchNvram);
  // It could not be ended, or ending it would be the end of the guest: then what it stands on stays as well.
  if (now.live?.id === stamp.id) return;
  if (!inputs.domain.persistent) {
    if (ours && !theirs) await restoreTransient(begun, now, back);
    return;
  }
  if (ours) {
    back.redefined = true;
    await hypervisor.defineDomain(inputs.domain.definitionXml);
    await undone(begun, 'define');
  }
  if (steps.has('snapshot') && plan.snapshot !== null && !now.on && !theirs) {
    await removeSnapshot(hypervisor, domain, plan.snapshot);
    await undone(begun, 'snapshot');
  }
  const foreign = theirs || (now.defined !== null && !ours);
  if (now.on || foreign || !now.persistent || isElsewhere(now)) return;
  if (!isOn(inputs.domain.state) || !steps.has('stop')) return;
  await startAgain(begun, back, () => hypervisor.startDomain(domain.uuid));
}

/** End our rescue where it runs; true: it did. A guest that somebody has undefined meanwhile would be gone: it is left running. */
async function endOurs({ hypervisor, domain, stamp, inputs, ...begun }: Begun): Promise<boolean> {
  const now = await standingOf(hypervisor, domain);
  if (now?.live?.id !== stamp.id || (inputs.domain.persistent && !now.persistent)) return false;
  const session = await liveSession(hypervisor, domain.uuid);
  if (session?.id !== stamp.id) return false;
  await forceOff(hypervisor, domain);
  await undone(begun, 'start');
  return true;
}

/** A transient guest runs on, or again, before its definition goes: never is there neither. */
async function restoreTransient(begun: Begun, now: Standing, back: WayBack): Promise<void> {
  const { hypervisor, domain, inputs } = begun;
  if (!now.on) {
    if (isElsewhere(now)) return;
    await startAgain(begun, back, () => hypervisor.createDomain(inputs.domain.definitionXml));
  }
  await hypervisor.undefineDomain(domain.uuid);
  await undone(begun, 'define');
}

/** What holds a disk for a moment after a stop (a lock on network storage) must not leave the guest off: it is tried twice. */
const TRY_AGAIN_MS = 1500;

async function startAgain(begun: Begun, back: WayBack, start: () => Promise<void>): Promise<void> {
  const { hypervisor, domain, writer } = begun;
  back.restarted = true;
  try {
    await start();
  } catch (error) {
    const { message, detail } = errorOf(error);
    await writer.note(`Starting it again failed, and is tried once more: ${detail ?? message}`);
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    // The first try may have taken effect, or somebody has started it.
    if ((await standingOf(hypervisor, domain))?.on !== true) await start();
  }
  await undone(begun, 'stop');
}

const withoutStop = (message: string) => message.replace(/\.$/, '');

function afterRollBack(begun: Begun, cause: ErrorData, back: WayBack, now: Standing | null): SalvorError {
  const { domain, stamp, inputs, asked, stopped, steps } = begun;
  const { state, persistent, definitionXml } = inputs.domain;
  const done: Done = { ...back, asked, stopBegun: steps.has('stop'), stopped };
  const before = { session: stamp.id, state, persistent, definitionXml };
  const { text, left } = account(domain, before, now, done);
  const unchanged = [
    text,
    ...back.overlays.map(
      (problem) => `Its overlay could not be removed (${problem.replace(/\.$/, '')}): salvor sessions lists it.`,
    ),
  ].join(' ');
  if (left !== null) {
    const rollback = withoutStop(back.failure?.message ?? 'it did not last');
    return new SalvorError(
      'rollback-failed',
      { domain: domain.name, what: withoutStop(cause.message), rollback, unchanged, next: left },
      [cause.detail, back.failure?.detail].filter(Boolean).join('; ') || null,
    );
  }
  const theirs = now?.live ?? now?.defined ?? null;
  if (theirs !== null) return new SalvorError('busy', { ...busyWith(domain, theirs).data.params, unchanged });
  return withTruth(begun, cause, unchanged);
}

/** The cause, with how things stand. What is the connection's or libvirt's is told as what it was that did not come about. */
function withTruth({ domain, steps }: Begun, cause: ErrorData, unchanged: string): SalvorError {
  switch (cause.code) {
    case 'cancelled':
    case 'verify-failed':
    case 'busy':
    case 'drift':
    case 'stop-timeout':
    case 'guest-paused':
    case 'stop-failed':
    case 'backup-failed':
    case 'snapshot-failed':
    case 'overlay-failed':
    case 'journal-unwritable':
      return new SalvorError(cause.code, { ...cause.params, unchanged }, cause.detail);
    default:
      // Nothing but its overlays was begun.
      if (steps.size === 1 && steps.has('overlay')) {
        const what = withoutStop(cause.message);
        return new SalvorError('overlay-failed', { domain: domain.name, what, unchanged }, cause.detail);
      }
      return new SalvorError(
        steps.has('start') || steps.has('define') ? 'start-failed' : 'stop-failed',
        { domain: domain.name, what: 'the rescue', unchanged },
        cause.detail ?? cause.message,
      );
  }
}

/** The host cannot be asked: what is certain is what was begun. */
function unseen({ domain, stamp, steps }: Begun, cause: ErrorData, failure: ErrorData): SalvorError {
  const begun = [...steps].join(', ');
  const definition = steps.has('define')
    ? `the definition that it had is in the journal, and inside the rescue definition if that was reached`
    : `its definition was not touched`;
  return new SalvorError(
    'rollback-failed',
    {
      domain: domain.name,
      what: withoutStop(cause.message),
      rollback: withoutStop(failure.message),
      unchanged: `How ${domain.name} stands cannot be seen from here; begun were the steps ${begun}; ${definition}.`,
      next: `Connect again: Salvor then says how ${domain.name} stands and offers the way on (salvor resume ${stamp.id}).`,
    },
    [cause.detail, failure.detail].filter(Boolean).join('; ') || null,
  );
}
