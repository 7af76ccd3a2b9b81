/** The plain actions on a machine: each is asked for, and then waited for until the state is as asked. Nothing is written down. */
import { NOTHING_TOUCHED } from '../../../src-core/contract/error-text.ts';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { isHalfOfMigration } from '../../../src-core/reboot/power.ts';
import type { PowerAction } from '../../../src-core/reboot/power.ts';
import { powerObstacle } from '../../../src-core/reboot/power-words.ts';
import { sentence } from '../../../src-core/rescue/findings.ts';
import type { DomainState } from '../../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor, ShutdownWay } from '../../libvirt/port.ts';
import { createBell } from '../bell.ts';
import { isOn } from '../domain-facts.ts';
import { lockDomain } from '../domain-lock.ts';
import { scratchIn } from '../end-run.ts';
import { errorOf, isUnanswered } from '../errors.ts';
import { definedSession } from '../run.ts';
import type { RunReport } from '../run.ts';

/** A guest that has not gone down by then may still do so: nobody waits longer. */
export const SHUTDOWN_PATIENCE_S = 60;
const LOOK_MS = 1000;

/** Words behind “NAME: …”. */
const ACTION_WORDS: Readonly<Record<PowerAction, string>> = {
  start: 'the start',
  shutdown: 'the request to shut down',
  reboot: 'the request to reboot',
  reset: 'the reset',
  'force-off': 'forcing it off',
  pause: 'pausing it',
  resume: 'resuming it',
};

/** The one step of it, in words. */
const STEP_TEXTS: Readonly<Record<PowerAction, (name: string) => string>> = {
  start: (name) => `Start ${name}`,
  shutdown: (name) => `Ask ${name} to shut down, and wait until it is off`,
  reboot: (name) => `Ask ${name} to reboot`,
  reset: (name) => `Reset ${name}`,
  'force-off': (name) => `Force ${name} off`,
  pause: (name) => `Pause ${name}`,
  resume: (name) => `Resume ${name}`,
};

export function powerStep(action: PowerAction, name: string): { id: 'power'; text: string } {
  return { id: 'power', text: STEP_TEXTS[action](name) };
}

interface Act {
  readonly hypervisor: Hypervisor;
  readonly domain: DomainRef;
  readonly action: PowerAction;
  readonly way: ShutdownWay;
  readonly report: RunReport;
  readonly signal: AbortSignal;
}

/**
 * Do it, and resolve once the machine is as asked for, with what is to be known besides in sentences. A shutdown is waited for a minute;
 * `way`: how a guest is asked. Throws read-only, power-failed, stop-timeout (it may still go down), cancelled (waited no longer), busy, or
 * what the connection fails with.
 */
export async function actOnPower(
  hypervisor: Hypervisor,
  domain: DomainRef,
  action: PowerAction,
  way: ShutdownWay,
  report: RunReport,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (hypervisor.readOnly) throw new SalvorError('read-only', { uri: hypervisor.uri });
  const { hostname } = await hypervisor.identity();
  // An operation under way has a plan of its own for the power; where it hangs, hard reboots and forcing off come after it.
  const letGo = await lockDomain(hostname, domain, ACTION_WORDS[action]);
  report.steps([powerStep(action, domain.name)]);
  report.cancellable(action === 'shutdown');
  report.step('power', 'running');
  try {
    const notes = await carryOut({ hypervisor, domain, action, way, report, signal });
    report.step('power', 'done');
    return notes;
  } catch (error) {
    report.step('power', 'failed');
    throw error;
  } finally {
    letGo();
  }
}

async function carryOut(act: Act): Promise<readonly string[]> {
  const { hypervisor, domain, action, way } = act;
  const { uuid, name } = domain;
  const before = await hypervisor.domainState(uuid);
  if (isAsAsked(action, before)) return [`${name} was ${WORDS[action] ?? 'so'} already.`];
  const obstacle = powerObstacle(action, before, false);
  if (obstacle !== null) throw powerFailed(act, obstacle.text, NOTHING_TOUCHED);
  if ((action === 'resume' || action === 'reset') && before === 'paused') {
    // Migrations that were interrupted are gone on with by other ways.
    const { state, reason } = await hypervisor.domainReason(uuid);
    if (isHalfOfMigration(state, reason)) throw powerFailed(act, sentence('power-half').text, NOTHING_TOUCHED);
  }
  try {
    switch (action) {
      case 'start':
        await start(hypervisor, uuid);
        return [];
      case 'shutdown':
        return await shutDown(act);
      case 'reboot':
        await hypervisor.rebootDomain(uuid, way);
        return [
          `${name} was asked to reboot${way === 'agent' ? ' through its guest agent' : ''}; whether and when it does is up to the guest.`,
        ];
      case 'reset':
        await hypervisor.resetDomain(uuid);
        return (await stateOf(hypervisor, uuid)) === 'paused'
          ? [`${name} is paused: it starts anew once it is resumed.`]
          : [];
      case 'force-off':
        await hypervisor.destroyDomain(uuid);
        return [];
      case 'pause':
        await hypervisor.pauseDomain(uuid);
        return [];
      case 'resume':
        await hypervisor.resumeDomain(uuid);
        return [];
    }
  } catch (error) {
    return afterFailure(act, error);
  }
}

