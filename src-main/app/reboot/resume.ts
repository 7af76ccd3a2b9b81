/**
 * Going on with a hard reboot that was not finished, in the way that a person chose (src-core/reboot/situations.ts). How things stand is
 * looked at again under the domain's lock, right before anything is done: where it is another situation by then, nothing is.
 */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { Way } from '../../../src-core/journal/resume.ts';
import type { Closing, JournalEntry } from '../../../src-core/journal/types.ts';
import type { RebootAct, RebootFound } from '../../../src-core/reboot/situations.ts';
import { verifyReboot } from '../../../src-core/reboot/verify.ts';
import type { StopRequest } from '../../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor } from '../../libvirt/port.ts';
import { lockDomain } from '../domain-lock.ts';
import type { Journal } from '../journal-port.ts';
import { closeEntry } from '../recording.ts';
import { openSession } from '../run.ts';
import type { RunReport } from '../run.ts';
import { hardReboot } from './run.ts';
import { lookAtDomain } from './unfinished.ts';

export interface ResumeReboot {
  readonly entry: JournalEntry;
  readonly way: Way;
  /** The situation that was seen when the way was chosen; null: nothing was shown. */
  readonly seen: string | null;
  readonly stop: StopRequest;
  /** user@workstation */
  readonly by: string;
  readonly newId: () => string;
  readonly journal: Journal;
}

export interface ResumedReboot {
  readonly domain: DomainRef;
  readonly situation: string;
  readonly act: RebootAct;
  readonly notes: readonly string[];
}

/** Throws way-not-open and drift (nothing was done), busy, reboot-differs, and what a hard reboot throws. */
export async function resumeReboot(
  hypervisor: Hypervisor,
  order: ResumeReboot,
  report: RunReport,
  signal: AbortSignal,
): Promise<ResumedReboot> {
  const { entry, way, seen } = order;
  const { found: first, now } = await lookAtDomain(entry, hypervisor);
  const domain = { uuid: entry.began.domain.uuid, name: now.name };
  if (seen !== null && seen !== first.situation) throw drift(domain, first);
  const offer = first.offers.find((each) => each.way === way);
  if (offer === undefined) throw new SalvorError('way-not-open', { way, stands: first.stands });
  const lookAgain = async () => {
    const { found } = await lookAtDomain(await order.journal.entry(entry.began.id), hypervisor);
    if (found.situation !== first.situation) throw drift(domain, found);
  };
  report.steps([{ id: 'check', text: offer.does }]);
  const run = { hypervisor, order, report, domain, lookAgain };
  const notes = offer.act === 'again' ? await again(run, signal) : await close(run, offer.act);
  return { domain, situation: first.situation, act: offer.act, notes };
}

interface Run {
  readonly hypervisor: Hypervisor;
  readonly order: ResumeReboot;
  readonly report: RunReport;
  readonly domain: DomainRef;
  readonly lookAgain: () => Promise<void>;
}

function drift({ name }: DomainRef, { stands }: RebootFound): SalvorError {
  return new SalvorError('drift', { domain: name, what: stands.replace(/\.$/, '') });
}

/** As a hard reboot of its own; the one that was cut off is closed by it. A value that was given then is gone with that run. */
async function again(
  { hypervisor, order, report, domain, lookAgain }: Run,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { entry, stop, by, newId, journal } = order;
  const session = entry.began.order.kind === 'hard-reboot' ? entry.began.order.session : 'keep';
  const { notes } = await hardReboot(
    hypervisor,
    { domain, request: { stop, session }, secrets: new Map(), confirmed: null, by, newId, journal, lookAgain },
    report,
    signal,
  );
  await closeAs(order, 'finished');
  return notes;
}

async function close(run: Run, act: 'close' | 'forget'): Promise<readonly string[]> {
  const { hypervisor, order, report, domain, lookAgain } = run;
  report.cancellable(false);
  const { hostname } = await hypervisor.identity();
  const letGo = await lockDomain(hostname, domain, `an unfinished hard reboot is put right by ${order.by}`);
  try {
    report.step('check', 'running');
    await lookAgain();
    if (act === 'close') await verify(hypervisor, domain);
    await closeAs(order, act === 'close' ? 'finished' : 'forgotten');
    report.step('check', 'done');
    return [];
  } catch (error) {
    report.step('check', 'failed');
    throw error;
  } finally {
    letGo();
  }
}

/** It runs as it is defined. In a one-shot rescue it runs from what no definition tells: that it is in it was looked at. */
async function verify(hypervisor: Hypervisor, { uuid, name }: DomainRef): Promise<void> {
  const open = await openSession(hypervisor, uuid);
  if (open !== null && !open.defined) return;
  const [definitionXml, liveXml] = await Promise.all([
    hypervisor.domainXml(uuid, 'definition'),
    hypervisor.domainXml(uuid, 'live'),
  ]);
  const differences = verifyReboot(definitionXml, liveXml);
  if (differences.length === 0) return;
  const unchanged = `${name} was left as it is; its definition was not touched.`;
  throw new SalvorError('reboot-differs', { domain: name, what: differences.join('; '), unchanged });
}

async function closeAs({ journal, entry, by }: ResumeReboot, how: Closing): Promise<void> {
  const { closed } = await journal.entry(entry.began.id);
  if (closed === null) await closeEntry(journal, entry.began.id, how, by);
}
