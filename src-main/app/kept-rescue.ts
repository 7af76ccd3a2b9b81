/** What the journal of this computer keeps of a rescue that it began: trusted before metadata, which anybody can write. */
import { isOfSession } from '../../src-core/journal/types.ts';
import { hashDefinition } from '../../src-core/rescue/record.ts';
import type { Journal } from './journal-port.ts';

export interface KeptRescue {
  /** The definition from before, without secrets. */
  readonly definitionXml: string;
  /** The guest had none of its own: that XML is what it ran from. */
  readonly transient: boolean;
}

/**
 * null: the rescue was begun at another computer, its journal cannot be read, or what it keeps is not what it says. `session`: its id, as the
 * domain's metadata tell it. Never rejects.
 */
export async function keptRescue(journal: Journal, session: string | null, uuid: string): Promise<KeptRescue | null> {
  if (session === null || session === '') return null;
  try {
    const entry = await journal.entry(session);
    if (!isOfSession(entry)) return null;
    const { began } = entry;
    const { definition, definitionXml } = began.before;
    const fits = began.kind === 'rescue' && began.domain.uuid === uuid && hashDefinition(definitionXml) === definition;
    return fits ? { definitionXml, transient: began.session.transient } : null;
  } catch {
    return null;
  }
}
