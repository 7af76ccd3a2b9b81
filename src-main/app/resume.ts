/**
 * Going on with an operation that was not finished, in the way that a person chose. What to do comes from the table alone
 * (src-core/journal/resume.ts); rescues and ends are run as any other, with records of their own. How things stand is looked at again under
 * the domain's lock, right before anything is done: where it is another situation by then, nothing is.
 */
import { SalvorError } from '../../src-core/contract/errors.ts';
import { formatAddress } from '../../src-core/domain-xml/disk-view.ts';
import { isOverlayOf } from '../../src-core/disks/overlay.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { needsAttention } from '../../src-core/journal/resume.ts';
import type { Act, Way } from '../../src-core/journal/resume.ts';
import type { OfferedWay } from '../../src-core/journal/situation.ts';
import { isOfSession } from '../../src-core/journal/types.ts';
import type { JournalEntry, SessionEntry } from '../../src-core/journal/types.ts';
import { recoverDefinition } from '../../src-core/rescue/record.ts';
import { scratchSuffix } from '../../src-core/rescue/scratch-nvram.ts';
import type { StopRequest } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { lockDomain } from './domain-lock.ts';
import { endRescue, scratchIn } from './end-run.ts';
import type { EndOrder } from './end-run.ts';
import type { Journal } from './journal-port.ts';
import { mentions } from './left-behind.ts';
import { restoreVariables } from './nvram-restore.ts';
import { closeEntry } from './recording.ts';
import { removeFile } from './remove-file.ts';
import { runRescue } from './rescue-run.ts';
import { liveSession } from './run.ts';
import type { RunReport } from './run.ts';
import { resumeMigration } from './migration/resume.ts';
import { resumeReboot } from './reboot/resume.ts';
import { look } from './unfinished.ts';
import type { ConnectedHost, Look } from './unfinished.ts';

export interface ResumeOrder {
  readonly operationId: string;
  readonly way: Way;
  /** The situation that was seen when the way was chosen; null: nothing was shown, what is found now counts. */
  readonly seen: string | null;
  /** For ways that stop a guest. */
  readonly stop: StopRequest;
  /** user@workstation */
  readonly by: string;
  /** Ids of operations that this begins. */
  readonly newId: () => string;
  readonly journal: Journal;
  /** All that are connected: a migration has two. Absent: that one alone. */
  readonly hosts?: readonly ConnectedHost[];
}

export interface Resumed {
  readonly domain: DomainRef;
  readonly situation: string;
  /** Of a migration, all that the way takes. */
  readonly act: string;
  /** What is to be known besides, in sentences. */
  readonly notes: readonly string[];
}

/** A run of it. */
interface Run {
  readonly hypervisor: Hypervisor;
  readonly order: ResumeOrder;
  readonly report: RunReport;
  readonly signal: AbortSignal;
  readonly entry: SessionEntry<JournalEntry>;
  readonly domain: DomainRef;
  readonly first: Look;
  readonly offer: OfferedWay;
  /** Throws drift where it is not as it was when this began. */
  readonly lookAgain: () => Promise<void>;
}

/**
 * Take a way. Throws entry-not-found, nothing-to-resume, way-not-open and drift (nothing was done), busy, read-only, journal-unwritable, and what a
 * rescue or its end, a hard reboot or a migration throws.
 */
export async function resumeOperation(
  hypervisor: Hypervisor,
  order: ResumeOrder,
  report: RunReport,
  signal: AbortSignal,
): Promise<Resumed> {
  if (hypervisor.readOnly) throw new SalvorError('read-only', { uri: hypervisor.uri });
  const { journal, operationId, way, seen } = order;
  const unfinished = await unfinishedEntry(journal, operationId);
  if (unfinished.began.kind === 'migrate') {
    const { by, hosts = [{ id: hypervisor.uri, hypervisor }] } = order;
    return resumeMigration({ entry: unfinished, hosts, way, seen, by, journal }, report, signal);
  }
  if (unfinished.began.kind === 'hard-reboot')
    return resumeReboot(hypervisor, { ...order, entry: unfinished }, report, signal);
  const entry = sessionEntry(unfinished, way);
  const first = await look(hypervisor, journal, entry);
  const { situation, stands, offers } = first.found;
  const domain = { uuid: entry.began.domain.uuid, name: first.now.name };
  if (seen !== null && seen !== situation)
    throw new SalvorError('drift', { domain: domain.name, what: sentenceInside(stands) });
  const offer = offers.find((each) => each.way === way);
  if (offer === undefined) throw new SalvorError('way-not-open', { way, stands });
  const lookAgain = async () => {
    const now = await look(hypervisor, journal, sessionEntry(await unfinishedEntry(journal, operationId), way));
    if (now.found.situation !== situation)
      throw new SalvorError('drift', { domain: domain.name, what: sentenceInside(now.found.stands) });
  };
  const run: Run = { hypervisor, order, report, signal, entry, domain, first, offer, lookAgain };
  report.steps([{ id: 'check', text: offer.does }]);
  const notes = await ACTS[offer.act](run);
  return { domain, situation, act: offer.act, notes };
}

