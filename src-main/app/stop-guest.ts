/** Bringing a guest to a stop: asked, asked again in another way, waited for; forced only where the request says so. */
import { hasAgent } from '../../src-core/domain-xml/devices.ts';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { DomainState, StopRequest } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor, ShutdownWay } from '../libvirt/port.ts';
import { createBell } from './bell.ts';
import { isOn } from './domain-facts.ts';
import { ELSEWHERE, WHY_OFF } from './drift.ts';
import { errorOf } from './errors.ts';

/** A guest that is booting, or shows a screen saver, misses the first press of the button. */
const ASK_AGAIN_MS = 10_000;
/** Events say when a guest is off; the state is looked at as well, since an event can be lost with its connection. */
const LOOK_MS = 1000;

export interface StopWatch {
  /** A line on how it goes, or null. */
  readonly note: (text: string | null) => void;
  readonly signal: AbortSignal;
  /**
   * Is it still the guest that is to be stopped? Asked as the last thing before it is forced off (`last`), and again and again while it
   * shuts down; what it throws ends the stop.
   */
  readonly lookAgain: (last: boolean) => Promise<void>;
  /** It is being asked to shut down for the first time: from now on it may do so, whatever becomes of this run. */
  readonly asked: () => void;
}

/**
 * Stop a guest as asked. Resolves when it is off, with a remark where somebody else has had a hand in it. Throws stop-timeout and
 * guest-paused (it runs on), stop-failed, cancelled (it was asked to shut down and may still do so), drift (it is off because it was
 * migrated, saved or reverted), what lookAgain throws, or the connection's own failures.
 */
export async function stopGuest(
  hypervisor: Hypervisor,
  domain: DomainRef,
  stop: StopRequest,
  watch: StopWatch,
): Promise<string | null> {
  if (stop.how === 'graceful') {
    if (await shutDown(hypervisor, domain, stop, watch)) return remark(hypervisor, domain);
    if (stop.onTimeout !== 'force')
      throw new SalvorError('stop-timeout', { domain: domain.name, seconds: stop.timeoutSeconds });
    watch.note('forcing it off');
  }
  await watch.lookAgain(true);
  await forceOff(hypervisor, domain);
  return null;
}

/** Off is off: a guest that went down by itself in the meantime is no failure. */
export async function forceOff(hypervisor: Hypervisor, domain: DomainRef): Promise<void> {
  try {
    await hypervisor.destroyDomain(domain.uuid);
  } catch (error) {
    if (await isOff(hypervisor, domain.uuid)) return;
    const { code, detail } = errorOf(error);
    if (!isRefusal(error)) throw error;
    throw new SalvorError('stop-failed', { domain: domain.name }, detail ?? code);
  }
}

async function isOff(hypervisor: Hypervisor, uuid: string): Promise<boolean> {
  try {
    return !isOn(await hypervisor.domainState(uuid));
  } catch (error) {
    // A transient domain is gone when it is off.
    if (errorOf(error).code === 'domain-not-found') return true;
    throw error;
  }
}

/** libvirt said no; anything else is the connection's. */
function isRefusal(error: unknown): boolean {
  const { code } = errorOf(error);
  return code === 'libvirt' || code === 'not-supported';
}

/** It was asked to shut down, and is off: by itself? What was moved elsewhere has not been stopped. */
async function remark(hypervisor: Hypervisor, domain: DomainRef): Promise<string | null> {
  const why = await hypervisor.whyOff(domain.uuid).catch(() => null);
  if (why === null || why === 'shutdown') return null;
  if (ELSEWHERE.includes(why)) throw new SalvorError('drift', { domain: domain.name, what: WHY_OFF[why] });
  return `While it was shutting down, ${WHY_OFF[why]}.`;
}

/** Asked so far, and what came of it. */
interface Asking {
  times: number;
  last: ShutdownWay | null;
  /** One request at a time: an agent may take a minute to answer. */
  pending: boolean;
  /** One of them was taken: a refused repetition then only means that it is on its way. */
  taken: boolean;
  failure: Error | null;
  nextAt: number;
}

