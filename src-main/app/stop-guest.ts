/** Bringing a guest to a stop: asked, asked again, waited for; forced only where the request says so. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { StopRequest } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { errorOf } from './errors.ts';

/** A guest that is booting, or shows a screen saver, misses the first press of the button. */
const ASK_AGAIN_MS = 10_000;
/** Events say when a guest is off; the state is looked at as well, since an event can be lost with its connection. */
const LOOK_MS = 1000;

export interface StopWatch {
  /** A line on how it goes, or null. */
  readonly note: (text: string | null) => void;
  readonly signal: AbortSignal;
}

/**
 * Stop a guest as asked. Resolves when it is off. Throws stop-timeout (it runs on), stop-failed, cancelled (it was asked to shut down
 * and may still do so), or the connection's own failures.
 */
export async function stopGuest(
  hypervisor: Hypervisor,
  domain: DomainRef,
  stop: StopRequest,
  watch: StopWatch,
): Promise<void> {
  if (stop.how === 'force') {
    await forceOff(hypervisor, domain);
    return;
  }
  if (await shutDown(hypervisor, domain, stop, watch)) return;
  if (stop.onTimeout === 'give-up')
    throw new SalvorError('stop-timeout', { domain: domain.name, seconds: stop.timeoutSeconds });
  watch.note('forcing it off');
  await forceOff(hypervisor, domain);
}

/** Off is off: a guest that went down by itself in the meantime is no failure. */
export async function forceOff(hypervisor: Hypervisor, domain: DomainRef): Promise<void> {
  try {
    await hypervisor.destroyDomain(domain.uuid);
  } catch (error) {
    if (!(await isOff(hypervisor, domain.uuid))) throw stopFailed(error, domain);
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

function stopFailed(error: unknown, domain: DomainRef): unknown {
  const { code, detail } = errorOf(error);
  return code === 'libvirt' || code === 'not-supported'
    ? new SalvorError('stop-failed', { domain: domain.name }, detail)
    : error;
}

/** Ask until it is off or the time is over. true: off. */
async function shutDown(
  hypervisor: Hypervisor,
  domain: DomainRef,
  { timeoutSeconds, onTimeout }: StopRequest,
  { note, signal }: StopWatch,
): Promise<boolean> {
  const started = Date.now();
  const waited = () => Date.now() - started;
  const left = () => timeoutSeconds * 1000 - waited();
  const bell = new Bell();
  const stopWatching = await hypervisor.watchDomains('lifecycle', ({ uuid }) => {
    if (uuid === domain.uuid) bell.ring();
  });
  const ring = () => bell.ring();
  signal.addEventListener('abort', ring);
  try {
    let askAt = 0;
    for (;;) {
      if (await isOff(hypervisor, domain.uuid)) return true;
      if (signal.aborted)
        throw new SalvorError('cancelled', {
          unchanged: `${domain.name} was asked to shut down and may still do so; its definition was not touched.`,
        });
      const overdue = left() <= 0;
      if (overdue && onTimeout !== 'keep-waiting') return false;
      if (Date.now() >= askAt) {
        await ask(hypervisor, domain, askAt === 0);
        askAt = Date.now() + ASK_AGAIN_MS;
      }
      note(
        overdue
          ? `still waiting for it to shut down, for ${Math.floor(waited() / 1000)} s now`
          : `waiting for it to shut down, ${Math.ceil(left() / 1000)} s left`,
      );
      await bell.wait(overdue ? LOOK_MS : Math.min(LOOK_MS, left()));
    }
  } finally {
    note(null);
    signal.removeEventListener('abort', ring);
    stopWatching();
  }
}

/** A refused first request is a failure (the guest is paused, or has no ACPI); a refused repetition only means that it is on its way. */
async function ask(hypervisor: Hypervisor, domain: DomainRef, first: boolean): Promise<void> {
  try {
    await hypervisor.shutdownDomain(domain.uuid);
  } catch (error) {
    const failure = stopFailed(error, domain);
    const refused = failure instanceof SalvorError && failure.data.code === 'stop-failed';
    if ((first || !refused) && !(await isOff(hypervisor, domain.uuid))) throw failure;
  }
}

/** Something to wait for, with a time limit; a ring that comes while nobody waits is kept for the next one. */
class Bell {
  #rung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async wait(milliseconds: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = null;
    this.#rung = false;
  }
}
