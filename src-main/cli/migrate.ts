/** salvor migrate: a machine to another host, with a preview, figures on the way, and what was found on both hosts in the end. */
import { randomUUID } from 'node:crypto';
import type { MigrationInputs, MigrationPlan, MigrationRequest } from '../../src-core/migration/types.ts';
import { shellWord } from '../../src-core/rescue/shell-word.ts';
import { isOn } from '../app/domain-facts.ts';
import { errorOf } from '../app/errors.ts';
import { openJournal } from '../app/journal.ts';
import { previewMigration, redactMigrationPlan } from '../app/migration/preview.ts';
import { migrate } from '../app/migration/run.ts';
import { who } from '../app/who.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { usage } from './arguments.ts';
import { canAsk, confirm } from './ask.ts';
import { withHost } from './connect.ts';
import { withInterrupt } from './interrupt.ts';
import type { InterruptWords } from './interrupt.ts';
import { tellMigration } from './migrate-progress.ts';
import { migrationRequest } from './migrate-request.ts';
import type { MigrateOptions } from './migrate-request.ts';
import { EXIT, plain, print, printJson, tell } from './output.ts';
import type { Exit } from './output.ts';
import { migrationText } from './show-migration.ts';
import { tellUnfinished } from './tell-unfinished.ts';

interface Move {
  readonly source: Hypervisor;
  readonly destination: Hypervisor;
  readonly domain: DomainRef;
  readonly request: MigrationRequest;
  readonly options: MigrateOptions;
}

export async function migrateMachine(name: string, options: MigrateOptions): Promise<Exit> {
  // What is wrong with the words is said before anything is connected to.
  migrationRequest(options, true);
  if (!options.plan && !options.yes && !canAsk(options.json))
    throw usage('migrate moves the machine: say --yes, or run it at a terminal and confirm there; --plan only shows');
  return withHost(options.uri, false, (source) =>
    withHost(options.to, false, async (destination) => {
      const domain = await source.findDomain(name);
      const request = migrationRequest(options, isOn(await source.domainState(domain.uuid)));
      const move = { source, destination, domain, request, options };
      return options.plan ? await showPlan(move) : await carryOut(move);
    }),
  );
}

async function showPlan({ source, destination, domain, request, options }: Move): Promise<Exit> {
  const { plan } = await previewMigration(source, destination, domain.uuid, request);
  if (options.json) printJson(plan);
  else print(migrationText(plan));
  return plan.refusals.length > 0 ? EXIT.refused : EXIT.done;
}

async function carryOut(move: Move): Promise<Exit> {
  const { source, destination, domain, request, options } = move;
  const confirmed = options.yes ? null : await askFirst(move);
  if (confirmed === 'refused') return EXIT.refused;
  const telling = tellMigration(options.json);
  const seen: { plan: MigrationPlan | null } = { plan: null };
  const order = { domain, request, confirmed, by: who(), id: randomUUID(), journal: openJournal() };
  const report = {
    ...telling.report,
    progress: telling.figures,
    planned: (plan: MigrationPlan) => (seen.plan = plan),
  };
  const words = interruptWords(domain, request, telling.phase);
  try {
    const { plan, remarks } = await withInterrupt(
      domain.name,
      (signal) => migrate(source, destination, order, report, signal),
      words,
    );
    const state = isOn(await destination.domainState(domain.uuid)) ? 'running' : 'shutoff';
    const unfinished = await tellUnfinished(destination, options.to);
    const told = { operation: order.id, domain, state, from: plan.from, to: plan.to, remarks };
    if (options.json)
      printJson({ ...told, journalProblem: telling.journalProblem(), unfinished, plan: redactMigrationPlan(plan) });
    else
      print(
        [
          `${plain(domain.name)} ${state === 'running' ? 'runs' : 'is, off,'} at ${plain(plan.to.hostname)} now: ${plain(shellWord(options.to))}`,
          ...remarks.map(plain),
        ].join('\n'),
      );
    return EXIT.done;
  } catch (error) {
    if (errorOf(error).code !== 'migration-refused' || seen.plan === null) throw error;
    const plan = redactMigrationPlan(seen.plan);
    if (options.json) printJson(plan);
    else tell(migrationText(plan));
    return EXIT.refused;
  }
}

/** Show the plan and ask. What was shown is what will be run, or nothing. */
async function askFirst(move: Move): Promise<{ fingerprint: string; inputs: MigrationInputs } | 'refused'> {
  const { source, destination, domain, request } = move;
  const { plan, inputs } = await previewMigration(source, destination, domain.uuid, request);
  tell(migrationText(plan));
  if (plan.refusals.length > 0) return 'refused';
  await confirm(`\nMigrate ${plain(domain.name)} to ${plain(plan.to.hostname)} now? [y/N] `);
  return { fingerprint: plan.fingerprint.inputs, inputs };
}

function interruptWords({ name }: DomainRef, { way }: MigrationRequest, phase: () => string | null): InterruptWords {
  return {
    cancelling: () =>
      phase() === 'post-copy'
        ? `${name} runs at the destination already and needs the rest of its memory from here: a migration in post-copy cannot be cancelled. Ctrl-C again leaves at once.`
        : `cancelling; ${name} stays at the source, if it has not been handed over yet. Ctrl-C again leaves at once.`,
    left: () =>
      way === 'p2p'
        ? `left in mid-run. The source’s daemon goes on with the migration of ${name} by itself. salvor resume says how it stands and offers the way on.`
        : `left in mid-run. libvirt takes a migration back that has lost who carries it: ${name} stays at the source, if it had not been handed over yet. salvor resume says how it stands and offers the way on.`,
  };
}
