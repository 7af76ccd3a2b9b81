/** The steps that end a rescue. Each looks right before its change whether the domain is still as the steps before left it. */
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import { hashDefinition, sameDefinition } from '../../src-core/rescue/record.ts';
import type { StopRequest } from '../../src-core/rescue/types.ts';
import type { DomainRef, DomainStatus, Hypervisor } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { assertAsExpected } from './drift.ts';
import type { Expected } from './drift.ts';
import { errorOf } from './errors.ts';
import type { Journal, JournalWriter } from './journal-port.ts';
import { compareVariables } from './nvram.ts';
import { inStep } from './recording.ts';
import { removeOverlays } from './overlay-volumes.ts';
import type { FoundOverlay } from './overlay-volumes.ts';
import { removeFile } from './remove-file.ts';
import { liveSession, openSession } from './run.ts';
import type { OpenSession, RunReport } from './run.ts';
import { standingOf } from './standing.ts';
import type { Standing } from './standing.ts';
import { stopGuest } from './stop-guest.ts';

/** What there is to end, found in the domain alone. */
export interface Ending {
  readonly open: OpenSession;
  /** The definition to put back; null: it was never replaced. */
  readonly original: string | null;
  readonly notes: readonly string[];
  /** It is transient again afterwards: started from its own XML, and then its definition taken away. */
  readonly transient: boolean;
  readonly scratchNvram: string | null;
  /** Its overlay volumes: those that are there. */
  readonly overlays: readonly FoundOverlay[];
  /** Will it run when all is done? */
  readonly on: boolean;
  /** As it is now. */
  readonly status: DomainStatus;
  readonly definitionXml: string;
  /** The definition that it comes back to. */
  readonly own: string;
}

/** An ending that is in the journal. */
export interface BegunEnd {
  readonly hypervisor: Hypervisor;
  readonly domain: DomainRef;
  readonly stop: StopRequest;
  readonly journal: Journal;
  readonly report: RunReport;
  readonly writer: JournalWriter;
  readonly signal: AbortSignal;
  readonly ending: Ending;
  /** The rescue system was asked to shut down: it may still do so. */
  asked: boolean;
}

/** Gives what is to be told of the guest's UEFI variables; null: nothing. */
export async function carryOutEnd(begun: BegunEnd): Promise<string | null> {
  const { hypervisor, domain, journal, report, writer, ending } = begun;
  const { open, original, transient, scratchNvram, overlays } = ending;
  if (open.live) await inStep(begun, 'stop', () => stop(begun));
  report.cancellable(false);
  for (const note of ending.notes) await writer.note(note);
  if (original !== null && !transient) await inStep(begun, 'define', () => putBack(begun, original));
  const leftovers: string[] = [];
  if (scratchNvram !== null) {
    const problem = await inStep(begun, 'nvram', () => removeFile(hypervisor, scratchNvram));
    if (problem !== null) leftovers.push(`the session’s UEFI variables could not be removed: ${problem}`);
  }
  if (overlays.length > 0) {
    const problems = await inStep(begun, 'overlay', () => removeOverlays(hypervisor, overlays));
    leftovers.push(...problems.map((problem) => `the session’s overlay could not be removed: ${problem}`));
  }
  // While it is off: its own firmware writes them, too. One that was ended half-way before may run already.
  const isOff = open.live || !isOn(ending.status.state);
  const variables = isOff ? await compareVariables(hypervisor, journal, domain, open.session.id) : null;
  await inStep(begun, 'start', () => start(begun));
  await inStep(begun, 'verify', () => verifyEnd(begun, leftovers));
  if (variables !== null) {
    await writer.note(variables);
    report.note('verify', variables);
  }
  return variables;
}

/** The domain as it was when its ending began. */
function expectedOf({ open, definitionXml, status }: Ending): Expected {
  const on = open.live ? null : isOn(status.state);
  return { on, persistent: true, definitionXml, session: open.session.id, devices: null, targets: [] };
}

