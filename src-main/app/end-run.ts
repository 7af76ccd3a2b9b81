/** Ending a rescue (RESCUE.md 6): stop → libvirt is back at the definition by itself → start as it was → verify. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { hashText } from '../../src-core/rescue/fingerprint.ts';
import { sentence } from '../../src-core/rescue/findings.ts';
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import type { Sentence, StopRequest } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { lockDomain } from './domain-lock.ts';
import { errorOf } from './errors.ts';
import { inStep, liveSession } from './run.ts';
import type { RunReport } from './run.ts';
import { stopGuest } from './stop-guest.ts';

export const POWER_AFTER = ['as-before', 'on', 'off'] as const;
export type PowerAfter = (typeof POWER_AFTER)[number];

export interface EndOrder {
  readonly domain: DomainRef;
  readonly stop: StopRequest;
  readonly power: PowerAfter;
  /** user@workstation, for whoever finds the domain locked. */
  readonly by: string;
}

/**
 * End the rescue of a domain. Resolves with the session that was ended and whether the domain runs again. Throws not-in-rescue,
 * busy, cancelled, stop-timeout, stop-failed (the rescue goes on), start-failed, verify-failed, or what the connection fails with.
 */
export async function endRescue(
  hypervisor: Hypervisor,
  order: EndOrder,
  report: RunReport,
  signal: AbortSignal,
): Promise<{ session: SessionRecord; on: boolean }> {
  const { hostname } = await hypervisor.identity();
  const letGo = await lockDomain(hostname, order.domain, `the end of a rescue, asked for by ${order.by}`);
  try {
    return await carryOut(hypervisor, order, report, signal);
  } finally {
    letGo();
  }
}

async function carryOut(
  hypervisor: Hypervisor,
  { domain, stop, power }: EndOrder,
  report: RunReport,
  signal: AbortSignal,
) {
  const session = await liveSession(hypervisor, domain.uuid);
  if (session === null) throw new SalvorError('not-in-rescue', { domain: domain.name });
  const on = power === 'as-before' ? session.powerBefore === 'on' : power === 'on';
  report.steps(endSteps(domain.name, stop, on).map(([id, what]) => ({ id, text: what.text })));
  report.cancellable(stop.how === 'graceful');
  if (signal.aborted) throw new SalvorError('cancelled');
  await inStep(report, 'stop', () =>
    stopGuest(hypervisor, domain, stop, { signal, note: (note) => report.note('stop', note) }),
  );
  report.cancellable(false);
  await inStep(report, 'start', () => (on ? startNormally(hypervisor, domain) : Promise.resolve()));
  await inStep(report, 'verify', () => verifyEnd(hypervisor, domain, session, on));
  return { session, on };
}

function endSteps(domain: string, stop: StopRequest, on: boolean): [string, Sentence][] {
  const then = stop.onTimeout === 'force' ? 'force it off' : 'give up';
  return [
    [
      'stop',
      stop.how === 'force'
        ? sentence('step-stop-force', { domain })
        : sentence('step-stop-graceful', { domain, seconds: stop.timeoutSeconds, then }),
    ],
    ['start', on ? sentence('step-end-start', { domain }) : sentence('step-end-stay-off', { domain })],
    ['verify', sentence('step-end-verify')],
  ];
}

async function startNormally(hypervisor: Hypervisor, domain: DomainRef): Promise<void> {
  try {
    await hypervisor.startDomain(domain.uuid);
  } catch (error) {
    const { detail, message } = errorOf(error);
    const unchanged = `The rescue has ended; ${domain.name} is off and back at its own definition, which was not touched.`;
    throw new SalvorError(
      'start-failed',
      { domain: domain.name, what: 'normal operation', unchanged },
      detail ?? message,
    );
  }
}

/** Is the definition the one from before the rescue, and does the domain run from it? */
async function verifyEnd(
  hypervisor: Hypervisor,
  domain: DomainRef,
  session: SessionRecord,
  on: boolean,
): Promise<void> {
  const [definitionXml, liveXml, still] = await Promise.all([
    hypervisor.domainXml(domain.uuid, 'definition'),
    on ? hypervisor.domainXml(domain.uuid, 'live') : null,
    liveSession(hypervisor, domain.uuid),
  ]);
  const differences: string[] = [];
  if (still !== null) differences.push('it is still in rescue');
  if (session.definition !== null && hashText(definitionXml) !== session.definition) {
    differences.push('its definition is not the one from before the rescue: somebody changed it meanwhile');
  }
  const targets = (xml: string) =>
    parseDomain(xml)
      .disks.map(({ target, bus }) => `${target} on ${bus}`)
      .join(', ');
  if (liveXml !== null && targets(liveXml) !== targets(definitionXml))
    differences.push(`it runs with the disks ${targets(liveXml)}, its definition has ${targets(definitionXml)}`);
  if (differences.length === 0) return;
  const unchanged = `The rescue has ended; ${domain.name} is ${on ? 'running' : 'off'}, and Salvor wrote nothing to its definition.`;
  throw new SalvorError('verify-failed', { domain: domain.name, what: differences.join('; '), unchanged });
}
