/** A hard reboot that is in the journal, as far as it has come. */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import { startFailure } from '../../../src-core/reboot/start-failure.ts';
import type { PlannedDependency, RebootInputs, RebootPlan, RebootRequest } from '../../../src-core/reboot/types.ts';
import type { DomainRef, Hypervisor } from '../../libvirt/port.ts';
import type { Expected } from '../drift.ts';
import { errorOf } from '../errors.ts';
import type { Journal, JournalWriter } from '../journal-port.ts';
import type { OpenSession, RunReport } from '../run.ts';

export interface RebootOrder {
  readonly domain: DomainRef;
  readonly request: RebootRequest;
  /** Values by UUID. They are handed to libvirt, and go nowhere else. */
  readonly secrets: ReadonlyMap<string, Uint8Array>;
  /** What the administrator saw and confirmed; null: nothing was shown, the plan of this run counts. */
  readonly confirmed: { readonly fingerprint: string; readonly inputs: RebootInputs | null } | null;
  /** user@workstation */
  readonly by: string;
  readonly newId: () => string;
  readonly journal: Journal;
  /** Awaited once nobody else on this computer can act on the domain, before anything else; what it throws ends the run. */
  readonly lookAgain?: () => Promise<void>;
}

export interface Begun {
  readonly hypervisor: Hypervisor;
  readonly domain: DomainRef;
  readonly order: RebootOrder;
  readonly report: RunReport;
  readonly writer: JournalWriter;
  readonly signal: AbortSignal;
  readonly inputs: RebootInputs;
  readonly plan: RebootPlan;
  /** What it is started from; the definition that it has now. */
  startXml: string;
  definitionXml: string;
  /** The rescue that it is started in; null: none. */
  open: OpenSession | null;
  /** How the domain has to be found before the next change. */
  expected: Expected;
  /** The guest was asked to shut down: it may still do so. */
  asked: boolean;
  /** It was off when the step that stops it was over. */
  stopped: boolean;
  /** What is told when all is done. */
  readonly notes: string[];
}

/** What is missing, in words that stand behind a colon; `cause` is what told so. */
export function missing({ domain }: Pick<Begun, 'domain'>, what: string, cause: unknown = null): SalvorError {
  return new SalvorError('dependency-missing', { domain: domain.name, what }, cause === null ? null : wordsOf(cause));
}

export function wordsOf(error: unknown): string {
  const { detail, message } = errorOf(error);
  return detail ?? message;
}

/** Tell, and keep in the journal. */
export async function remark({ report, writer, notes }: Begun, step: string, text: string): Promise<void> {
  notes.push(text);
  report.note(step, text);
  await writer.note(text);
}

export function secretNeeded(
  { domain }: Pick<Begun, 'domain'>,
  uuid: string,
  found: PlannedDependency | undefined,
): SalvorError {
  return new SalvorError('secret-needed', { domain: domain.name, uuid, usage: found?.of ?? 'of an unknown use' });
}

/** Something did not start for want of a secret's value, or for a wrong one: which, and what it is to open. null: for another reason. `among`: those that it may be. */
export function secretProblem(
  begun: Pick<Begun, 'domain' | 'plan' | 'order'>,
  failure: unknown,
  among: readonly PlannedDependency[] = begun.plan.dependencies,
): SalvorError | null {
  const { domain, plan, order } = begun;
  const detail = wordsOf(failure);
  const why = startFailure(detail, among);
  if (why?.kind === 'secret-needed') {
    const found = plan.dependencies.find(({ kind, name }) => kind === 'secret' && name === why.uuid);
    return secretNeeded(begun, why.uuid, found);
  }
  if (why?.kind !== 'secret-wrong') return null;
  // One that was given just now is the likelier.
  const given = why.secrets.filter(({ name }) => order.secrets.has(name));
  const guilty = given.length > 0 ? given : why.secrets;
  const uuid = guilty.map(({ name }) => name).join(' or ') || 'of one of its disks';
  const users = [...new Set(guilty.flatMap((secret) => secret.users))].join(', ') || 'a disk';
  return new SalvorError('secret-wrong', { domain: domain.name, uuid, users }, detail);
}
