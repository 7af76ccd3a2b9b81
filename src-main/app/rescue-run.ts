/**
 * Carrying out a rescue (RESCUE.md 5), by the plan's own steps. All that can be refused is refused before the guest is touched; a step that
 * fails takes back what was done, including the power state. A one-shot session never writes the definition, so that whatever becomes of
 * this process, the guest's next normal start is the one it always had; the others carry what they replaced inside.
 */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import { hashDefinition, recoverDefinition } from '../../src-core/rescue/record.ts';
import type {
  MediumFacts,
  RescueInputs,
  RescuePlan,
  RescueRequest,
  SessionStamp,
  StepId,
} from '../../src-core/rescue/types.ts';
import { verifyRescue } from '../../src-core/rescue/verify.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { collectInputs } from './collect.ts';
import { lockDomain } from './domain-lock.ts';
import { describeDrift } from './drift.ts';
import { errorOf } from './errors.ts';
import type { Journal, JournalWriter } from './journal-port.ts';
import { begin, conclude, inStep, madeFiles, stateBefore } from './recording.ts';
import { keepVariables } from './nvram.ts';
import { rollBack } from './roll-back.ts';
import { busyWith, liveSession, openSession } from './run.ts';
import type { RunReport } from './run.ts';
import { stopGuest } from './stop-guest.ts';

export interface RescueOrder {
  readonly domain: DomainRef;
  readonly request: RescueRequest;
  readonly properties: Readonly<Record<string, string>>;
  /** How the medium that boots was last attached, as the preview had it; null: nobody remembers. */
  readonly remembered?: MediumFacts['remembered'];
  /** What the administrator saw and confirmed; null: nothing was shown, the plan of this run counts. */
  readonly confirmed: { readonly fingerprint: string; readonly inputs: RescueInputs | null } | null;
  readonly stamp: SessionStamp;
  readonly journal: Journal;
  /** Awaited once nobody else on this computer can act on the domain, before anything else; what it throws ends the run. */
  readonly lookAgain?: () => Promise<void>;
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
    await order.lookAgain?.();
    return await carryOut({ hypervisor, order, report, signal });
  } finally {
    letGo();
  }
}

async function carryOut(run: Run): Promise<RescuePlan> {
  const { hypervisor, report, signal, order } = run;
  report.cancellable(true);
  const { inputs, plan, rescueXml } = await inStep({ report, writer: null }, 'check', () => check(run));
  throwIfCancelled(signal);
  await assertUnchanged(run, inputs);
  const writer = await beginRescue(run, inputs, plan, rescueXml);
  const work: Readonly<Partial<Record<StepId, () => Promise<void>>>> = {
    stop: () => stop(run),
    backup: () => keepVariables(hypervisor, writer, order.domain, inputs.nvram),
    define: () => define(run, inputs, rescueXml),
    start: () => start(run, plan, rescueXml),
    verify: () => verify(run, plan, inputs),
  };
  const steps = new Set<StepId>();
  try {
    for (const { id } of plan.steps) {
      if (id === 'check') continue;
      throwIfCancelled(signal);
      steps.add(id);
      report.cancellable(id === 'stop' && order.request.stop.how === 'graceful');
      await inStep({ report, writer }, id, () => work[id]?.() ?? Promise.resolve());
    }
  } catch (error) {
    const { domain, stamp } = order;
    const problem = await rollBack({ hypervisor, domain, stamp, report, writer, inputs, plan, steps }, errorOf(error));
    await conclude({ report, writer }, hypervisor, domain, problem.data);
    throw problem;
  }
  await conclude({ report, writer }, hypervisor, order.domain, null);
  return plan;
}

