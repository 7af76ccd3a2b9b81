/** What the journal of this computer keeps of a rescue that it began: trusted before metadata, which anybody can write. */
import { isOfSession } from '../../src-core/journal/types.ts';
import { parseXml } from '../../src-core/domain-xml/document.ts';
import { child } from '../../src-core/domain-xml/elements.ts';
import { hashDefinition, recordedDefinition } from '../../src-core/rescue/record.ts';
import { findSession } from '../../src-core/rescue/session.ts';
import type { Journal } from './journal-port.ts';

export interface KeptRescue {
  /** The definition from before, without secrets. Where the guest was migrated since: as it was made to fit the host that it is on. */
  readonly definitionXml: string;
  /** The guest had none of its own: that XML is what it ran from. */
  readonly transient: boolean;
}

/**
 * null: the rescue was begun at another computer, its journal cannot be read, or what it keeps is not what it says. `session`: its id, as the
 * domain's metadata tell it; `rescueXml` its rescue definition now: of several that this computer keeps (a migration makes the definition fit
 * another host), the one that it has inside counts. Never rejects.
 */
export async function keptRescue(
  journal: Journal,
  session: string | null,
  uuid: string,
  rescueXml: string,
): Promise<KeptRescue | null> {
  if (session === null || session === '') return null;
  try {
    const entry = await journal.entry(session);
    if (!isOfSession(entry)) return null;
    const { began } = entry;
    const { definition, definitionXml } = began.before;
    const fits = began.kind === 'rescue' && began.domain.uuid === uuid && hashDefinition(definitionXml) === definition;
    if (!fits) return null;
    const moved = await migratedCopies(journal, session, uuid);
    const inside = recordIn(rescueXml);
    const same = moved.find((copy) => inside !== null && hashDefinition(copy) === hashDefinition(inside));
    return { definitionXml: same ?? definitionXml, transient: began.session.transient };
  } catch {
    return null;
  }
}

/** What migrations of the session that were begun on this computer made of its definition, the newest first. */
async function migratedCopies(journal: Journal, session: string, uuid: string): Promise<string[]> {
  const { entries } = await journal.read(uuid);
  return entries.flatMap(({ began }) => {
    if (began.order.kind !== 'migrate' || began.session?.id !== session) return [];
    const copy = recordIn(began.order.migration.persistent ?? '');
    return copy === null ? [] : [copy];
  });
}

/** The definition in the record of a rescue definition; null: there is none that is whole. */
function recordIn(rescueXml: string): string | null {
  if (rescueXml === '') return null;
  try {
    return recordedDefinition(findSession(child(parseXml(rescueXml).documentElement, 'metadata'))).definitionXml;
  } catch {
    return null;
  }
}