async function stop(begun: BegunEnd): Promise<void> {
  const { hypervisor, domain, report, writer, signal, ending } = begun;
  const often = expectedOf(ending);
  const disks = parseDomain(ending.definitionXml).disks.filter(({ source }) => source !== null);
  const last = { ...often, targets: disks.map(({ target }) => target) };
  const remark = await stopGuest(hypervisor, domain, begun.stop, {
    note: (note) => report.note('stop', note),
    signal,
    lookAgain: async (isLast) => {
      await assertAsExpected(hypervisor, domain, isLast ? last : often);
      await assertStillRunsInIt(hypervisor, domain, ending);
    },
    asked: () => (begun.asked = true),
  });
  if (remark === null) return;
  report.note('stop', remark);
  await writer.note(remark);
}

/** The guest that runs normally, since somebody else has just ended the rescue, is not stopped. */
async function assertStillRunsInIt(hypervisor: Hypervisor, domain: DomainRef, { open }: Ending): Promise<void> {
  const session = await liveSession(hypervisor, domain.uuid);
  if (session !== null && session.id === open.session.id) return;
  // It may go off by itself at any moment: that is what is wanted.
  if (isOn(await hypervisor.domainState(domain.uuid))) throw endedMeanwhile(domain);
}

function endedMeanwhile({ name }: DomainRef): SalvorError {
  return new SalvorError('busy', { domain: name, what: 'somebody else has ended its rescue meanwhile' });
}

async function putBack({ hypervisor, domain, ending }: BegunEnd, original: string): Promise<void> {
  const open = await openSession(hypervisor, domain.uuid);
  if (open === null) throw endedMeanwhile(domain);
  await assertAsExpected(hypervisor, domain, { ...expectedOf(ending), on: ending.open.live ? false : null });
  try {
    await hypervisor.defineDomain(original);
  } catch (error) {
    throw endFailed(domain, 'its definition could not be put back', error);
  }
}

function endFailed({ name }: DomainRef, what: string, error: unknown): SalvorError {
  const { detail, message } = errorOf(error);
  return new SalvorError('end-failed', { domain: name, what }, detail ?? message);
}

async function start({ hypervisor, domain, ending }: BegunEnd): Promise<void> {
  if (ending.transient && ending.original !== null) {
    const expected = { ...expectedOf(ending), on: null };
    await assertAsExpected(hypervisor, domain, expected);
    // Started first: its definition is all that there is of it while it is off.
    if (!isOn(await hypervisor.domainState(domain.uuid))) {
      await hypervisor.createDomain(ending.original).catch((error: unknown) => {
        throw endFailed(domain, 'it could not be started again', error);
      });
    }
    await assertAsExpected(hypervisor, domain, { ...expected, on: true });
    // Somebody who started it while it was off started the rescue system: that has no way back but the definition.
    if ((await liveSession(hypervisor, domain.uuid)) !== null)
      throw new SalvorError('drift', { domain: domain.name, what: 'somebody started it, from its rescue definition' });
    await hypervisor.undefineDomain(domain.uuid);
    return;
  }
  if (!ending.on) return;
  await assertAsExpected(hypervisor, domain, {
    ...expectedOf(ending),
    ...{ on: null, definitionXml: null, session: null },
  });
  if (isOn(await hypervisor.domainState(domain.uuid))) return;
  try {
    await hypervisor.startDomain(domain.uuid);
  } catch (error) {
    // Somebody else, who is ending the same rescue, was faster by a moment: it runs, as it should.
    if (isOn(await hypervisor.domainState(domain.uuid))) return;
    const { detail, message } = errorOf(error);
    throw new SalvorError('start-failed', { domain: domain.name, what: 'normal operation' }, detail ?? message);
  }
}

