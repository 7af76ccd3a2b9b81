/**
 * Ending a rescue (RESCUE.md 6): stop → put the definition back where it was changed → remove what the session made → start as it was →
 * verify. All that is needed lies in the domain itself, so that any workstation can do it; each step may be repeated after a crash.
 */
import { randomUUID } from 'node:crypto';
import { SalvorError } from '../../src-core/contract/errors.ts';
import { parseXml } from '../../src-core/domain-xml/document.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { child } from '../../src-core/domain-xml/elements.ts';
import { definitionToPutBack } from '../../src-core/rescue/put-back.ts';
import type { TrustedRecord } from '../../src-core/rescue/put-back.ts';
import { hashDefinition, sameDefinition } from '../../src-core/rescue/record.ts';
import { nvramFile, scratchSuffix } from '../../src-core/rescue/scratch-nvram.ts';
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import { endSteps } from '../../src-core/rescue/steps.ts';
import type { StopRequest } from '../../src-core/rescue/types.ts';
import type { DomainRef, DomainStatus, Hypervisor } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { lockDomain } from './domain-lock.ts';
import { errorOf } from './errors.ts';
import type { Journal, JournalWriter } from './journal-port.ts';
import { keptDefinition } from './kept-definition.ts';
import { compareVariables } from './nvram.ts';
import { begin, conclude, inStep, stateBefore } from './recording.ts';
import type { Recorded } from './recording.ts';
import { removeFile } from './remove-file.ts';
import { openSession } from './run.ts';
import type { OpenSession, RunReport } from './run.ts';
import { stopGuest } from './stop-guest.ts';

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
  const now = new Date().toISOString();
  const letGo = await lockDomain(hostname, order.domain, `the end of a rescue, asked for by ${order.by} at ${now}`);
  try {
    await order.lookAgain?.();
    return await carryOut({ hypervisor, order, report, signal });
  } finally {
    letGo();
  }
}

/** What there is to end, found in the domain alone. */
interface Ending {
  readonly open: OpenSession;
  /** The definition to put back; null: it was never replaced. */
  readonly original: string | null;
  readonly notes: readonly string[];
  /** It is transient again afterwards: started from its own XML, and then its definition taken away. */
  readonly transient: boolean;
  readonly scratchNvram: string | null;
  /** Will it run when all is done? */
  readonly on: boolean;
  /** As it is now. */
  readonly status: DomainStatus;
  readonly definitionXml: string;
  /** The definition that it comes back to. */
  readonly own: string;
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
  const recorded = { report, writer: await beginEnd(run, ending, steps) };
  let variables: string | null;
  try {
    variables = await carryOutSteps(run, ending, recorded);
  } catch (error) {
    await conclude(recorded, hypervisor, domain, errorOf(error));
    throw error;
  }
  await closeRescue(journal, ending, order.by);
  await conclude(recorded, hypervisor, domain, null);
  return { session: open.session, on: ending.on, variables, notes: ending.notes };
}

function stepsOf(domain: DomainRef, { open, original, transient, scratchNvram, on }: Ending, stop: StopRequest) {
  const kind = original === null ? ('one-shot' as const) : ('until-ended' as const);
  const session = { domain: domain.name, kind, transient, endAtFirstReboot: false, scratchNvram, nvramBackup: null };
  return endSteps(session, open.live, on, stop).map(({ id, what }) => ({ id, text: what.text }));
}

/** The first record, on disk before anything is touched. `before` has the definition that the guest comes back to. */
function beginEnd(
  { hypervisor, order }: Run,
  { open: { session }, status, own, definitionXml, original, scratchNvram, on }: Ending,
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
    files: scratchNvram === null ? [] : [{ kind: 'nvram', name: scratchNvram }],
  });
}

/** Gives what is to be told of the guest's UEFI variables; null: nothing. */
async function carryOutSteps(
  { hypervisor, order: { domain, stop, journal }, signal }: Run,
  ending: Ending,
  recorded: Recorded,
): Promise<string | null> {
  const { report } = recorded;
  const { open, original, transient, scratchNvram } = ending;
  if (open.live)
    await inStep(recorded, 'stop', () =>
      stopGuest(hypervisor, domain, stop, { signal, note: (note) => report.note('stop', note) }),
    );
  report.cancellable(false);
  for (const note of ending.notes) await recorded.writer?.note(note);
  if (original !== null && !transient) await inStep(recorded, 'define', () => putBack(hypervisor, domain, original));
  const leftover =
    scratchNvram === null ? null : await inStep(recorded, 'nvram', () => removeFile(hypervisor, scratchNvram));
  // While it is off: its own firmware writes them, too. One that was ended half-way before may run already.
  const isOff = open.live || !isOn(ending.status.state);
  const variables = isOff ? await compareVariables(hypervisor, journal, domain, open.session.id) : null;
  await inStep(recorded, 'start', () => start(hypervisor, domain, ending));
  await inStep(recorded, 'verify', () => verifyEnd(hypervisor, domain, ending, leftover));
  if (variables !== null) {
    await recorded.writer?.note(variables);
    report.note('verify', variables);
  }
  return variables;
}

/** The rescue's own entry needs nobody any more, where this computer has it. */
async function closeRescue(journal: Journal, { open: { session } }: Ending, by: string): Promise<void> {
  if (session.id === null) return;
  try {
    await (await journal.reopen(session.id)).closed('finished', by);
  } catch {
    // Begun at another computer, or its journal cannot be read: the domain itself tells that its session has ended.
  }
}

