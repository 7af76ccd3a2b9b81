/**
 * Carrying out a rescue (RESCUE.md 5): check → stop → start → verify. All that can be refused is refused before the guest is stopped; a
 * step that fails takes back what was done, including the power state. The definition is never written, so that whatever becomes of this
 * process, the guest's next normal start is the one it always had.
 */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import type { RescueInputs, RescuePlan, RescueRequest, SessionStamp } from '../../src-core/rescue/types.ts';
import { verifyRescue } from '../../src-core/rescue/verify.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { collectInputs } from './collect.ts';
import { isOn } from './domain-facts.ts';
import { lockDomain } from './domain-lock.ts';
import { describeDrift } from './drift.ts';
import { errorOf } from './errors.ts';
import { busyWith, inStep, liveSession } from './run.ts';
import type { RunReport } from './run.ts';
import { forceOff, stopGuest } from './stop-guest.ts';

export interface RescueOrder {
  readonly domain: DomainRef;
  readonly request: RescueRequest;
  readonly properties: Readonly<Record<string, string>>;
  /** What the administrator saw and confirmed; null: nothing was shown, the plan of this run counts. */
  readonly confirmed: { readonly fingerprint: string; readonly inputs: RescueInputs | null } | null;
  readonly stamp: SessionStamp;
}

export interface RescueRunReport extends RunReport {
  readonly planned: (plan: RescuePlan) => void;
}

interface Run {
  readonly hypervisor: Hypervisor;
  readonly order: RescueOrder;
  readonly report: RescueRunReport;
  readonly signal: AbortSignal;
}

/**
 * Run a rescue. Resolves with the plan once the domain runs in rescue as planned. Throws refused, drift, busy, cancelled, stop-timeout,
 * stop-failed, start-failed, verify-failed, rollback-failed, or what the connection fails with; `unchanged` says how things stand.
 */
export async function runRescue(
  hypervisor: Hypervisor,
  order: RescueOrder,
  report: RescueRunReport,
  signal: AbortSignal,
): Promise<RescuePlan> {
  const { hostname } = await hypervisor.identity();
  const letGo = await lockDomain(
    hostname,
    order.domain,
    `a rescue started by ${order.stamp.startedBy} at ${order.stamp.startedAt}`,
  );
  try {
    return await carryOut({ hypervisor, order, report, signal });
  } finally {
    letGo();
  }
}

async function carryOut(run: Run): Promise<RescuePlan> {
  const { report, signal, order } = run;
  report.cancellable(true);
  const { inputs, plan, rescueXml } = await inStep(report, 'check', () => check(run));
  const wasOn = isOn(inputs.domain.state);
  throwIfCancelled(signal);
  await assertUnchanged(run, inputs);
  const begun = { stop: false, start: false };
  try {
    if (wasOn) {
      begun.stop = true;
      report.cancellable(order.request.stop.how === 'graceful');
      await inStep(report, 'stop', () => stop(run));
    }
    report.cancellable(false);
    throwIfCancelled(signal);
    begun.start = true;
    await inStep(report, 'start', () => start(run, rescueXml));
    throwIfCancelled(signal);
    await inStep(report, 'verify', () => verify(run, plan, inputs));
    return plan;
  } catch (error) {
    throw await rollBack(run, errorOf(error), wasOn, begun);
  }
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new SalvorError('cancelled');
}

async function check({ hypervisor, order, report }: Run) {
  const { domain, request, properties, confirmed, stamp } = order;
  const inputs = await collectInputs(hypervisor, domain.uuid, { request, properties, stamp });
  const plan = planRescue(inputs);
  report.planned(plan);
  if (confirmed !== null && plan.fingerprint.inputs !== confirmed.fingerprint) {
    throw new SalvorError('drift', { domain: domain.name, what: describeDrift(confirmed.inputs, inputs) });
  }
  if (plan.refusals.length > 0 || plan.rescueXml === null) {
    throw new SalvorError('refused', {
      domain: domain.name,
      reasons: plan.refusals.map(({ message }) => message).join(' '),
    });
  }
  if (plan.request.session !== 'one-shot' || plan.scratchNvram !== null)
    throw new SalvorError('not-supported', { what: 'sessions other than one-shot on the guest’s own NVRAM' });
  report.steps(plan.steps.map(({ id, what }) => ({ id, text: what.text })));
  return { inputs, plan, rescueXml: plan.rescueXml };
}

