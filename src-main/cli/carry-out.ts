/** The commands that change a guest: rescue and end. */
import { randomUUID } from 'node:crypto';
import { planRescue } from '../../src-core/rescue/plan.ts';
import { RECORDS } from '../../src-core/rescue/put-back.ts';
import { redactPlan } from '../../src-core/rescue/redact.ts';
import { endWarning } from '../../src-core/rescue/steps.ts';
import { domainWord, shellWord } from '../../src-core/rescue/shell-word.ts';
import type { RescuePlan } from '../../src-core/rescue/plan-types.ts';
import type { RescueInputs, SessionStamp } from '../../src-core/rescue/types.ts';
import { collectInputs } from '../app/collect.ts';
import { POWER_AFTER, endRescue } from '../app/end-run.ts';
import { isOn } from '../app/domain-facts.ts';
import { errorOf } from '../app/errors.ts';
import { runRescue } from '../app/rescue-run.ts';
import type { RescueOrder } from '../app/rescue-run.ts';
import { who } from '../app/who.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { openJournal } from '../app/journal.ts';
import { rememberUse } from '../app/library/changes.ts';
import { openLibrary } from '../app/library/store.ts';
import { oneOf, parseStop, usage } from './arguments.ts';
import type { StopOptions } from './arguments.ts';
import { canAsk, confirm as askFirst } from './ask.ts';
import { withHost } from './connect.ts';
import { progress } from './progress.ts';
import { EXIT, plain, print, printJson, tell } from './output.ts';
import type { Exit } from './output.ts';
import { orderOf } from './request.ts';
import { tellUnfinished } from './tell-unfinished.ts';
import type { RequestOptions } from './request.ts';
import { planText } from './show-plan.ts';
import { withInterrupt } from './interrupt.ts';

export interface RescueOptions extends RequestOptions {
  readonly uri: string;
  readonly yes: boolean;
  readonly json: boolean;
}

export async function rescue(name: string, options: RescueOptions): Promise<Exit> {
  const { request, properties } = await orderOf(options, options.uri);
  if (!options.yes && !canAsk(options.json))
    throw usage('rescue restarts the guest: say --yes, or run it at a terminal and confirm there');
  return withHost(options.uri, false, async (host) => {
    const domain = await host.findDomain(name);
    const order: Omit<RescueOrder, 'confirmed' | 'stamp'> = { domain, request, properties, journal: openJournal() };
    const confirmed = options.yes ? null : await confirm(host, order);
    if (confirmed === 'refused') return EXIT.refused;
    const stamp = newStamp();
    const seen: { plan: RescuePlan | null } = { plan: null };
    const { report, journalProblem } = progress(options.json);
    try {
      const plan = await withInterrupt(domain.name, (signal) =>
        runRescue(
          host,
          { ...order, confirmed, stamp },
          { ...report, planned: (planned) => (seen.plan = planned) },
          signal,
        ),
      );
      const used = { uri: options.uri, spec: request.media[0], domain: domain.name, at: stamp.startedAt };
      await rememberUse(openLibrary(), used);
      const unfinished = await tellUnfinished(host, options.uri);
      const told = { domain, state: 'in-rescue', session: stamp, journalProblem: journalProblem(), unfinished };
      if (options.json) printJson({ ...told, plan: redactPlan(plan) });
      else
        print(
          `${plain(domain.name)} is in rescue: ${plain(plan.rescueDevice?.source ?? 'the rescue kernel')}\nEnd it: ${plain(`salvor end --uri ${shellWord(options.uri)} -- ${domainWord(domain)}`)}`,
        );
      return EXIT.done;
    } catch (error) {
      if (errorOf(error).code !== 'refused' || seen.plan === null) throw error;
      if (options.json) printJson(redactPlan(seen.plan));
      else tell(planText(seen.plan));
      return EXIT.refused;
    }
  });
}

function newStamp(): SessionStamp {
  return { id: randomUUID(), startedAt: new Date().toISOString(), startedBy: who() };
}

/** Show the plan and ask. What was shown is what will be run, or nothing. */
async function confirm(
  host: Hypervisor,
  order: Omit<RescueOrder, 'confirmed' | 'stamp'>,
): Promise<{ fingerprint: string; inputs: RescueInputs } | 'refused'> {
  const inputs = await collectInputs(host, order.domain.uuid, {
    request: order.request,
    properties: order.properties,
    stamp: null,
  });
  const plan = planRescue(inputs);
  tell(planText(plan));
  if (plan.refusals.length > 0) return 'refused';
  await askFirst(`\nRescue ${plain(order.domain.name)} now? [y/N] `);
  return { fingerprint: plan.fingerprint.inputs, inputs };
}

export interface EndOptions extends StopOptions {
  readonly uri: string;
  readonly power: string;
  readonly record?: string;
  readonly json: boolean;
}

export async function end(name: string, options: EndOptions): Promise<Exit> {
  const stop = parseStop(options);
  const power = oneOf('--power', POWER_AFTER, options.power);
  const record = options.record === undefined ? {} : { record: oneOf('--record', RECORDS, options.record) };
  return withHost(options.uri, false, async (host) => {
    const domain = await host.findDomain(name);
    const { report, journalProblem } = progress(options.json);
    const warning = isOn(await host.domainState(domain.uuid)) ? (endWarning(stop)?.text ?? null) : null;
    if (warning !== null && !options.json) tell(`warning: ${warning}`);
    const { session, on, variables, notes } = await withInterrupt(domain.name, (signal) =>
      endRescue(host, { domain, stop, power, by: who(), journal: openJournal(), ...record }, report, signal),
    );
    if (options.json)
      printJson({
        domain,
        state: on ? 'running' : 'shutoff',
        session,
        variables,
        notes,
        warning,
        journalProblem: journalProblem(),
      });
    else
      print(
        [
          `The rescue of ${plain(domain.name)} has ended; it ${on ? 'runs from its own definition again' : 'is off'}.`,
          ...notes.map(plain),
        ].join('\n'),
      );
    return EXIT.done;
  });
}