async function lookAt(hypervisor: Hypervisor, order: EndOrder, open: OpenSession): Promise<Ending> {
  const { domain, power } = order;
  const [definitionXml, runningXml, status] = await Promise.all([
    hypervisor.domainXml(domain.uuid, 'definition'),
    hypervisor.domainXml(domain.uuid, 'live'),
    hypervisor.domainStatus(domain.uuid),
  ]);
  const { original, notes } = open.defined ? await originalIn(definitionXml, order, open) : NOT_REPLACED;
  const { session, live } = open;
  // Ended half-way before: it runs from its own definition already.
  const runs = !live && isOn(status.state);
  const on = runs || (power === 'as-before' ? session.powerBefore === 'on' : power === 'on');
  return {
    open,
    original,
    notes,
    // Without power a transient guest would be gone: it keeps its definition, its own.
    transient: original !== null && session.transient && on,
    scratchNvram: scratchIn(live ? runningXml : definitionXml, domain.uuid),
    on,
    status,
    definitionXml,
    own: original ?? definitionXml,
  };
}

const NOT_REPLACED = { original: null, notes: [] };

/** The definition to put back: from the domain itself, unless the journal of this computer contradicts it, or a person chose. */
async function originalIn(
  definitionXml: string,
  { domain, journal, record }: EndOrder,
  { session }: OpenSession,
): Promise<Pick<Ending, 'original' | 'notes'>> {
  const copy = await keptDefinition(journal, session.id, domain.uuid);
  const found = definitionToPutBack(definitionXml, copy, record ?? null);
  if (found.problem === null) return { original: found.definitionXml, notes: found.notes };
  const { problem, differs } = found;
  throw new SalvorError(differs ? 'records-differ' : 'record-unusable', {
    domain: domain.name,
    problem,
    id: session.id ?? '',
  });
}

/** The session's own NVRAM, by its name: metadata is not asked, since anybody can write a path there. */
function scratchIn(xml: string, uuid: string): string | null {
  const file = nvramFile(child(parseXml(xml).documentElement, 'os'));
  return file?.endsWith(scratchSuffix(uuid)) === true ? file : null;
}

async function putBack(hypervisor: Hypervisor, domain: DomainRef, original: string): Promise<void> {
  try {
    await hypervisor.defineDomain(original);
  } catch (error) {
    throw endFailed(domain, 'its definition could not be put back', error);
  }
}

function endFailed(domain: DomainRef, what: string, error: unknown): SalvorError {
  const { detail, message } = errorOf(error);
  const unchanged = `${domain.name} is off and still in rescue; its own definition is kept inside.`;
  return new SalvorError('end-failed', { domain: domain.name, what, unchanged }, detail ?? message);
}

async function start(hypervisor: Hypervisor, domain: DomainRef, ending: Ending): Promise<void> {
  const runs = isOn(await hypervisor.domainState(domain.uuid));
  if (ending.transient && ending.original !== null) {
    try {
      // Started first: its definition is all that there is of it while it is off.
      if (!runs) await hypervisor.createDomain(ending.original);
    } catch (error) {
      throw endFailed(domain, 'it could not be started again', error);
    }
    await hypervisor.undefineDomain(domain.uuid);
  } else if (ending.on && !runs) await startNormally(hypervisor, domain);
}

async function startNormally(hypervisor: Hypervisor, domain: DomainRef): Promise<void> {
  try {
    await hypervisor.startDomain(domain.uuid);
  } catch (error) {
    const { detail, message } = errorOf(error);
    const unchanged = `The rescue has ended; ${domain.name} is off and back at its own definition.`;
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
  ending: Ending,
  leftover: string | null,
): Promise<void> {
  const { on, original, transient } = ending;
  const [definitionXml, liveXml, still] = await Promise.all([
    hypervisor.domainXml(domain.uuid, 'definition'),
    on ? hypervisor.domainXml(domain.uuid, 'live') : null,
    openSession(hypervisor, domain.uuid),
  ]);
  const differences: string[] = [];
  if (still !== null) differences.push('it is still in rescue');
  if (leftover !== null) differences.push(`the session’s UEFI variables could not be removed: ${leftover}`);
  if (!transient && isAnother(ending, definitionXml))
    differences.push('its definition is not the one from before the rescue: somebody changed it meanwhile');
  const targets = (xml: string) =>
    parseDomain(xml)
      .disks.map(({ target, bus }) => `${target} on ${bus}`)
      .join(', ');
  const own = transient && original !== null ? original : definitionXml;
  if (liveXml !== null && targets(liveXml) !== targets(own))
    differences.push(`it runs with the disks ${targets(liveXml)}, its definition has ${targets(own)}`);
  if (differences.length === 0) return;
  const unchanged = `The rescue has ended; ${domain.name} is ${on ? 'running' : 'off'}.`;
  throw new SalvorError('verify-failed', { domain: domain.name, what: differences.join('; '), unchanged });
}

/** What was put back must be there, byte for byte but for what libvirt sorts; what was never touched must have the hash that the session tells. */
function isAnother({ open: { session }, original }: Ending, definitionXml: string): boolean {
  // A transient guest's XML becomes a definition here: libvirt writes its defaults into it.
  if (session.transient) return false;
  if (original !== null) return !sameDefinition(definitionXml, original);
  return session.definition !== null && hashDefinition(definitionXml) !== session.definition;
}
