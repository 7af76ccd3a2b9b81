/** What the two operations, rescue and end, have in common. */
import { SESSION_NAMESPACE, readSession } from '../../src-core/rescue/session.ts';
import type { SessionRecord } from '../../src-core/rescue/session.ts';
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { DomainRef, Hypervisor } from '../libvirt/port.ts';

export type StepState = 'pending' | 'running' | 'done' | 'failed' | 'undone' | 'skipped';

/** Where a run tells how it goes. */
export interface RunReport {
  /** All steps, in order; called again where the real ones are known. */
  readonly steps: (steps: readonly { readonly id: string; readonly text: string }[]) => void;
  readonly step: (id: string, state: StepState) => void;
  readonly note: (id: string, note: string | null) => void;
  /** May it be cancelled at this moment and have nothing to undo, or only a step? */
  readonly cancellable: (may: boolean) => void;
  /** It is over, and its journal lacks records: why. */
  readonly journalIncomplete?: (problem: string) => void;
}

/** The session in which a running domain is, or null. */
export async function liveSession(hypervisor: Hypervisor, uuid: string): Promise<SessionRecord | null> {
  return readSession(await hypervisor.liveMetadata(uuid, SESSION_NAMESPACE));
}

/** The session that a domain's persistent definition carries, or null: one that lasts until it is ended. */
export async function definedSession(hypervisor: Hypervisor, uuid: string): Promise<SessionRecord | null> {
  return readSession(await hypervisor.definitionMetadata(uuid, SESSION_NAMESPACE));
}

/**
 * For lists. `on`: does it run? A guest that runs from its own XML with the rescue definition still there is in rescue, too: it boots into it
 * at its next start, and to end it is what takes that away.
 */
export async function sessionOf(hypervisor: Hypervisor, uuid: string, on: boolean): Promise<SessionRecord | null> {
  return (on ? await liveSession(hypervisor, uuid) : null) ?? (await definedSession(hypervisor, uuid));
}

export interface OpenSession {
  readonly session: SessionRecord;
  /** The domain runs in it. */
  readonly live: boolean;
  /** The persistent definition is the rescue definition. */
  readonly defined: boolean;
  /** Its session: in a race, not always that of what runs. */
  readonly definedSession: SessionRecord | null;
}

/** The session of a domain, running or off; null: not in rescue. */
export async function openSession(hypervisor: Hypervisor, uuid: string): Promise<OpenSession | null> {
  const [live, defined] = await Promise.all([liveSession(hypervisor, uuid), definedSession(hypervisor, uuid)]);
  const session = live ?? defined;
  return session === null ? null : { session, live: live !== null, defined: defined !== null, definedSession: defined };
}

/** How long whoever forces a guest off for their own rescue may take to start it. */
const TAKEN_MS = 4000;
/** The same where it is not certain that somebody did. */
export const PERHAPS_TAKEN_MS = 1000;
const LOOK_MS = 100;

/** The guest was forced off by somebody else: by another rescue, at another computer? Its session as soon as it is there; null: none came. */
export async function takenBy(
  hypervisor: Hypervisor,
  uuid: string,
  ours: string,
  patience = TAKEN_MS,
): Promise<SessionRecord | null> {
  for (let waited = 0; waited < patience; waited += LOOK_MS) {
    const session = (await openSession(hypervisor, uuid))?.session ?? null;
    if (session !== null && session.id !== ours) return session;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return null;
}

export function busyWith(domain: DomainRef, session: SessionRecord): SalvorError {
  return new SalvorError('busy', {
    domain: domain.name,
    what: `a rescue started by ${session.startedBy ?? 'somebody'} at ${session.startedAt ?? 'an unknown time'}`,
  });
}
