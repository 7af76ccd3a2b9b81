/**
 * Carrying out a migration (RESCUE.md 9): check → prepare → migrate → verify → tidy, under the domain's lock at both hosts and written into the
 * journal ahead of itself. Both definitions are given; whatever libvirt answers, where the guest is afterwards is found out from both hosts.
 */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { secretNamed } from '../../../src-core/disks/secret-states.ts';
import { migrateCall } from '../../../src-core/migration/parameters.ts';
import { describeMigrationDrift } from '../../../src-core/migration/drift.ts';
import { planMigration } from '../../../src-core/migration/plan.ts';
import type { StateBefore } from '../../../src-core/journal/types.ts';
import type { MigrationInputs, MigrationOrder, MigrationPlan } from '../../../src-core/migration/types.ts';
import type { StepId } from '../../../src-core/rescue/plan-types.ts';
import { withoutSecrets } from '../../../src-core/rescue/record.ts';
import type { SecretFacts } from '../../../src-core/rescue/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import type { JournalWriter } from '../journal-port.ts';
import { begin, conclude, inStep, stateBefore, withoutPassword } from '../recording.ts';
import { migrationProblem } from './account.ts';
import { volumesMade } from './begun.ts';
import type { BegunMigration } from './begun.ts';
import { collectMigration } from './facts.ts';
import { lockOnHosts } from './locks.ts';
import type { MigrateOrder, MigrateReport, Migrated, MigrationControls } from './order.ts';
import { move, prepare, tidy, verify } from './steps.ts';

interface Run {
  readonly source: Hypervisor;
  readonly destination: Hypervisor;
  readonly order: MigrateOrder;
  readonly report: MigrateReport;
  readonly signal: AbortSignal;
  readonly controls: ((controls: MigrationControls) => void) | null;
}

/**
 * Migrate. Resolves once the guest is at the destination as planned. Throws read-only, busy, drift, migration-refused, cancelled and
 * journal-unwritable (nothing was done), migration-failed (it is at the source as before), migration-unclear, migration-lost, migration-differs,
 * or what a connection fails with before anything is done. `controls` is called once, when the call is under way.
 */
export async function migrate(
  source: Hypervisor,
  destination: Hypervisor,
  order: MigrateOrder,
  report: MigrateReport,
  signal: AbortSignal,
  controls?: (controls: MigrationControls) => void,
): Promise<Migrated> {
  for (const { readOnly, uri } of [source, destination]) if (readOnly) throw new SalvorError('read-only', { uri });
  const [here, there] = await Promise.all([source.identity(), destination.identity()]);
  const holder = `a migration to ${there.hostname}, started by ${order.by}`;
  const letGo = await lockOnHosts([here.hostname, there.hostname], order.domain, holder);
  try {
    return await carryOut({ source, destination, order, report, signal, controls: controls ?? null });
  } finally {
    letGo();
  }
}

async function carryOut(run: Run): Promise<Migrated> {
  const { source, destination, order, report, signal } = run;
  report.cancellable(true);
  const { inputs, plan } = await inStep({ report, writer: null }, 'check', () => check(run));
  throwIfCancelled(signal);
  const migration = orderOf(order, plan, destination, await secretsOf(source, plan));
  const before = stateBefore(inputs.domain, inputs.domain.definitionXml);
  const writer = await beginMigration(run, inputs, plan, { migration, before });
  const recorded = { domain: order.domain, from: inputs.source.hostname, migration, before };
  const begun: BegunMigration = { ...run, writer, inputs, plan, recorded, carried: [], asked: false, remarks: [] };
  const work: Readonly<Partial<Record<StepId, (begun: BegunMigration) => Promise<void>>>> = {
    prepare,
    migrate: move,
    verify,
    tidy,
  };
  try {
    for (const { id } of plan.steps) {
      if (id === 'check') continue;
      // Afterwards the guest is where it is.
      if (!begun.asked) throwIfCancelled(signal);
      await inStep(begun, id, () => work[id]?.(begun) ?? Promise.resolve());
    }
    // Not always worth a step.
    if (!plan.steps.some(({ id }) => id === 'tidy')) await tidy(begun);
  } catch (error) {
    report.cancellable(false);
    const problem = await migrationProblem(begun, error);
    await conclude(begun, source, order.domain, problem.data);
    throw problem;
  }
  for (const remark of begun.remarks) await writer.note(remark);
  await conclude(begun, destination, order.domain, null);
  return { plan, remarks: begun.remarks };
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new SalvorError('cancelled');
}

async function check({ source, destination, order, report }: Run) {
  const { domain, request, confirmed } = order;
  const inputs = await collectMigration(source, destination, { uuid: domain.uuid, request, measure: false });
  const plan = planMigration(inputs);
  report.planned?.(plan);
  if (confirmed !== null && plan.fingerprint.inputs !== confirmed.fingerprint)
    throw new SalvorError('drift', { domain: domain.name, what: describeMigrationDrift(confirmed.inputs, inputs) });
  if (plan.refusals.length > 0)
    throw new SalvorError('migration-refused', {
      domain: domain.name,
      reasons: plan.refusals.map(({ message }) => message).join(' '),
    });
  report.steps(plan.steps.map(({ id, what }) => ({ id, text: what.text })));
  return { inputs, plan };
}

/** Of the source; nobody is asked where none is needed. */
async function secretsOf(source: Hypervisor, { needs }: MigrationPlan): Promise<readonly SecretFacts[]> {
  return needs.some(({ kind }) => kind === 'secret') ? ((await source.secrets()) ?? []) : [];
}

/** What a later look and a way on need, without any password. A secret that is named by its usage is found again by its UUID alone. */
function orderOf(
  { request }: MigrateOrder,
  plan: MigrationPlan,
  destination: Hypervisor,
  own: readonly SecretFacts[],
): MigrationOrder {
  const { destinationXml: _given, persistentXml, ...call } = migrateCall(plan);
  const carried = request.secrets === 'carry' ? plan.needs : [];
  return {
    to: { uri: withoutPassword(destination.uri), hostname: plan.to.hostname },
    request,
    call,
    running: plan.running === null ? null : withoutSecrets(plan.running.after),
    persistent: persistentXml === null ? null : withoutSecrets(persistentXml),
    makes: {
      secrets: carried
        .filter(({ kind, state, carriable }) => kind === 'secret' && carriable && state === 'missing')
        .map(({ name }) => secretNamed(own, name)?.uuid ?? name),
      volumes: volumesMade(plan),
    },
  };
}

/** The first record, on disk before anything is touched. */
function beginMigration(
  { source, order }: Run,
  { session }: MigrationInputs,
  plan: MigrationPlan,
  { migration, before }: { readonly migration: MigrationOrder; readonly before: StateBefore },
): Promise<JournalWriter> {
  return begin(order.journal, source, order.domain, {
    id: order.id,
    kind: 'migrate',
    by: order.by,
    session: session === null ? null : { id: session.id ?? '', kind: session.kind, transient: session.transient },
    order: { kind: 'migrate', migration },
    before,
    rescueDefinition: null,
    steps: plan.steps.map(({ id, what }) => ({ id, text: what.text })),
    files: [],
  });
}
