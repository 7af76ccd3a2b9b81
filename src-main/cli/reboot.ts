/** salvor reboot: the plain one, and the hard one, which sets up again what the machine depends on. */
import { randomUUID } from 'node:crypto';
import { REBOOT_SESSIONS } from '../../src-core/reboot/types.ts';
import type { RebootInputs, RebootRequest } from '../../src-core/reboot/types.ts';
import { sentence } from '../../src-core/rescue/findings.ts';
import { redactStrings } from '../../src-core/rescue/redact.ts';
import { openJournal } from '../app/journal.ts';
import { previewReboot } from '../app/reboot/preview.ts';
import { hardReboot } from '../app/reboot/run.ts';
import { who } from '../app/who.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { oneOf, parseStop, usage } from './arguments.ts';
import type { StopOptions } from './arguments.ts';
import { canAsk, confirm } from './ask.ts';
import { withHost } from './connect.ts';
import { withInterrupt } from './interrupt.ts';
import type { InterruptWords } from './interrupt.ts';
import { EXIT, plain, print, printJson, tell } from './output.ts';
import type { Exit } from './output.ts';
import { power } from './power.ts';
import { progress } from './progress.ts';
import { parseSecrets, readSecrets } from './secrets.ts';
import { rebootText } from './show-reboot.ts';
import { tellUnfinished } from './tell-unfinished.ts';

export interface RebootOptions extends StopOptions {
  readonly uri: string;
  readonly hard: boolean;
  readonly plan: boolean;
  readonly session?: string;
  readonly secret?: readonly string[];
  readonly agent: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

export async function reboot(name: string, options: RebootOptions): Promise<Exit> {
  if (!options.hard) {
    const { stop, stopTimeout, stopThen, session, secret, plan } = options;
    if (plan || [secret, stop, stopTimeout, stopThen, session].some((option) => option !== undefined))
      throw usage(
        '--plan, --session, --secret and the stop options belong to a hard reboot: say --hard, or leave them out',
      );
    return power('reboot', name, options);
  }
  if (options.agent) throw usage('--agent belongs to a plain reboot; --stop says how a hard one stops the guest');
  return hard(name, options);
}

async function hard(name: string, options: RebootOptions): Promise<Exit> {
  const { uri, json } = options;
  const request = {
    stop: parseStop(options),
    session: oneOf('--session', REBOOT_SESSIONS, options.session ?? 'keep'),
  };
  const sources = parseSecrets(options.secret ?? []);
  if (options.plan)
    return showPlan(
      name,
      options,
      request,
      sources.map(({ uuid }) => uuid),
    );
  if (!options.yes && (!canAsk(json) || sources.some(({ from }) => from === '-')))
    throw usage('reboot --hard restarts the guest: say --yes, or run it at a terminal and confirm there');
  const secrets = await readSecrets(sources, json);
  return withHost(uri, false, async (host) => {
    const domain = await host.findDomain(name);
    const confirmed = options.yes ? null : await confirmPlan(host, domain, request, [...secrets.keys()]);
    if (confirmed === 'refused') return EXIT.refused;
    const { report, journalProblem } = progress(json, sentence('reboot-step-check').text);
    const order = { domain, request, secrets, confirmed, by: who(), newId: randomUUID, journal: openJournal() };
    const { plan, notes } = await withInterrupt(
      domain.name,
      (signal) => hardReboot(host, order, report, signal),
      interruptWords(domain),
    );
    const unfinished = await tellUnfinished(host, uri);
    if (json) {
      const told = { domain, state: 'running', notes, journalProblem: journalProblem(), unfinished };
      printJson({ ...told, plan: redactStrings(plan) });
    } else print([`${plain(domain.name)} runs again.`, ...notes.map(plain)].join('\n'));
    return EXIT.done;
  });
}

/** Exit 2 where it is refused; it is printed all the same. Values are not asked for: that they are at hand is enough. */
function showPlan(
  name: string,
  { uri, json }: RebootOptions,
  request: RebootRequest,
  given: readonly string[],
): Promise<Exit> {
  return withHost(uri, false, async (host) => {
    const { plan } = await previewReboot(host, (await host.findDomain(name)).uuid, request, given);
    if (json) printJson(redactStrings(plan));
    else print(rebootText(plan));
    return plan.refusals.length > 0 ? EXIT.refused : EXIT.done;
  });
}

/** Show the plan and ask. What was shown is what will be run, or nothing. */
async function confirmPlan(
  host: Hypervisor,
  domain: DomainRef,
  request: RebootRequest,
  given: readonly string[],
): Promise<{ fingerprint: string; inputs: RebootInputs } | 'refused'> {
  const { plan, inputs } = await previewReboot(host, domain.uuid, request, given);
  tell(rebootText(plan));
  if (plan.refusals.length > 0) return 'refused';
  await confirm(`\nReboot ${plain(domain.name)} hard now? [y/N] `);
  return { fingerprint: plan.fingerprint.inputs, inputs };
}

function interruptWords({ name }: DomainRef): InterruptWords {
  return {
    cancelling: () =>
      `cancelling; a step that is under way is finished first. ${name} stays off if it has been stopped already. Ctrl-C again leaves at once.`,
    left: () =>
      `left in mid-run. ${name} runs as before, or is off, with its definition as it was; where a rescue was to be ended first, that may still be in it. salvor resume says how it stands and offers the way on.`,
  };
}