/** Is the definition the one from before the rescue, and does the domain run from it? */
async function verifyEnd({ hypervisor, domain, ending }: BegunEnd, leftovers: readonly string[]): Promise<void> {
  const { on, original, transient } = ending;
  const [definitionXml, liveXml, still] = await Promise.all([
    hypervisor.domainXml(domain.uuid, 'definition'),
    on ? hypervisor.domainXml(domain.uuid, 'live') : null,
    openSession(hypervisor, domain.uuid),
  ]);
  const differences: string[] = [];
  if (still !== null) differences.push('it is still in rescue');
  differences.push(...leftovers);
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
  throw new SalvorError('verify-failed', { domain: domain.name, what: differences.join('; ') });
}

/** What was put back must be there, byte for byte but for what libvirt sorts; what was never touched must have the hash that the session tells. */
function isAnother({ open: { session }, original }: Ending, definitionXml: string): boolean {
  // A transient guest's XML becomes a definition here: libvirt writes its defaults into it.
  if (session.transient) return false;
  if (original !== null) return !sameDefinition(definitionXml, original);
  return session.definition !== null && hashDefinition(definitionXml) !== session.definition;
}

/** The error to throw: what failed, and how things stand, looked at after it. */
export async function endProblem(begun: BegunEnd, cause: ErrorData): Promise<SalvorError> {
  const { hypervisor, domain } = begun;
  let unchanged: string;
  try {
    unchanged = endAccount(begun, await standingOf(hypervisor, domain));
  } catch {
    unchanged = `How ${domain.name} stands cannot be seen from here; what it takes to end its rescue is kept inside it and in the journal.`;
  }
  switch (cause.code) {
    case 'busy':
    case 'drift':
    case 'cancelled':
    case 'stop-timeout':
    case 'guest-paused':
    case 'stop-failed':
    case 'start-failed':
    case 'verify-failed':
    case 'end-failed':
      return new SalvorError(cause.code, { ...cause.params, unchanged }, cause.detail);
    default: {
      const what = cause.message.replace(/\.$/, '');
      return new SalvorError('end-failed', { domain: domain.name, what, unchanged }, cause.detail);
    }
  }
}

/** How a domain stands whose rescue was not ended as it should be. One sentence or two. */
function endAccount({ domain: { name }, ending, asked }: BegunEnd, now: Standing | null): string {
  const id = ending.open.session.id ?? 'ID';
  const history = `salvor history show ${id} --out xml`;
  if (now === null)
    return `${name} is off and gone: somebody undefined it meanwhile. ${history} gives its definition, where the journal of this computer has it.`;
  const ours = (session: Standing['live']) => session !== null && session.id === ending.open.session.id;
  if (ours(now.live))
    return `The rescue of ${name} goes on${asked ? '; it was asked to shut down and may still do so' : ''}${now.persistent ? '' : `; somebody undefined it meanwhile, so that it is gone when it is off (${history} gives its definition)`}.`;
  const power = now.on ? (now.state === 'paused' ? 'is paused' : 'runs') : 'is off';
  if (ours(now.defined))
    return now.on
      ? `${name} ${power}, and not in rescue; its rescue definition is still there, with its own kept inside.`
      : `${name} is off and still in rescue; its own definition is kept inside.`;
  const other = now.live ?? now.defined;
  if (other !== null)
    return `${name} ${power} in another rescue, started by ${other.startedBy ?? 'somebody'} at ${other.startedAt ?? 'an unknown time'}.`;
  const saved = now.managedSave ? ', with its memory saved by somebody else meanwhile' : '';
  return `The rescue has ended; ${name} ${power}${saved}, ${definitionNow(ending, now)}.`;
}

function definitionNow(ending: Ending, { persistent, definitionXml }: Standing): string {
  if (definitionXml === null || !persistent)
    return ending.open.session.transient
      ? 'and is transient, as it was'
      : 'and has no definition: somebody undefined it';
  return isAnother(ending, definitionXml)
    ? 'with a definition that somebody else gave it meanwhile'
    : 'at its own definition';
}
