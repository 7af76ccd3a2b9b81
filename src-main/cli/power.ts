/** salvor power: the plain actions on a machine. */
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { POWER_ACTIONS, powerPossible } from '../../src-core/reboot/power.ts';
import type { PowerAction } from '../../src-core/reboot/power.ts';
import { CONFIRMED_ACTIONS, powerSentences } from '../../src-core/reboot/power-words.ts';
import type { PowerSession } from '../../src-core/reboot/power-words.ts';
import type { DomainState, Sentence } from '../../src-core/rescue/types.ts';
import { errorOf } from '../app/errors.ts';
import { actOnPower, powerStep } from '../app/reboot/power.ts';
import { openSession } from '../app/run.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { oneOf, usage } from './arguments.ts';
import { canAsk, confirm } from './ask.ts';
import { withHost } from './connect.ts';
import { withInterrupt } from './interrupt.ts';
import { EXIT, plain, print, printJson, tell } from './output.ts';
import type { Exit } from './output.ts';
import { progress } from './progress.ts';

export interface PowerOptions {
  readonly uri: string;
  readonly agent: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

export async function power(word: string, name: string, { uri, agent, yes, json }: PowerOptions): Promise<Exit> {
  const action = oneOf('the action', POWER_ACTIONS, word);
  if (agent && action !== 'shutdown' && action !== 'reboot') throw usage('--agent goes with shutdown and reboot');
  const asks = CONFIRMED_ACTIONS.includes(action) && !yes;
  if (asks && !canAsk(json))
    throw usage(`${action} interrupts the guest: say --yes, or run it at a terminal and confirm there`);
  return withHost(uri, false, async (host) => {
    const domain = await host.findDomain(name);
    const said = powerSentences(action, await sessionOf(host, domain.uuid));
    const possible = powerPossible(action, await host.domainState(domain.uuid));
    if (possible && !json) await announce(domain.name, action, said, asks);
    const { report } = progress(json);
    const way = agent ? 'agent' : 'acpi';
    const notes = await withInterrupt(domain.name, (signal) => actOnPower(host, domain, action, way, report, signal));
    const state = await stateAfter(host, domain.uuid);
    if (json) printJson({ domain, action, state, notes, told: said });
    else print([`${plain(domain.name)}: ${state}`, ...notes.map(plain)].join('\n'));
    return EXIT.done;
  });
}

/** What it costs is asked about; what it means for a rescue is said in any case. */
async function announce(name: string, action: PowerAction, said: readonly Sentence[], asks: boolean): Promise<void> {
  const [cost, ...ofRescue] = said.map(({ text }) => plain(text));
  if (asks) tell(cost ?? '');
  for (const sentence of ofRescue) tell(`warning: ${sentence}`);
  if (asks) await confirm(`\n${plain(powerStep(action, name).text)} now? [y/N] `);
}

/** The rescue that it is in, running or off. */
async function sessionOf(host: Hypervisor, uuid: string): Promise<PowerSession | null> {
  const open = await openSession(host, uuid);
  if (open === null) return null;
  const { onReboot } = parseDomain(await host.domainXml(uuid, open.live ? 'live' : 'definition'));
  return { kind: open.session.kind, endAtFirstReboot: onReboot === 'destroy' };
}

/** A transient domain is gone when it is off. */
async function stateAfter(host: Hypervisor, uuid: string): Promise<DomainState> {
  try {
    return await host.domainState(uuid);
  } catch (error) {
    if (errorOf(error).code === 'domain-not-found') return 'shutoff';
    throw error;
  }
}