/** In these states there is nothing left to be done. */
const AS_ASKED: Readonly<Partial<Record<PowerAction, readonly DomainState[]>>> = {
  start: ['running', 'blocked'],
  shutdown: ['shutoff'],
  'force-off': ['shutoff'],
  pause: ['paused'],
  resume: ['running', 'blocked'],
};
const WORDS: Readonly<Partial<Record<PowerAction, string>>> = {
  start: 'running',
  shutdown: 'off',
  'force-off': 'off',
  pause: 'paused',
  resume: 'running',
};

function isAsAsked(action: PowerAction, state: DomainState): boolean {
  return AS_ASKED[action]?.includes(state) ?? false;
}

/** In a rescue until ended, UEFI variables of the session's own are made afresh as at every start of it. */
async function start(hypervisor: Hypervisor, uuid: string): Promise<void> {
  const session = await definedSession(hypervisor, uuid);
  const scratch = session === null ? null : scratchIn(await hypervisor.domainXml(uuid, 'definition'), uuid);
  await hypervisor.startDomain(uuid, scratch === null ? undefined : 'fresh');
}

/** A refusal is not believed before the state was looked at: somebody else may have done it by then. */
async function afterFailure(act: Act, error: unknown): Promise<readonly string[]> {
  const { hypervisor, domain, action } = act;
  const { code, detail, message } = errorOf(error);
  if (isUnanswered(error) || !['libvirt', 'not-supported', 'domain-not-found'].includes(code)) throw error;
  const state = await stateOf(hypervisor, domain.uuid);
  if (isAsAsked(action, state)) return [];
  const now = `${domain.name} is ${state}.`;
  throw powerFailed(act, detail ?? message, now);
}

function powerFailed({ domain, action }: Act, detail: string, unchanged: string): SalvorError {
  return new SalvorError('power-failed', { domain: domain.name, action: ACTION_WORDS[action], unchanged }, detail);
}

/** A transient domain is gone when it is off. */
async function stateOf(hypervisor: Hypervisor, uuid: string): Promise<DomainState> {
  try {
    return await hypervisor.domainState(uuid);
  } catch (error) {
    if (errorOf(error).code === 'domain-not-found') return 'shutoff';
    throw error;
  }
}

/** Asked once, in the way that was chosen, and followed until it is off. */
async function shutDown({ hypervisor, domain, way, report, signal }: Act): Promise<readonly string[]> {
  const { uuid, name } = domain;
  const until = Date.now() + SHUTDOWN_PATIENCE_S * 1000;
  const bell = createBell();
  const stopWatching = await hypervisor.watchDomains('lifecycle', (event) => {
    if (event.uuid === uuid) bell.ring();
  });
  signal.addEventListener('abort', bell.ring);
  const how = way === 'agent' ? 'through its guest agent' : 'by its power button';
  const asked: { failure: unknown } = { failure: null };
  // An agent may take a minute to answer; whether the guest is off is looked at meanwhile.
  const request = hypervisor.shutdownDomain(uuid, way).catch((error: unknown) => {
    asked.failure = error;
  });
  void request.finally(bell.ring);
  try {
    for (;;) {
      if (!isOn(await stateOf(hypervisor, uuid))) return [];
      if (asked.failure !== null) throw asked.failure instanceof Error ? asked.failure : new SalvorError('internal');
      const unchanged = `${name} was asked to shut down and runs on; it may still go down.`;
      if (signal.aborted) throw new SalvorError('cancelled', { unchanged });
      const left = until - Date.now();
      if (left <= 0) throw new SalvorError('stop-timeout', { domain: name, seconds: SHUTDOWN_PATIENCE_S, unchanged });
      report.note('power', `asked ${how}; waiting for ${String(Math.ceil(left / 1000))} s more`);
      await bell.wait(Math.min(LOOK_MS, left));
    }
  } finally {
    report.note('power', null);
    signal.removeEventListener('abort', bell.ring);
    stopWatching();
  }
}