/** Close an entry and touch nothing: its host need not be there. Throws entry-not-found, nothing-to-resume, busy, journal-unwritable. */
export async function forgetOperation(journal: Journal, operationId: string, by: string): Promise<void> {
  const { began } = await unfinishedEntry(journal, operationId);
  const letGo = await lockDomain(began.host.hostname, began.domain, `an unfinished operation is being closed by ${by}`);
  try {
    await closeEntry(journal, operationId, 'forgotten', by);
  } finally {
    letGo();
  }
}

async function unfinishedEntry(journal: Journal, id: string): Promise<JournalEntry> {
  const entry = await journal.entry(id);
  if (needsAttention(entry)) return entry;
  throw new SalvorError('nothing-to-resume', { id, domain: entry.began.domain.name });
}

function sessionEntry(entry: JournalEntry, way: Way): SessionEntry<JournalEntry> {
  if (isOfSession(entry)) return entry;
  throw new SalvorError('way-not-open', { way, stands: 'It is no operation on a rescue.' });
}

/** Behind a colon, and before a full stop. */
function sentenceInside(text: string): string {
  return text.replace(/\.$/, '');
}

const ACTS: Readonly<Record<Act, (run: Run) => Promise<readonly string[]>>> = {
  accept: (run) =>
    locked(run, 'verify', async () => {
      await verifySession(run);
      await takeAsOpen(run);
      return [];
    }),
  again,
  end: (run) => end(run),
  'end-with-copy': (run) => end(run, 'journal'),
  start: (run) =>
    locked(run, 'start', async () => {
      const left = await removeMade(run);
      await run.hypervisor.startDomain(run.domain.uuid);
      await closeAs(run);
      return left;
    }),
  'start-rescue': (run) =>
    locked(run, 'start', async () => {
      const { hypervisor, domain } = run;
      // Variables of the session's own are made afresh, as at every start of it; a guest's own never are.
      const scratch = scratchIn(await hypervisor.domainXml(domain.uuid, 'definition'), domain.uuid);
      await hypervisor.startDomain(domain.uuid, scratch === null ? undefined : 'fresh');
      await verifySession(run);
      await takeAsOpen(run);
      return [];
    }),
  clean: (run) =>
    locked(run, 'overlay', async () => {
      const left = await removeVolumes(run);
      if (left.length > 0) {
        const { name } = run.domain;
        const what = left.join(' ').replace(/\.$/, '');
        throw new SalvorError('verify-failed', { domain: name, what, unchanged: `${name} was not touched.` });
      }
      await closeAs(run);
      return [];
    }),
  close: (run) =>
    locked(run, null, async () => {
      const left = await removeMade(run);
      await closeAs(run);
      return left;
    }),
  'write-variables': (run) => variables(run, orderedCopy(run.entry)),
  'restore-variables': (run) => variables(run, run.entry.began.id),
  forget: (run) =>
    locked(run, null, async () => {
      await closeEntry(run.order.journal, run.entry.began.id, 'forgotten', run.order.by);
      return [];
    }),
};

/**
 * Work that nobody else on this computer gets between, after another look. `step`: what it does is written into the entry before it
 * begins, as the step of that name.
 */
async function locked(
  run: Run,
  step: string | null,
  work: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const { hypervisor, order, domain, entry, offer, report } = run;
  report.cancellable(false);
  const { hostname } = await hypervisor.identity();
  const letGo = await lockDomain(hostname, domain, `an unfinished operation is put right by ${order.by}`);
  try {
    report.step('check', 'running');
    await run.lookAgain();
    const writer = await order.journal.reopen(entry.began.id);
    await writer.note(`${order.by} goes on with it (${offer.way}): ${offer.does}`);
    if (step !== null) await writer.step(step, 'running');
    const notes = await work();
    report.step('check', 'done');
    const problem = writer.problem();
    if (problem !== null) report.journalIncomplete?.(problem);
    return notes;
  } catch (error) {
    report.step('check', 'failed');
    throw error;
  } finally {
    letGo();
  }
}

async function again(run: Run): Promise<readonly string[]> {
  const { hypervisor, order, report, signal, entry, domain, first, lookAgain } = run;
  const { began } = entry;
  if (began.order.kind !== 'rescue')
    throw new SalvorError('way-not-open', { way: order.way, stands: first.found.stands });
  const { request, properties } = began.order;
  // Only a kernel's command line can have had one: an address with a password is refused as a medium.
  if (JSON.stringify(request.media).includes(':***@'))
    throw new SalvorError('way-not-open', {
      way: order.way,
      stands: 'A password was left out of the request when it was written down: start the rescue anew.',
    });
  await runRescue(
    hypervisor,
    {
      domain,
      request: { ...request, stop: order.stop },
      properties,
      confirmed: null,
      stamp: { id: order.newId(), startedAt: new Date().toISOString(), startedBy: order.by },
      journal: order.journal,
      powerBefore: first.known.power,
      lookAgain,
    },
    { ...report, planned: () => undefined },
    signal,
  );
  // Its own: the new session has others.
  const left = await removeVolumes(run);
  await closeAs(run);
  return left;
}

