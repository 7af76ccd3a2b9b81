/**
 * Carrying out a rescue (RESCUE.md 5), by the plan's own steps. All that can be refused is refused before the guest is touched; a step that
 * fails takes back what was done, including the power state. A one-shot session never writes the definition, so that whatever becomes of
 * this process, the guest's next normal start is the one it always had; the others carry what they replaced inside.
 */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { planRescue } from '../../src-core/rescue/plan.ts';
import { hashDefinition } from '../../src-core/rescue/record.ts';
import type { RescuePlan, StepId } from '../../src-core/rescue/plan-types.ts';
import type { MediumFacts, RescueInputs, RescueRequest, SessionStamp } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { collectInputs } from './collect.ts';
import type { Elsewhere } from './disk-users.ts';
import { lockDomain } from './domain-lock.ts';
import { assertAsExpected, describeDrift } from './drift.ts';
import { errorOf } from './errors.ts';
import type { Journal, JournalWriter } from './journal-port.ts';
import { begin, conclude, inStep, madeFiles, stateBefore } from './recording.ts';
import { keepVariables } from './nvram.ts';
import { makeOverlays } from './overlay-volumes.ts';
import { rollBack } from './roll-back.ts';
import { define, expectedBefore, snapshot, start, stop, verify } from './rescue-steps.ts';
import type { Begun } from './rescue-steps.ts';
import type { RunReport } from './run.ts';

export interface RescueOrder {
  readonly domain: DomainRef;
  readonly request: RescueRequest;
  readonly properties: Readonly<Record<string, string>>;
  /** How the medium that boots was last attached, as the preview had it; null: nobody remembers. */
  readonly remembered?: MediumFacts['remembered'];
  /** What the administrator saw and confirmed; null: nothing was shown, the plan of this run counts. */
  readonly confirmed: { readonly fingerprint: string; readonly inputs: RescueInputs | null } | null;
  readonly stamp: SessionStamp;
  /** As the preview had them. */
  readonly elsewhere?: readonly Elsewhere[];
  readonly journal: Journal;
  /** The power state that ending restores, where it is not the one of now; absent: as it is now. */
  readonly powerBefore?: 'on' | 'off';
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
  const letGo = await lockDomain(hostname, order.domain, `a rescue started by ${order.stamp.startedBy}`);
  try {
    await order.lookAgain?.();
    return await carryOut({ hypervisor, order, report, signal });
  } finally {
    letGo();
  }
}

async function carryOut(run: Run): Promise<RescuePlan> {
  const { hypervisor, order, report, signal } = run;
  const { domain, stamp } = order;
  report.cancellable(true);
  const { inputs, plan, rescueXml } = await inStep({ report, writer: null }, 'check', () => check(run));
  throwIfCancelled(signal);
  const expected = await expectedBefore(hypervisor, inputs);
  await assertAsExpected(hypervisor, domain, expected);
  const writer = await beginRescue(run, inputs, plan, rescueXml);
  const begun: Begun = {
    ...{ hypervisor, domain, stamp, request: order.request, report, writer, signal, inputs, plan, rescueXml },
    ...{ expected, asked: false, stopped: false, started: false, made: [], steps: new Set() },
  };
  const work: Readonly<Partial<Record<StepId, () => Promise<void>>>> = {
    overlay: () => makeOverlays(begun),
    stop: () => stop(begun),
    backup: () => keepVariables(hypervisor, writer, domain, inputs.nvram),
    snapshot: () => snapshot(begun),
    define: () => define(begun),
    start: () => start(begun),
    verify: () => verify(begun),
  };
  try {
    for (const { id } of plan.steps) {
      if (id === 'check') continue;
      throwIfCancelled(signal);
      begun.steps.add(id);
      report.cancellable(id === 'stop' && order.request.stop.how === 'graceful');
      await inStep(begun, id, () => work[id]?.() ?? Promise.resolve());
    }
  } catch (error) {
    const problem = await rollBack(begun, errorOf(error));
    await conclude(begun, hypervisor, domain, problem.data);
    throw problem;
  }
  await conclude(begun, hypervisor, domain, null);
  return plan;
}

/** The first record, on disk before anything is touched. */
function beginRescue(
  { hypervisor, order }: Run,
  { domain: facts, nvram }: RescueInputs,
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
    files: madeFiles(plan),
    ...(nvram?.kind === 'file' ? { toKeep: nvram.size } : {}),
  });
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new SalvorError('cancelled');
}

async function check({ hypervisor, order, report }: Run) {
  const { domain, request, properties, remembered = null, confirmed, stamp, powerBefore, elsewhere = [] } = order;
  const asked = { request, properties, remembered, stamp, elsewhere };
  const collected = await collectInputs(hypervisor, domain.uuid, asked);
  const inputs: RescueInputs = powerBefore === undefined ? collected : { ...collected, powerBefore };
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
