/**
 * Putting a guest's UEFI variables back as a copy in the journal has them. What is there before is kept first, with an operation of its own:
 * so this is undone in the same way. Only what differs is written, and read back; a write that fails is taken back.
 */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { JournalEntry } from '../../src-core/journal/types.ts';
import { parseDomain } from '../../src-core/domain-xml/domain.ts';
import { sentence } from '../../src-core/rescue/findings.ts';
import type { StepId } from '../../src-core/rescue/plan-types.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import { isOn } from './domain-facts.ts';
import { lockDomain } from './domain-lock.ts';
import { errorOf } from './errors.ts';
import type { Journal } from './journal-port.ts';
import { hashOfVariables, nvramPlace, readThrough } from './nvram.ts';
import type { Variables } from './nvram.ts';
import { begin, conclude, inStep, stateBefore } from './recording.ts';
import { openSession } from './run.ts';
import type { RunReport } from './run.ts';
import { withFinder } from './volume-finder.ts';
import type { Finder } from './volume-finder.ts';

export interface RestoreOrder {
  /** The operation whose copy is put back: a rescue, or an earlier putting back. */
  readonly operationId: string;
  readonly domain: DomainRef;
  /** Where the guest keeps its variables now, said by the administrator; null: where it kept them then. */
  readonly to: string | null;
  /** user@workstation */
  readonly by: string;
  /** Of the new operation. */
  readonly newId: string;
  readonly journal: Journal;
}

export interface Restored {
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  /** The operation that keeps what was there before; null: that was the same, and nothing was written. */
  readonly undo: string | null;
}

/** What there is to tell of it, in a sentence. */
export function restoredText(path: string, undo: string | null): string {
  return undo === null
    ? `${path} is what the copy is: nothing was written.`
    : `${path} is what it was; what was there before is kept: salvor nvram restore ${undo} puts that back.`;
}

/** libvirt carries an upload in pieces of its own; these are what is compared, and written where they differ. */
const CHUNK = 64 * 1024;

const STEPS = ['check', 'backup', 'nvram', 'verify'] as const satisfies readonly StepId[];

interface Look {
  readonly hypervisor: Hypervisor;
  readonly finder: Finder;
  readonly order: RestoreOrder;
}

interface Run extends Look {
  readonly report: RunReport;
}

/** What is to be done, once nothing speaks against it. */
interface Ready {
  readonly entry: JournalEntry;
  readonly wanted: Uint8Array;
  readonly now: Extract<Variables, { problem: null }>;
  readonly path: string;
  readonly definitionXml: string;
}

function restoreSteps(domain: string, path: string): { readonly id: StepId; readonly text: string }[] {
  return STEPS.map((id) => ({ id, text: textOf(id, domain, path) }));
}

function textOf(id: (typeof STEPS)[number], domain: string, path: string): string {
  switch (id) {
    case 'check':
      return sentence('step-check-nvram', { domain }).text;
    case 'backup':
      return sentence('step-backup', { domain, path }).text;
    case 'nvram':
      return sentence('step-write-nvram', { path }).text;
    case 'verify':
      return sentence('step-verify-nvram', { path }).text;
  }
}

/**
 * Put the variables back. Throws read-only, entry-not-found, backup-damaged, busy, restore-failed (`unchanged` says how things stand),
 * journal-unwritable, or what the connection fails with.
 */
export async function restoreVariables(
  hypervisor: Hypervisor,
  order: RestoreOrder,
  report: RunReport,
): Promise<Restored> {
  if (hypervisor.readOnly) throw new SalvorError('read-only', { uri: hypervisor.uri });
  const { hostname } = await hypervisor.identity();
  const letGo = await lockDomain(hostname, order.domain, `its UEFI variables are being put back by ${order.by}`);
  try {
    report.cancellable(false);
    return await withFinder(hypervisor, (finder) => carryOut({ hypervisor, finder, order, report }));
  } finally {
    letGo();
  }
}

async function carryOut(run: Run): Promise<Restored> {
  const { hypervisor, order, report } = run;
  const { domain, journal, by, newId, operationId } = order;
  const ready = await inStep({ report, writer: null }, 'check', () => check(run));
  const { path, wanted, now, entry, definitionXml } = ready;
  const steps = restoreSteps(domain.name, path);
  report.steps(steps);
  if (Buffer.compare(wanted, now.bytes) === 0) return { path, size: wanted.length, undo: null };
  const status = await hypervisor.domainStatus(domain.uuid);
  const writer = await begin(journal, hypervisor, domain, {
    id: newId,
    kind: 'nvram',
    by,
    session: entry.began.session,
    order: { kind: 'nvram', of: operationId, path },
    before: stateBefore(status, definitionXml),
    rescueDefinition: null,
    steps,
    files: [],
  });
  const recorded = { report, writer };
  try {
    await inStep(recorded, 'backup', () => writer.backup(path, now.bytes));
    await assertOff(hypervisor, order);
    try {
      await inStep(recorded, 'nvram', () => writeDifferences(hypervisor, now.where, now.bytes, wanted));
      await inStep(recorded, 'verify', () => verify(run, path, wanted));
    } catch (error) {
      throw await takeBack(run, ready, error);
    }
  } catch (error) {
    await conclude(recorded, hypervisor, domain, errorOf(error));
    throw error;
  }
  await conclude(recorded, hypervisor, domain, null);
  return { path, size: wanted.length, undo: newId };
}

