/** The steps of a rescue that change the guest. Each looks right before its change whether the domain is still as the steps before left it. */
import { deviceLines, isLive } from '../../src-core/domain-xml/devices.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { recoverDefinition } from '../../src-core/rescue/record.ts';
import type { RescuePlan, StepId } from '../../src-core/rescue/plan-types.ts';
import type { RescueInputs, RescueRequest, SessionStamp } from '../../src-core/rescue/types.ts';
import type { OverlayVolume } from '../../src-core/rescue/session.ts';
import { verifyRescue } from '../../src-core/rescue/verify.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { WHY_OFF, assertAsExpected, ifGone } from './drift.ts';
import type { Expected } from './drift.ts';
import type { JournalWriter } from './journal-port.ts';
import { assertOverlays } from './overlay-volumes.ts';
import { busyWith, liveSession } from './run.ts';
import { obstaclesNow } from './obstacles.ts';
import type { RunReport } from './run.ts';
import { takeSnapshot } from './snapshot.ts';
import { stopGuest } from './stop-guest.ts';

/** A rescue that is in the journal, as far as it has come. */
export interface Begun {
  readonly hypervisor: Hypervisor;
  readonly domain: DomainRef;
  readonly stamp: SessionStamp;
  readonly request: RescueRequest;
  readonly report: RunReport;
  readonly writer: JournalWriter;
  readonly signal: AbortSignal;
  readonly inputs: RescueInputs;
  readonly plan: RescuePlan;
  readonly rescueXml: string;
  /** How the domain has to be found before the next change. */
  expected: Expected;
  /** The guest was asked to shut down: it may still do so. */
  asked: boolean;
  /** It was off when the step that stops it was over. */
  stopped: boolean;
  /** libvirt has started it for the rescue. */
  started: boolean;
  /** Its overlays that were made, or may have been. */
  readonly made: OverlayVolume[];
  /** Steps that were begun, done or not. */
  readonly steps: Set<StepId>;
}

/** The domain as it was planned for, and the devices that run at this moment. */
export async function expectedBefore(hypervisor: Hypervisor, { domain }: RescueInputs): Promise<Expected> {
  const { definitionXml, persistent, state } = domain;
  const { uuid, disks } = parseDomain(definitionXml);
  const liveXml = isOn(state) && uuid !== null ? await hypervisor.domainXml(uuid, 'live') : null;
  return {
    on: isOn(state),
    persistent,
    definitionXml,
    session: null,
    devices: liveXml !== null && isLive(liveXml) ? deviceLines(liveXml) : null,
    targets: isOn(state) ? disks.filter(({ source }) => source !== null).map(({ target }) => target) : [],
  };
}

export async function stop(begun: Begun): Promise<void> {
  const { hypervisor, domain, request, report, writer, signal } = begun;
  // It may go off by itself at any moment: that is what is wanted.
  const last: Expected = { ...begun.expected, on: null };
  const often: Expected = { ...last, targets: [] };
  const remark = await stopGuest(hypervisor, domain, request.stop, {
    note: (note) => report.note('stop', note),
    signal,
    lookAgain: async (isLast) => {
      if (isLast) await assertUnhindered(begun);
      await assertAsExpected(hypervisor, domain, isLast ? last : often);
    },
    asked: () => (begun.asked = true),
  });
  begun.stopped = true;
  begun.expected = { ...often, on: false, devices: null };
  if (remark === null) return;
  report.note('stop', remark);
  await writer.note(remark);
}

/** Throws drift: something would be refused now that was not when the plan was made. That it has gone, the next look tells. */
async function assertUnhindered(begun: Begun): Promise<void> {
  const { hypervisor, domain, inputs, plan } = begun;
  await assertOverlays(begun);
  const found = (await obstaclesNow(hypervisor, inputs, plan).catch(ifGone)) ?? [];
  if (found.length === 0) return;
  const what = found
    .map(({ message }) => message)
    .join(' ')
    .replace(/\.$/, '');
  throw new SalvorError('drift', { domain: domain.name, what });
}

/** Of the disks at rest. */
export async function snapshot({ hypervisor, domain, plan, expected }: Begun): Promise<void> {
  if (plan.snapshot === null) return;
  await assertAsExpected(hypervisor, domain, expected);
  await takeSnapshot(hypervisor, domain, plan.snapshot);
}

/** The guest's definition becomes the rescue definition, with its own inside; what libvirt kept of that is read back before anything starts. */
export async function define(begun: Begun): Promise<void> {
  const { hypervisor, domain, stamp, inputs, rescueXml } = begun;
  await assertAsExpected(hypervisor, domain, begun.expected);
  await hypervisor.defineDomain(rescueXml);
  const definitionXml = await hypervisor.domainXml(domain.uuid, 'definition');
  const { session, definitionXml: own, problem } = recoverDefinition(definitionXml);
  // Somebody at another computer defined theirs in the same moment.
  if (session !== null && session.id !== stamp.id) throw busyWith(domain, session);
  begun.expected = { ...begun.expected, definitionXml, persistent: true, session: stamp.id };
  if (own === inputs.domain.definitionXml) return;
  const what = `its own definition did not come back from the record as it was (${problem ?? 'it differs'})`;
  throw new SalvorError('verify-failed', { domain: domain.name, what });
}

export async function start(begun: Begun): Promise<void> {
  const { hypervisor, domain, stamp, plan, rescueXml, expected } = begun;
  await assertUnhindered(begun);
  await assertAsExpected(hypervisor, domain, expected);
  const nvram = plan.scratchNvram === null ? undefined : 'fresh';
  try {
    if (plan.request.session.value === 'one-shot') await hypervisor.createDomain(rescueXml, nvram);
    else await hypervisor.startDomain(domain.uuid, nvram);
  } catch (error) {
    // A domain that runs cannot be started: somebody may just have started the very definition that we gave it.
    const session = await liveSession(hypervisor, domain.uuid).catch(() => null);
    if (session === null || session.id !== stamp.id) throw error;
  }
  begun.started = true;
}

export async function verify({ hypervisor, domain, stamp, inputs, plan }: Begun): Promise<void> {
  const [liveXml, definitionXml, session, { state, persistent }] = await Promise.all([
    hypervisor.domainXml(domain.uuid, 'live'),
    hypervisor.domainXml(domain.uuid, 'definition'),
    liveSession(hypervisor, domain.uuid),
    hypervisor.domainStatus(domain.uuid),
  ]);
  if (session !== null && session.id !== stamp.id) throw busyWith(domain, session);
  const differences =
    session === null ? [await whyNotInRescue(hypervisor, domain, isOn(state))] : verifyRescue(plan, liveXml);
  // A definition that carries its own is put back by whoever ends that session.
  const own = recoverDefinition(definitionXml).definitionXml;
  const kept = plan.request.session.value === 'one-shot' ? (own ?? definitionXml) : own;
  if (!persistent) differences.push('somebody undefined it meanwhile, so that it will be gone when it is off');
  else if (kept !== inputs.domain.definitionXml) differences.push('its definition was changed meanwhile');
  if (differences.length > 0)
    throw new SalvorError('verify-failed', { domain: domain.name, what: differences.join('; ') });
}

async function whyNotInRescue(hypervisor: Hypervisor, { uuid }: DomainRef, on: boolean): Promise<string> {
  if (on) return 'it does not run from the rescue definition: somebody started it anew';
  const why = await hypervisor.whyOff(uuid);
  return `it does not run from the rescue definition any more: ${why === null ? 'it is off' : WHY_OFF[why]}`;
}
