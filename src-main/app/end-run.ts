/**
 * Ending a rescue (RESCUE.md 6): stop → put the definition back where it was changed → remove what the session made → start as it was →
 * verify. All that is needed lies in the domain itself, so that any workstation can do it; each step may be repeated after a crash.
 */
import { randomUUID } from 'node:crypto';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { parseXml } from '../../src-core/domain-xml/document.ts';
import { child } from '../../src-core/domain-xml/elements.ts';
import { needsAttention } from '../../src-core/journal/resume.ts';
import { definitionToPutBack } from '../../src-core/rescue/put-back.ts';
import type { MadeFile } from '../../src-core/journal/types.ts';
import type { TrustedRecord } from '../../src-core/rescue/put-back.ts';
import { hashDefinition } from '../../src-core/rescue/record.ts';
import { nvramFile, scratchSuffix } from '../../src-core/rescue/scratch-nvram.ts';
import { overlayVolumesOf } from '../../src-core/rescue/session.ts';
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import { endSteps } from '../../src-core/rescue/steps.ts';
import type { StopRequest } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { lockDomain } from './domain-lock.ts';
import { carryOutEnd, endProblem } from './end-steps.ts';
import type { BegunEnd, Ending } from './end-steps.ts';
import { errorOf } from './errors.ts';
import type { Journal, JournalWriter } from './journal-port.ts';
import { findOverlays } from './overlay-volumes.ts';
import { keptRescue } from './kept-rescue.ts';
import { begin, conclude, stateBefore } from './recording.ts';
import { openSession } from './run.ts';
import type { OpenSession, RunReport } from './run.ts';

export const POWER_AFTER = ['as-before', 'on', 'off'] as const;
export type PowerAfter = (typeof POWER_AFTER)[number];

export interface EndOrder {
  readonly domain: DomainRef;
  readonly stop: StopRequest;
  readonly power: PowerAfter;
  /** user@workstation */
  readonly by: string;
  readonly journal: Journal;
  /** The record that a person chose, where the domain's cannot be put back as it is, or the journal of this computer contradicts it. */
  readonly record?: TrustedRecord;
  /** Awaited once nobody else on this computer can act on the domain, before anything else; what it throws ends the run. */
  readonly lookAgain?: () => Promise<void>;
}

export interface Ended {
  readonly session: SessionRecord;
  /** Does it run again? */
  readonly on: boolean;
  /** That its UEFI variables differ from before the rescue, in a sentence; null: they do not, or it cannot be told here. */
  readonly variables: string | null;
  /** What of its definition is not as it was before, in sentences: for a record that a person chose. */
  readonly notes: readonly string[];
}

/**
 * End the rescue of a domain. Resolves with the session that was ended and whether the domain runs again. Throws read-only, not-in-rescue,
 * record-unusable or records-differ (nothing was touched), busy, cancelled, stop-timeout, stop-failed (the rescue goes on), end-failed, start-failed,
 * verify-failed, or what the connection fails with.
 */
export async function endRescue(
  hypervisor: Hypervisor,
  order: EndOrder,
  report: RunReport,
  signal: AbortSignal,
): Promise<Ended> {
  // Without write access it would not see the passwords that belong into the definition, either.
  if (hypervisor.readOnly) throw new SalvorError('read-only', { uri: hypervisor.uri });
  const { hostname } = await hypervisor.identity();
  const letGo = await lockDomain(hostname, order.domain, `the end of a rescue, asked for by ${order.by}`);
  try {
    await order.lookAgain?.();
    return await carryOut({ hypervisor, order, report, signal });
  } finally {
    letGo();
  }
}

interface Run {
  readonly hypervisor: Hypervisor;
  readonly order: EndOrder;
  readonly report: RunReport;
  readonly signal: AbortSignal;
}

async function carryOut(run: Run): Promise<Ended> {
  const { hypervisor, order, report, signal } = run;
  const { domain, stop, journal } = order;
  const open = await openSession(hypervisor, domain.uuid);
  if (open === null) throw new SalvorError('not-in-rescue', { domain: domain.name });
  const ending = await lookAt(hypervisor, order, open);
  const steps = stepsOf(domain, ending, stop);
  report.steps(steps);
  report.cancellable(open.live && stop.how === 'graceful');
  if (signal.aborted) throw new SalvorError('cancelled');
  const writer = await beginEnd(run, ending, steps);
  const begun: BegunEnd = { hypervisor, domain, stop, journal, report, writer, signal, ending, asked: false };
  let variables: string | null;
  try {
    variables = await carryOutEnd(begun);
  } catch (error) {
    const problem = await endProblem(begun, errorOf(error));
    await conclude(begun, hypervisor, domain, problem.data);
    throw problem;
  }
  await closeSession(journal, domain.uuid, open, writer.id, order.by);
  await conclude(begun, hypervisor, domain, null);
  return { session: open.session, on: ending.on, variables, notes: ending.notes };
}

