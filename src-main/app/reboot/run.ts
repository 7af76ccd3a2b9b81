/**
 * Carrying out a hard reboot (RESCUE.md 8): set up secrets and pools → stop → set up networks and devices → start → verify. The definition is
 * never written, and the domain never undefined. What fails before the stop leaves a guest that runs as it is (its QEMU may have the only copy
 * of an image open); what fails behind it leaves the domain off with its definition as it was. In both cases the run may be done again.
 */
import { NOTHING_TOUCHED } from '../../../src-core/contract/error-text.ts';
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { parseDomain } from '../../../src-core/domain-xml/domain.ts';
import { needsAttention } from '../../../src-core/journal/resume.ts';
import { describeRebootDrift } from '../../../src-core/reboot/drift.ts';
import { planReboot } from '../../../src-core/reboot/plan.ts';
import type { RebootPlan } from '../../../src-core/reboot/types.ts';
import type { StepId } from '../../../src-core/rescue/plan-types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { isOn } from '../domain-facts.ts';
import { lockDomain } from '../domain-lock.ts';
import { assertAsExpected } from '../drift.ts';
import { endRescue } from '../end-run.ts';
import { errorOf } from '../errors.ts';
import type { Journal } from '../journal-port.ts';
import { begin, conclude, inStep, stateBefore } from '../recording.ts';
import type { RunReport } from '../run.ts';
import { rebootProblem } from './account.ts';
import { remark } from './begun.ts';
import type { Begun, RebootOrder } from './begun.ts';
import { collectReboot } from './facts.ts';
import type { CollectedReboot } from './facts.ts';
import { setUpDevices, setUpNetworks, setUpPools, setUpSecrets } from './set-up.ts';
import { start, stop, verify } from './steps.ts';

export interface RebootReport extends RunReport {
  /** As soon as it is made, refused or not. */
  readonly planned?: (plan: RebootPlan) => void;
}

export interface Rebooted {
  readonly plan: RebootPlan;
  /** What is to be known besides, in sentences. */
  readonly notes: readonly string[];
}

interface Run {
  readonly hypervisor: Hypervisor;
  readonly order: RebootOrder;
  readonly report: RebootReport;
  readonly signal: AbortSignal;
}

/**
 * Run a hard reboot. Resolves once the domain runs as defined. Throws read-only, reboot-refused, secret-needed, drift, busy,
 * cancelled, stop-timeout, guest-paused, stop-failed, dependency-missing, secret-wrong, start-failed, reboot-differs, what an end of a rescue
 * throws, or what the connection fails with; `unchanged` says how things stand.
 */
export async function hardReboot(
  hypervisor: Hypervisor,
  order: RebootOrder,
  report: RebootReport,
  signal: AbortSignal,
): Promise<Rebooted> {
  if (hypervisor.readOnly) throw new SalvorError('read-only', { uri: hypervisor.uri });
  const { hostname } = await hypervisor.identity();
  const lock = () => lockDomain(hostname, order.domain, `a hard reboot started by ${order.by}`);
  let letGo = await lock();
  try {
    await order.lookAgain?.();
    report.cancellable(true);
    const run = { hypervisor, order, report, signal };
    const checked = await inStep({ report, writer: null }, 'check', () => check(run));
    throwIfCancelled(signal, NOTHING_TOUCHED);
    const begun = await beginReboot(run, checked);
    // An end of a rescue is an operation of its own, with a lock and an entry of its own.
    const unlocked = async (work: () => Promise<void>) => {
      letGo();
      try {
        await work();
      } finally {
        letGo = () => undefined;
        letGo = await lock();
      }
    };
    await carryOut(begun, unlocked);
    return { plan: begun.plan, notes: begun.notes };
  } finally {
    letGo();
  }
}

function throwIfCancelled(signal: AbortSignal, unchanged: string): void {
  if (signal.aborted) throw new SalvorError('cancelled', { unchanged });
}

async function check({ hypervisor, order, report }: Run): Promise<CollectedReboot & { plan: RebootPlan }> {
  const { domain, request, confirmed, secrets } = order;
  const collected = await collectReboot(hypervisor, domain.uuid, request, [...secrets.keys()]);
  const plan = planReboot(collected.inputs);
  report.planned?.(plan);
  report.steps(plan.steps.map(({ id, what }) => ({ id, text: what.text })));
  if (confirmed !== null && plan.fingerprint.inputs !== confirmed.fingerprint) {
    const what = describeRebootDrift(confirmed.inputs, collected.inputs);
    throw new SalvorError('drift', { domain: domain.name, what, unchanged: NOTHING_TOUCHED });
  }
  throwIfRefused(order, plan);
  return { ...collected, plan };
}

/** A value that is all that lacks is asked for by a code of its own. */
function throwIfRefused({ domain: { name: domain } }: RebootOrder, { refusals, secrets }: RebootPlan): void {
  if (refusals.length === 0) return;
  const needed = secrets.find(({ required, given }) => required && !given);
  if (needed !== undefined && refusals.every(({ code }) => code === 'reboot-secret-needed')) {
    const { uuid, usage } = needed;
    throw new SalvorError('secret-needed', {
      ...{ domain, uuid, usage: usage ?? 'of an unknown use' },
      unchanged: NOTHING_TOUCHED,
    });
  }
  throw new SalvorError('reboot-refused', { domain, reasons: refusals.map(({ message }) => message).join(' ') });
}