/** Right before the guest is touched: is it still what the plan was made for? Cheap, since the check was a moment ago. */
async function assertUnchanged({ hypervisor, order: { domain } }: Run, inputs: RescueInputs): Promise<void> {
  const [definitionXml, session, obstacles] = await Promise.all([
    hypervisor.domainXml(domain.uuid, 'definition'),
    liveSession(hypervisor, domain.uuid),
    hypervisor.domainObstacles(domain.uuid),
  ]);
  if (session !== null) throw busyWith(domain, session);
  const { managedSave, job } = obstacles;
  const now: RescueInputs = { ...inputs, domain: { ...inputs.domain, definitionXml, managedSave, job } };
  const changed =
    definitionXml !== inputs.domain.definitionXml ||
    managedSave !== inputs.domain.managedSave ||
    job !== inputs.domain.job;
  if (changed) throw new SalvorError('drift', { domain: domain.name, what: describeDrift(inputs, now) });
}

async function stop({ hypervisor, order, report, signal }: Run): Promise<void> {
  await stopGuest(hypervisor, order.domain, order.request.stop, { signal, note: (note) => report.note('stop', note) });
}

async function start({ hypervisor }: Run, rescueXml: string): Promise<void> {
  // A domain that runs cannot be created: when somebody else was faster, roll-back sees their session.
  await hypervisor.createDomain(rescueXml);
}

async function verify(
  { hypervisor, order: { domain, stamp } }: Run,
  plan: RescuePlan,
  inputs: RescueInputs,
): Promise<void> {
  const [liveXml, definitionXml, session] = await Promise.all([
    hypervisor.domainXml(domain.uuid, 'live'),
    hypervisor.domainXml(domain.uuid, 'definition'),
    liveSession(hypervisor, domain.uuid),
  ]);
  if (session !== null && session.id !== stamp.id) throw busyWith(domain, session);
  const differences = session === null ? ['it does not run from the rescue definition'] : verifyRescue(plan, liveXml);
  if (definitionXml !== inputs.domain.definitionXml) differences.push('its definition was changed meanwhile');
  if (differences.length > 0)
    throw new SalvorError('verify-failed', { domain: domain.name, what: differences.join('; ') });
}

/** Take back what was done, the last first. Gives the error to throw: the cause with the truth about how things stand, or rollback-failed. */
async function rollBack(
  run: Run,
  cause: ErrorData,
  wasOn: boolean,
  begun: { stop: boolean; start: boolean },
): Promise<SalvorError> {
  const { order, report } = run;
  const { name } = order.domain;
  const withoutStop = (message: string) => message.replace(/\.$/, '');
  report.cancellable(false);
  // Somebody at another computer was faster, between two calls of ours: the guest is in their rescue, and is left there.
  const faster = await othersSession(run);
  if (faster !== null) return busyWith(order.domain, faster);
  try {
    const stands = await restore(run, wasOn, begun);
    return afterRollBack(cause, name, stands, begun.start);
  } catch (error) {
    const meanwhile = await othersSession(run);
    if (meanwhile !== null) return busyWith(order.domain, meanwhile);
    const { message, detail } = errorOf(error);
    return new SalvorError(
      'rollback-failed',
      { domain: name, what: withoutStop(cause.message), rollback: withoutStop(message) },
      [cause.detail, detail].filter(Boolean).join('; ') || null,
    );
  }
}

/** The open session of the guest where it is not ours; null: none, or it cannot be asked for. */
async function othersSession({ hypervisor, order: { domain, stamp } }: Run): Promise<SessionRecord | null> {
  const session = await liveSession(hypervisor, domain.uuid).catch(() => null);
  return session === null || session.id === stamp.id ? null : session;
}

/** Bring the guest back to the power state it had; in words, how it stands then. What is not ours is left alone. */
async function restore(
  { hypervisor, order: { domain, stamp }, report }: Run,
  wasOn: boolean,
  begun: { stop: boolean; start: boolean },
): Promise<string> {
  if (begun.start) {
    const session = await liveSession(hypervisor, domain.uuid);
    if (session?.id === stamp.id) {
      await forceOff(hypervisor, domain);
      report.step('start', 'undone');
    }
  }
  if (isOn(await hypervisor.domainState(domain.uuid)))
    return begun.start ? `${domain.name} runs, started by somebody else meanwhile` : `${domain.name} keeps running`;
  if (!wasOn) return `${domain.name} is off, as it was`;
  await hypervisor.startDomain(domain.uuid);
  report.step('stop', 'undone');
  return `${domain.name} was started again as it was`;
}

function afterRollBack(cause: ErrorData, domain: string, stands: string, startBegun: boolean): SalvorError {
  const unchanged = `${stands}; its definition was not touched.`;
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
      return new SalvorError('verify-failed', { ...cause.params, unchanged }, cause.detail);
    case 'busy':
    case 'stop-timeout':
    case 'stop-failed':
      return new SalvorError(cause.code, cause.params, cause.detail);
    default:
      return new SalvorError(
        startBegun ? 'start-failed' : 'stop-failed',
        { domain, what: 'the rescue', unchanged },
        cause.detail ?? cause.message,
      );
  }
}