function stepsOf(
  domain: DomainRef,
  { open, original, transient, scratchNvram, overlays, on }: Ending,
  stop: StopRequest,
) {
  const kind = original === null ? ('one-shot' as const) : ('until-ended' as const);
  const session = {
    domain: domain.name,
    kind,
    transient,
    endAtFirstReboot: false,
    scratchNvram,
    overlays,
    nvramBackup: null,
    snapshot: null,
  };
  return endSteps(session, open.live, on, stop).map(({ id, what }) => ({ id, text: what.text }));
}

/** The first record, on disk before anything is touched. `before` has the definition that the guest comes back to. */
function beginEnd(
  { hypervisor, order }: Run,
  { open: { session }, status, own, definitionXml, original, scratchNvram, overlays, on }: Ending,
  steps: readonly { readonly id: string; readonly text: string }[],
): Promise<JournalWriter> {
  const { domain, stop, by, journal } = order;
  return begin(journal, hypervisor, domain, {
    id: randomUUID(),
    kind: 'end',
    by,
    session: { id: session.id ?? '', kind: session.kind, transient: session.transient },
    order: { kind: 'end', stop, power: on ? 'on' : 'off' },
    before: stateBefore(status, own),
    rescueDefinition: original === null ? null : hashDefinition(definitionXml),
    steps,
    files: [
      ...overlays.map(({ path }): MadeFile => ({ kind: 'volume', name: path })),
      ...(scratchNvram === null ? [] : [{ kind: 'nvram', name: scratchNvram } as const]),
    ],
  });
}

/** The rescue's own entry needs nobody any more, where this computer has it, nor do ends of it that did not come to their end. */
async function closeSession(
  journal: Journal,
  uuid: string,
  { session }: OpenSession,
  but: string,
  by: string,
): Promise<void> {
  if (session.id === null) return;
  try {
    const { entries } = await journal.read(uuid);
    const its = entries.filter(({ began }) => began.session?.id === session.id && began.id !== but);
    const over = its.filter(
      (entry) => entry.began.kind === 'rescue' || (entry.began.kind === 'end' && needsAttention(entry)),
    );
    for (const { began } of over) await (await journal.reopen(began.id)).closed('finished', by);
  } catch {
    // Its journal cannot be read: the domain itself tells that its session has ended.
  }
}

async function lookAt(hypervisor: Hypervisor, order: EndOrder, open: OpenSession): Promise<Ending> {
  const { domain, power } = order;
  const [definitionXml, runningXml, status] = await Promise.all([
    hypervisor.domainXml(domain.uuid, 'definition'),
    hypervisor.domainXml(domain.uuid, 'live'),
    hypervisor.domainStatus(domain.uuid),
  ]);
  const { original, notes, transient } = await originalIn(definitionXml, order, open);
  const { live } = open;
  const session = { ...open.session, transient };
  if (!status.persistent)
    throw new SalvorError('record-unusable', {
      domain: domain.name,
      problem: `somebody undefined it, so that it would be gone when it is stopped; define it again first (salvor history show ${session.id ?? 'ID'} --out xml gives its definition, virsh define), then end the rescue`,
    });
  // Ended half-way before: it runs from its own definition already.
  const runs = !live && isOn(status.state);
  const on = runs || (power === 'as-before' ? session.powerBefore === 'on' : power === 'on');
  return {
    open: { ...open, session },
    original,
    notes,
    // Without power a transient guest would be gone: it keeps its definition, its own.
    transient: original !== null && transient && on,
    scratchNvram: scratchIn(live ? runningXml : definitionXml, domain.uuid),
    overlays: await findOverlays(hypervisor, overlayVolumesOf(session)),
    on,
    status,
    definitionXml,
    own: original ?? definitionXml,
  };
}

/** The definition to put back, if it was replaced: from the domain itself, unless the journal of this computer contradicts it, or a person chose. */
async function originalIn(
  definitionXml: string,
  order: EndOrder,
  { session, defined }: OpenSession,
): Promise<{ original: string | null; notes: readonly string[]; transient: boolean }> {
  const { domain, journal } = order;
  const record = order.record ?? null;
  if (!defined) return { original: null, notes: [], transient: session.transient };
  const kept = await keptRescue(journal, session.id, domain.uuid, definitionXml);
  const found = definitionToPutBack(definitionXml, kept?.definitionXml ?? null, record);
  // A guest that had a definition would lose it, were its mark believed.
  const isOther = record === null && kept !== null && kept.transient !== session.transient;
  const params = { domain: domain.name, id: session.id ?? '' };
  if (found.problem !== null && !found.differs)
    throw new SalvorError('record-unusable', { ...params, problem: found.problem });
  if (found.problem !== null || isOther) throw new SalvorError('records-differ', params);
  const transient = record === 'metadata' ? session.transient : (kept?.transient ?? session.transient);
  return { original: found.definitionXml, notes: found.notes, transient };
}

/** The session's own NVRAM, by its name: metadata is not asked, since anybody can write a path there. */
export function scratchIn(xml: string, uuid: string): string | null {
  const file = nvramFile(child(parseXml(xml).documentElement, 'os'));
  return file?.endsWith(scratchSuffix(uuid)) === true ? file : null;
}