function failed({ domain, operationId }: RestoreOrder, what: string, unchanged?: string): SalvorError {
  const how = unchanged === undefined ? {} : { unchanged };
  return new SalvorError('restore-failed', { domain: domain.name, what, id: operationId, ...how });
}

/** Everything that can be refused is refused here. */
async function check({ hypervisor, finder, order }: Look): Promise<Ready> {
  const { domain, operationId, journal, to } = order;
  const entry = await journal.entry(operationId);
  const { record: kept, bytes: wanted } = await journal.backupOf(operationId);
  const { began } = entry;
  if (began.domain.uuid !== domain.uuid)
    throw failed(order, `the copy is of another guest, ${began.domain.name} (${began.domain.uuid})`);
  await assertOff(hypervisor, order);
  const definitionXml = await hypervisor.domainXml(domain.uuid, 'definition');
  const place = await nvramPlace(hypervisor, definitionXml, parseDomain(definitionXml), () => Promise.resolve(null));
  if (place.kind === 'not-needed')
    throw failed(order, 'it keeps none: it has no UEFI firmware with variables of its own');
  if (place.kind === 'impossible') throw failed(order, place.why);
  const { path } = place;
  if (kept.path !== path && to !== path)
    throw failed(
      order,
      `it kept them in ${kept.path} then, and keeps them in ${path} now; say --to ${path} if that is where they belong`,
    );
  const now = await readThrough(hypervisor, finder, path);
  if (now.absent)
    throw failed(order, `${path} is not there; start the guest once, so that libvirt makes it, and shut it down`);
  if (now.problem !== null) throw failed(order, now.problem);
  if (now.bytes.length !== wanted.length)
    throw failed(
      order,
      `the copy has ${wanted.length} bytes and ${path} has ${now.bytes.length}: it belongs to other firmware, or has another format`,
    );
  return { entry, wanted, now, path, definitionXml };
}

/** Firmware of a guest that runs writes its variables itself, and a saved one has its own in its memory. */
async function assertOff(hypervisor: Hypervisor, order: RestoreOrder): Promise<void> {
  const { uuid } = order.domain;
  const [state, { managedSave }, open] = await Promise.all([
    hypervisor.domainState(uuid),
    hypervisor.domainObstacles(uuid),
    openSession(hypervisor, uuid),
  ]);
  if (open !== null) throw failed(order, 'it is in rescue; end the rescue first');
  if (isOn(state)) throw failed(order, `it is ${state}, and its firmware writes them itself; shut it down first`);
  if (managedSave)
    throw failed(order, 'its memory is saved, with the variables in it; start it from that and shut it down first');
}

/** Bring the file from what it holds to what it is to hold. A write may fail half-way: on a full disk, for one with holes in it. */
async function writeDifferences(
  hypervisor: Hypervisor,
  where: Extract<Variables, { problem: null }>['where'],
  from: Uint8Array,
  to: Uint8Array,
): Promise<void> {
  for (let at = 0; at < to.length; at += CHUNK) {
    const chunk = to.subarray(at, at + CHUNK);
    if (Buffer.compare(chunk, from.subarray(at, at + CHUNK)) !== 0) await hypervisor.writeVolume(where, at, chunk);
  }
}

// libvirt does not tell of every write that fails, on a full disk least of all (tried on 9.0): what was read back counts.
async function verify({ hypervisor, finder, order }: Look, path: string, wanted: Uint8Array): Promise<void> {
  const now = await readThrough(hypervisor, finder, path);
  if (now.problem !== null) throw failed(order, `they could not be read back: ${now.problem}`);
  if (hashOfVariables(now.bytes) !== hashOfVariables(wanted))
    throw failed(order, 'other bytes were read back than written; is its disk full?');
}

/** Put back what was there. Gives the error to throw, which says how things stand. */
async function takeBack(
  { hypervisor, finder, order }: Look,
  { path, now: before }: Ready,
  cause: unknown,
): Promise<SalvorError> {
  const { code, params, message, detail } = errorOf(cause);
  const what = code === 'restore-failed' ? String(params['what']) : (detail ?? message).replace(/\.$/, '');
  try {
    await assertOff(hypervisor, order);
    const now = await readThrough(hypervisor, finder, path);
    if (now.problem !== null) throw failed(order, now.problem);
    await writeDifferences(hypervisor, before.where, now.bytes, before.bytes);
    await verify({ hypervisor, finder, order }, path, before.bytes);
    return failed(order, what, 'Its variables are what they were before.');
  } catch (error) {
    const why = errorOf(error);
    return failed(
      order,
      `${what}; and so did the way back: ${why.detail ?? why.message}`,
      `Its variables may be mixed. What was there before is kept: salvor nvram restore ${order.newId} puts it back, this copy comes with salvor nvram restore ${order.operationId}.`,
    );
  }
}
