/** Writing a run into the journal ahead of itself: its first record before anything is touched, then each step before it begins. */
import { hashDefinition, withoutSecrets } from '../../src-core/rescue/record.ts';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import type { BeganRecord, Closing, MadeFile, StateBefore } from '../../src-core/journal/types.ts';
import type { RescuePlan, StepId } from '../../src-core/rescue/plan-types.ts';
import type { DomainFacts } from '../../src-core/rescue/types.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';
import type { Journal, JournalWriter } from './journal-port.ts';
import type { RunReport } from './run.ts';

/** A run that is told and recorded. */
export interface Recorded {
  readonly report: RunReport;
  /** null: it has not begun yet, nothing is touched. */
  readonly writer: JournalWriter | null;
}

/** Run one step: it is in the journal before it begins, and reported. */
export async function inStep<T>({ report, writer }: Recorded, id: StepId, work: () => Promise<T>): Promise<T> {
  report.step(id, 'running');
  await writer?.step(id, 'running');
  try {
    const result = await work();
    await writer?.step(id, 'done');
    report.step(id, 'done');
    return result;
  } catch (error) {
    await writer?.step(id, 'failed');
    report.step(id, 'failed');
    throw error;
  }
}

export async function undone({ report, writer }: Recorded, id: StepId): Promise<void> {
  await writer?.step(id, 'undone');
  report.step(id, 'undone');
}

/** What differs between a rescue and an ending. */
export type Beginning = Pick<
  BeganRecord,
  'id' | 'kind' | 'by' | 'session' | 'order' | 'before' | 'rescueDefinition' | 'files'
> & {
  readonly steps: readonly { readonly id: string; readonly text: string }[];
  /** Bytes of a copy that will be kept beside the journal: there must be room for it, too. */
  readonly toKeep?: number;
};

/** Begin an operation. Throws journal-unwritable: nothing has been touched, and nothing is. */
export async function begin(
  journal: Journal,
  hypervisor: Hypervisor,
  { uuid, name }: DomainRef,
  { toKeep, ...beginning }: Beginning,
): Promise<JournalWriter> {
  const { hostname } = await hypervisor.identity();
  const host = { uri: withoutPassword(hypervisor.uri), hostname };
  const writer = await journal.begin({ ...beginning, host, domain: { uuid, name } }, toKeep);
  await writer.step('check', 'done');
  return writer;
}

/** A URI may carry user:password@. */
export function withoutPassword(uri: string): string {
  return uri.replace(/^([^/]*\/\/[^/@:]*):[^/@]*@/, '$1@');
}

/** `definitionXml` is kept without its secrets. */
export function stateBefore(
  { state, persistent, autostart }: Pick<DomainFacts, 'state' | 'persistent' | 'autostart'>,
  definitionXml: string,
): StateBefore {
  return {
    state,
    persistent,
    autostart,
    definition: hashDefinition(definitionXml),
    definitionXml: withoutSecrets(definitionXml),
  };
}

/** The files that a session makes, as its plan has them, and its snapshot. */
export function madeFiles({ files, scratchNvram, overlays, snapshot }: RescuePlan): MadeFile[] {
  const volumes = new Set(overlays.map(({ path }) => path));
  const kind = (path: string) => (path === scratchNvram ? 'nvram' : volumes.has(path) ? 'volume' : 'overlay');
  const made = files.map(({ path }): MadeFile => ({ kind: kind(path), name: path }));
  return snapshot === null ? made : [...made, { kind: 'snapshot', name: snapshot.name }];
}

/** The last record: how it ended, as the administrator is told. Never rejects. */
export async function conclude(
  { report, writer }: Recorded,
  hypervisor: Hypervisor,
  { uuid }: DomainRef,
  error: ErrorData | null,
): Promise<void> {
  await writer?.ended({
    outcome: error === null ? 'done' : error.code === 'cancelled' ? 'cancelled' : 'failed',
    code: error?.code ?? null,
    message: error?.message ?? null,
    unchanged: error?.unchanged ?? null,
    definition: await definitionNow(hypervisor, uuid, error),
  });
  tellIncomplete({ report, writer });
}

/** A run is not given up because its journal cannot be written any more: then that is said, once it is over. */
export function tellIncomplete({ report, writer }: Recorded): void {
  const problem = writer?.problem() ?? null;
  if (problem !== null) report.journalIncomplete?.(problem);
}

/** Hash of the persistent definition; null: there is none, or it cannot be asked for. */
async function definitionNow(hypervisor: Hypervisor, uuid: string, error: ErrorData | null): Promise<string | null> {
  if (error?.code === 'connection-lost' || error?.code === 'timeout') return null;
  try {
    const { persistent } = await hypervisor.domainStatus(uuid);
    return persistent ? hashDefinition(await hypervisor.domainXml(uuid, 'definition')) : null;
  } catch {
    return null;
  }
}

/** Close an entry. Throws journal-unwritable where that could not be written down: it is offered again. */
export async function closeEntry(journal: Journal, id: string, how: Closing, by: string): Promise<void> {
  const writer = await journal.reopen(id);
  await writer.closed(how, by);
  const problem = writer.problem();
  if (problem !== null)
    throw new SalvorError('journal-unwritable', { folder: journal.folder, problem, unchanged: 'All else is done.' });
}

/** What is said of a run whose journal lacks records. */
export function journalNote(problem: string): string {
  return `The journal of this run is incomplete: ${problem}.`;
}