async function end(run: Run, record?: EndOrder['record']): Promise<readonly string[]> {
  const { hypervisor, order, report, signal, domain, first, lookAgain } = run;
  const { stop, by, journal } = order;
  const { notes, variables: differ } = await endRescue(
    hypervisor,
    { domain, stop, by, journal, lookAgain, power: first.known.power, ...(record === undefined ? {} : { record }) },
    report,
    signal,
  );
  await closeAs(run);
  return [...notes, ...(differ === null ? [] : [differ])];
}

/** Whose copy the operation was to put back. */
function orderedCopy({ began }: JournalEntry): string {
  return began.order.kind === 'nvram' ? began.order.of : began.id;
}

async function variables(run: Run, operationId: string): Promise<readonly string[]> {
  const { hypervisor, order, report, entry, domain, lookAgain } = run;
  const { by, journal, newId } = order;
  const to = entry.began.order.kind === 'nvram' ? entry.began.order.path : null;
  await lookAgain();
  await restoreVariables(hypervisor, { operationId, domain, to, by, newId: newId(), journal }, report);
  await closeAs(run);
  return [];
}

/** It runs in this session, with every disk of its own at its place. Throws verify-failed. */
async function verifySession({ hypervisor, domain, entry }: Run): Promise<void> {
  const [liveXml, definitionXml, session] = await Promise.all([
    hypervisor.domainXml(domain.uuid, 'live'),
    hypervisor.domainXml(domain.uuid, 'definition'),
    liveSession(hypervisor, domain.uuid),
  ]);
  const own = recoverDefinition(definitionXml).definitionXml ?? definitionXml;
  // Not by what is behind it: a throw-away overlay over a disk of its own has another file.
  const places = (xml: string) =>
    parseDomain(xml).disks.map(
      ({ target, bus, address }) => `${target} on ${bus}${address === null ? '' : ` at ${formatAddress(address)}`}`,
    );
  const present = new Set(places(liveXml));
  const missing = places(own).filter((place) => !present.has(place));
  const differences = missing.map((place) => `it runs without ${place}`);
  if ((session?.id ?? '') !== entry.began.session.id) differences.push('it does not run in this rescue');
  if (differences.length === 0) return;
  const unchanged = `${domain.name} was left as it is; its definition was not touched.`;
  throw new SalvorError('verify-failed', { domain: domain.name, what: differences.join('; '), unchanged });
}

/** A rescue is done: its session is open until it is ended. An end is not: the rescue goes on, and that is closed. */
async function takeAsOpen(run: Run): Promise<void> {
  const { entry, order } = run;
  const writer = await order.journal.reopen(entry.began.id);
  await writer.step('verify', 'done');
  if (entry.began.kind === 'rescue' && entry.ended === null)
    await writer.ended({ outcome: 'done', code: null, message: null, unchanged: null, definition: null });
  else await closeAs(run);
}

const removeMade = async (run: Run): Promise<readonly string[]> => [
  ...(await removeScratch(run)),
  ...(await removeVolumes(run)),
];

/** Its overlay volumes: called by the session, so that no other has them. In sentences, what is left. */
async function removeVolumes({ hypervisor, entry, domain }: Run): Promise<readonly string[]> {
  const { files, session } = entry.began;
  const own = files.filter(({ kind, name }) => kind === 'volume' && isOverlayOf(session.id, name));
  if (own.length === 0) return [];
  // Somebody may have defined the guest anew, with an overlay as a disk of its own.
  const kinds = ['definition', 'live'] as const;
  const xml = await Promise.all(kinds.map((kind) => hypervisor.domainXml(domain.uuid, kind)));
  const problems: string[] = [];
  for (const { name } of own) {
    const isUsed = xml.some((each) => mentions(each, name));
    const problem = isUsed ? `${domain.name} is defined with it now` : await removeFile(hypervisor, name);
    if (problem !== null) problems.push(`The session’s overlay ${name} could not be removed: ${problem}.`);
  }
  return problems;
}

/** Files that only this session has, by their names: metadata are not asked, since anybody can write a path there. In sentences, what is left. */
async function removeScratch({ hypervisor, entry, domain }: Run): Promise<readonly string[]> {
  const own = entry.began.files.filter(
    ({ kind, name }) => kind === 'nvram' && name.endsWith(scratchSuffix(domain.uuid)),
  );
  if (own.length === 0) return [];
  // Somebody may have defined the guest anew, with the session's variables as its own.
  const xml = await Promise.all(
    (['definition', 'live'] as const).map((kind) => hypervisor.domainXml(domain.uuid, kind)),
  );
  const used = xml.map((each) => scratchIn(each, domain.uuid));
  const problems: string[] = [];
  for (const { name } of own.filter((file) => !used.includes(file.name))) {
    const problem = await removeFile(hypervisor, name);
    if (problem !== null) problems.push(`The session’s UEFI variables could not be removed: ${problem}.`);
  }
  return problems;
}

function closeAs({ order, entry }: Run): Promise<void> {
  return closeEntry(order.journal, entry.began.id, order.way === 'roll-back' ? 'rolled-back' : 'finished', order.by);
}