/** The first record, on disk before anything is touched. */
async function beginReboot(
  { hypervisor, order, report, signal }: Run,
  { inputs, open, startXml, plan }: CollectedReboot & { plan: RebootPlan },
): Promise<Begun> {
  const { domain, request, by, journal, newId } = order;
  const { definitionXml, state } = inputs.domain;
  const session = open?.session ?? null;
  const writer = await begin(journal, hypervisor, domain, {
    id: newId(),
    kind: 'hard-reboot',
    by,
    session: session === null ? null : { id: session.id ?? '', kind: session.kind, transient: session.transient },
    order: { kind: 'hard-reboot', ...request },
    before: stateBefore(inputs.domain, definitionXml),
    rescueDefinition: null,
    steps: plan.steps.map(({ id, what }) => ({ id, text: what.text })),
    files: [],
  });
  const disks = parseDomain(definitionXml).disks.filter(({ source }) => source !== null);
  // A monitor that does not answer is asked nothing more.
  const targets = inputs.control === 'occupied' ? [] : disks.map(({ target }) => target);
  return {
    ...{ hypervisor, domain, order, report, writer, signal, inputs, plan, startXml, definitionXml, open },
    expected: {
      on: isOn(state),
      persistent: true,
      definitionXml,
      session: session?.id ?? null,
      devices: null,
      targets,
    },
    asked: false,
    stopped: false,
    notes: [],
  };
}

async function carryOut(begun: Begun, unlocked: (work: () => Promise<void>) => Promise<void>): Promise<void> {
  const { hypervisor, domain, order, plan, report, signal } = begun;
  const work: Readonly<Partial<Record<StepId, () => Promise<void>>>> = {
    stop: () => (endsFirst(begun) ? unlocked(() => endFirst(begun)).then(() => lookAnew(begun)) : stop(begun)),
    pools: () => setUpPools(begun),
    secrets: () => setUpSecrets(begun),
    networks: () => setUpNetworks(begun),
    devices: () => setUpDevices(begun),
    start: () => start(begun),
    verify: () => verify(begun),
  };
  try {
    // As the steps before the stop change the host already; it may go off by itself at any moment.
    await assertAsExpected(hypervisor, domain, { ...begun.expected, on: null });
    for (const { id } of plan.steps) {
      if (id === 'check') continue;
      // Once it is being started there is nothing that a cancel could spare.
      if (id !== 'verify') throwIfCancelled(signal, '');
      report.cancellable(id !== 'start' && id !== 'verify' && (id !== 'stop' || order.request.stop.how === 'graceful'));
      await inStep(begun, id, () => work[id]?.() ?? Promise.resolve());
    }
  } catch (error) {
    const problem = await rebootProblem(begun, errorOf(error));
    await conclude(begun, hypervisor, domain, problem.data);
    throw problem;
  }
  await closeEarlier(order.journal, domain.uuid, begun.writer.id, order.by);
  await conclude(begun, hypervisor, domain, null);
}

function endsFirst({ open, order }: Begun): boolean {
  return open !== null && order.request.session === 'end';
}

/** As any end of a rescue, told in this one step. */
async function endFirst(begun: Begun): Promise<void> {
  const { hypervisor, domain, order, report, signal } = begun;
  const { request, by, journal } = order;
  const texts = new Map<string, string>();
  const { notes, variables } = await endRescue(
    hypervisor,
    { domain, stop: request.stop, power: 'off', by, journal },
    {
      ...report,
      steps: (steps) => steps.forEach(({ id, text }) => texts.set(id, text)),
      step: (id, state) => state === 'running' && report.note('stop', texts.get(id) ?? null),
      note: (_id, note) => report.note('stop', note),
    },
    signal,
  );
  for (const note of variables === null ? notes : [...notes, variables]) await remark(begun, 'stop', note);
}

/** The rescue is over: what is started is the guest's own definition, and nothing is expected to be left of the session. */
async function lookAnew(begun: Begun): Promise<void> {
  const { hypervisor, domain } = begun;
  const definitionXml = await hypervisor.domainXml(domain.uuid, 'definition');
  Object.assign(begun, { open: null, startXml: definitionXml, definitionXml, stopped: true });
  begun.expected = { ...begun.expected, on: false, definitionXml, session: null, targets: [] };
  await assertAsExpected(hypervisor, domain, begun.expected);
}

/** Hard reboots of it that were cut off or failed need nobody any more. Never rejects. */
async function closeEarlier(journal: Journal, uuid: string, but: string, by: string): Promise<void> {
  try {
    const { entries } = await journal.read(uuid);
    const earlier = entries.filter(
      (entry) => entry.began.kind === 'hard-reboot' && entry.began.id !== but && needsAttention(entry),
    );
    for (const { began } of earlier) await (await journal.reopen(began.id)).closed('finished', by);
  } catch {
    // They are offered again, and the domain itself tells that it runs.
  }
}