/** The first record, on disk before anything is touched. */
function beginRescue(
  { hypervisor, order }: Run,
  { domain: facts }: RescueInputs,
  plan: RescuePlan,
  rescueXml: string,
): Promise<JournalWriter> {
  const { domain, stamp, request, properties, journal } = order;
  return begin(journal, hypervisor, domain, {
    id: stamp.id,
    kind: 'rescue',
    by: stamp.startedBy,
    session: { id: stamp.id, kind: plan.request.session.value, transient: !facts.persistent },
    order: { kind: 'rescue', request, properties },
    before: stateBefore(facts, facts.definitionXml),
    rescueDefinition: hashDefinition(rescueXml),
    steps: plan.steps.map(({ id, what }) => ({ id, text: what.text })),
    files: madeFiles(plan.files, plan.scratchNvram),
  });
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new SalvorError('cancelled');
}

async function check({ hypervisor, order, report }: Run) {
  const { domain, request, properties, remembered = null, confirmed, stamp } = order;
  const inputs = await collectInputs(hypervisor, domain.uuid, { request, properties, remembered, stamp });
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
  report.steps(plan.steps.map(({ id, what }) => ({ id, text: what.text })));
  return { inputs, plan, rescueXml: plan.rescueXml };
}

/** Right before the guest is touched: is it still what the plan was made for? Cheap, since the check was a moment ago. */
async function assertUnchanged({ hypervisor, order: { domain } }: Run, inputs: RescueInputs): Promise<void> {
  const [definitionXml, obstacles] = await Promise.all([
    hypervisor.domainXml(domain.uuid, inputs.domain.persistent ? 'definition' : 'migratable'),
    hypervisor.domainObstacles(domain.uuid),
  ]);
  const { managedSave, job } = obstacles;
  const now: RescueInputs = { ...inputs, domain: { ...inputs.domain, definitionXml, managedSave, job } };
  const changed =
    definitionXml !== inputs.domain.definitionXml ||
    managedSave !== inputs.domain.managedSave ||
    job !== inputs.domain.job;
  if (changed) throw new SalvorError('drift', { domain: domain.name, what: describeDrift(inputs, now) });
  // Last of all: a rescue that somebody at another computer has just started would be forced off.
  const open = await openSession(hypervisor, domain.uuid);
  if (open !== null) throw busyWith(domain, open.session);
}

async function stop({ hypervisor, order, report, signal }: Run): Promise<void> {
  await stopGuest(hypervisor, order.domain, order.request.stop, { signal, note: (note) => report.note('stop', note) });
}

/** The guest's definition becomes the rescue definition, with its own inside; what libvirt kept of that is read back before anything starts. */
async function define({ hypervisor, order: { domain } }: Run, inputs: RescueInputs, rescueXml: string): Promise<void> {
  const { persistent, definitionXml } = inputs.domain;
  if (persistent && (await hypervisor.domainXml(domain.uuid, 'definition')) !== definitionXml)
    throw new SalvorError('drift', { domain: domain.name, what: 'its definition was changed' });
  await hypervisor.defineDomain(rescueXml);
  const recovered = recoverDefinition(await hypervisor.domainXml(domain.uuid, 'definition'));
  if (recovered.definitionXml === definitionXml) return;
  const what = `its own definition did not come back from the record as it was (${recovered.problem ?? 'it differs'})`;
  throw new SalvorError('verify-failed', { domain: domain.name, what });
}

async function start({ hypervisor, order: { domain } }: Run, plan: RescuePlan, rescueXml: string): Promise<void> {
  const nvram = plan.scratchNvram === null ? undefined : 'fresh';
  // A domain that runs cannot be created or started: when somebody else was faster, roll-back sees their session.
  if (plan.request.session.value === 'one-shot') await hypervisor.createDomain(rescueXml, nvram);
  else await hypervisor.startDomain(domain.uuid, nvram);
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
  const own =
    plan.request.session.value === 'one-shot' ? definitionXml : recoverDefinition(definitionXml).definitionXml;
  if (own !== inputs.domain.definitionXml) differences.push('its definition was changed meanwhile');
  if (differences.length > 0)
    throw new SalvorError('verify-failed', { domain: domain.name, what: differences.join('; ') });
}
