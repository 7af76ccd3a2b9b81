/** The way back of a rescue that failed or was cancelled: what was done is undone, the last first, and how things stand is said. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import type { RescueInputs, RescuePlan, SessionStamp, StepId } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { errorOf } from './errors.ts';
import { removeFile } from './remove-file.ts';
import { busyWith, definedSession, liveSession } from './run.ts';
import type { JournalWriter } from './journal-port.ts';
import { undone } from './recording.ts';
import type { RunReport } from './run.ts';
import { forceOff } from './stop-guest.ts';

/** A run as far as it came. */
export interface Begun {
  readonly hypervisor: Hypervisor;
  readonly domain: DomainRef;
  readonly stamp: SessionStamp;
  readonly report: RunReport;
  readonly writer: JournalWriter;
  readonly inputs: RescueInputs;
  readonly plan: RescuePlan;
  /** Steps that were begun, done or not. */
  readonly steps: ReadonlySet<StepId>;
}

/** Take back what was done. Gives the error to throw: the cause with the truth about how things stand, or rollback-failed. */
export async function rollBack(begun: Begun, cause: ErrorData): Promise<SalvorError> {
  const { domain, report } = begun;
  const withoutStop = (message: string) => message.replace(/\.$/, '');
  report.cancellable(false);
  // Somebody at another computer was faster, between two calls of ours: the guest is in their rescue, and is left there.
  const faster = await othersSession(begun);
  if (faster !== null) return busyWith(domain, faster);
  try {
    return afterRollBack(begun, cause, await restore(begun));
  } catch (error) {
    const meanwhile = await othersSession(begun);
    if (meanwhile !== null) return busyWith(domain, meanwhile);
    const { message, detail } = errorOf(error);
    return new SalvorError(
      'rollback-failed',
      {
        domain: domain.name,
        what: withoutStop(cause.message),
        rollback: withoutStop(message),
        unchanged: begun.steps.has('define')
          ? `The definition that ${domain.name} had is kept inside its rescue definition, if that was reached; ending the rescue puts it back.`
          : `The definition of ${domain.name} was not touched.`,
      },
      [cause.detail, detail].filter(Boolean).join('; ') || null,
    );
  }
}

/** The open session of the guest where it is not ours; null: none, or it cannot be asked for. */
async function othersSession({ hypervisor, domain, stamp }: Begun): Promise<SessionRecord | null> {
  const session =
    (await liveSession(hypervisor, domain.uuid).catch(() => null)) ??
    (await definedSession(hypervisor, domain.uuid).catch(() => null));
  return session === null || session.id === stamp.id ? null : session;
}

/** Bring the guest back to the definition and the power state it had; in words, how it stands then. What is not ours is left alone. */
async function restore(begun: Begun): Promise<string> {
  const { hypervisor, domain, stamp, inputs, plan, steps } = begun;
  if (steps.has('start')) {
    const session = await liveSession(hypervisor, domain.uuid);
    if (session?.id === stamp.id) {
      await forceOff(hypervisor, domain);
      await undone(begun, 'start');
    }
    if (plan.scratchNvram !== null) await removeFile(hypervisor, plan.scratchNvram);
  }
  const wasDefined = steps.has('define') && (await definedSession(hypervisor, domain.uuid))?.id === stamp.id;
  if (!inputs.domain.persistent) return restoreTransient(begun, wasDefined);
  if (wasDefined) {
    await hypervisor.defineDomain(inputs.domain.definitionXml);
    await undone(begun, 'define');
  }
  if (isOn(await hypervisor.domainState(domain.uuid)))
    return steps.has('start')
      ? `${domain.name} runs, started by somebody else meanwhile`
      : `${domain.name} keeps running`;
  if (!steps.has('stop')) return `${domain.name} is off, as it was`;
  await hypervisor.startDomain(domain.uuid);
  await undone(begun, 'stop');
  return `${domain.name} was started again as it was`;
}

/** A transient guest runs on, or again, before its definition goes: never is there neither. */
async function restoreTransient(begun: Begun, wasDefined: boolean): Promise<string> {
  const { hypervisor, domain, inputs } = begun;
  if (!wasDefined) return `${domain.name} keeps running`;
  const runs = isOn(await hypervisor.domainState(domain.uuid));
  if (!runs) {
    await hypervisor.createDomain(inputs.domain.definitionXml);
    await undone(begun, 'stop');
  }
  await hypervisor.undefineDomain(domain.uuid);
  await undone(begun, 'define');
  return runs ? `${domain.name} keeps running` : `${domain.name} was started again as it was`;
}

function definitionStands({ inputs, steps }: Begun): string {
  if (!inputs.domain.persistent) return 'it is transient, as it was';
  return steps.has('define') ? 'its definition was put back' : 'its definition was not touched';
}

function afterRollBack(begun: Begun, cause: ErrorData, stands: string): SalvorError {
  const domain = begun.domain.name;
  const unchanged = `${stands}; ${definitionStands(begun)}.`;
  switch (cause.code) {
    case 'cancelled':
      // Cancelled while it shuts down: that it may still do so has been said there.
      return new SalvorError('cancelled', {
        unchanged:
          cause.params['unchanged'] !== undefined && stands.endsWith('keeps running')
            ? String(cause.params['unchanged'])
            : unchanged,
      });
    case 'verify-failed':
    case 'backup-failed':
    case 'journal-unwritable':
      return new SalvorError(cause.code, { ...cause.params, unchanged }, cause.detail);
    case 'busy':
    case 'drift':
    case 'stop-timeout':
    case 'stop-failed':
      return new SalvorError(cause.code, cause.params, cause.detail);
    default:
      return new SalvorError(
        begun.steps.has('start') || begun.steps.has('define') ? 'start-failed' : 'stop-failed',
        { domain, what: 'the rescue', unchanged },
        cause.detail ?? cause.message,
      );
  }
}