/** Ask until it is off or the time is over. true: off. */
async function shutDown(
  hypervisor: Hypervisor,
  domain: DomainRef,
  stop: StopRequest,
  { note, signal, lookAgain, asked }: StopWatch,
): Promise<boolean> {
  const started = Date.now();
  const waited = () => Date.now() - started;
  const left = () => stop.timeoutSeconds * 1000 - waited();
  const bell = createBell();
  const stopWatching = await hypervisor.watchDomains('lifecycle', ({ uuid }) => {
    if (uuid === domain.uuid) bell.ring();
  });
  signal.addEventListener('abort', bell.ring);
  const asking: Asking = { times: 0, last: null, pending: false, taken: false, failure: null, nextAt: 0 };
  try {
    for (;;) {
      const state = await stateOf(hypervisor, domain.uuid);
      if (!isOn(state)) return true;
      if (signal.aborted) throw new SalvorError('cancelled');
      if (asking.failure !== null) throw asking.failure;
      const paused = PAUSED[state];
      if (paused !== undefined && stop.onTimeout === 'give-up')
        throw new SalvorError('guest-paused', { domain: domain.name, ...paused });
      const overdue = left() <= 0;
      if (overdue && stop.onTimeout !== 'keep-waiting') return false;
      await lookAgain(false);
      if (!asking.pending && Date.now() >= asking.nextAt) {
        if (asking.times === 0) asked();
        await ask(hypervisor, domain, asking, bell.ring);
      }
      note(progress(asking, paused, overdue ? `waiting for ${seconds(waited())} s now` : `${seconds(left())} s left`));
      await bell.wait(overdue ? LOOK_MS : Math.min(LOOK_MS, Math.max(1, left())));
    }
  } finally {
    note(null);
    signal.removeEventListener('abort', bell.ring);
    stopWatching();
  }
}

const seconds = (milliseconds: number) => Math.max(0, Math.ceil(milliseconds / 1000));

async function stateOf(hypervisor: Hypervisor, uuid: string): Promise<DomainState> {
  try {
    return await hypervisor.domainState(uuid);
  } catch (error) {
    if (errorOf(error).code === 'domain-not-found') return 'shutoff';
    throw error;
  }
}

/** States in which a guest does not run, so that it cannot do as it is asked; and what to do. */
const PAUSED: Readonly<Partial<Record<DomainState, { readonly state: string; readonly wake: string }>>> = {
  paused: { state: 'paused', wake: 'Resume it (virsh resume)' },
  pmsuspended: { state: 'asleep (suspended to memory)', wake: 'Wake it (virsh dompmwakeup)' },
};

/** Through the agent where its channel is connected, and by the button, in turns. Resolves once it is under way, not once it is answered. */
async function ask(hypervisor: Hypervisor, domain: DomainRef, asking: Asking, answered: () => void): Promise<void> {
  const way = await nextWay(hypervisor, domain, asking);
  asking.times += 1;
  asking.last = way;
  asking.pending = true;
  asking.nextAt = Date.now() + ASK_AGAIN_MS;
  const answer = hypervisor.shutdownDomain(domain.uuid, way).then(
    () => void (asking.taken = true),
    (error: unknown) => {
      // An agent that is there may not answer: then the button is tried at once.
      if (way === 'agent') asking.nextAt = 0;
      else if (!asking.taken || !isRefusal(error)) asking.failure = failureOf(error, domain);
    },
  );
  void answer.finally(() => {
    asking.pending = false;
    answered();
  });
}

async function nextWay(hypervisor: Hypervisor, { uuid }: DomainRef, { last }: Asking): Promise<ShutdownWay> {
  if (last === 'agent') return 'acpi';
  const liveXml = await hypervisor.domainXml(uuid, 'live').catch(() => null);
  return liveXml !== null && hasAgent(liveXml) ? 'agent' : 'acpi';
}

/** A request that was refused, or never reached the host: the guest runs, nobody has told it to stop. */
function failureOf(error: unknown, { name }: DomainRef): Error {
  if (isRefusal(error)) return new SalvorError('stop-failed', { domain: name }, errorOf(error).detail);
  return error instanceof Error ? error : new SalvorError('internal');
}

function progress({ times, last }: Asking, paused: (typeof PAUSED)[DomainState], time: string): string {
  if (paused !== undefined)
    return `it is ${paused.state} and cannot shut down: ${paused.wake.charAt(0).toLowerCase()}${paused.wake.slice(1)}; ${time}`;
  const how = last === 'agent' ? 'through its guest agent' : 'by its power button';
  return `asked to shut down ${how}${times > 1 ? ` (${times} times so far)` : ''}; ${time}`;
}
