/** The definition from before a rescue, as the journal of this computer keeps it. */
import { hashDefinition } from '../../src-core/rescue/record.ts';
import type { Journal } from './journal-port.ts';

/**
 * Without secrets; null: the rescue was begun at another computer, its journal cannot be read, or what it keeps is not what it says.
 * `session`: its id, as the domain's metadata tell it. Never rejects.
 */
export async function keptDefinition(journal: Journal, session: string | null, uuid: string): Promise<string | null> {
  if (session === null || session === '') return null;
  try {
    const { began } = await journal.entry(session);
    const { definition, definitionXml } = began.before;
    const fits = began.kind === 'rescue' && began.domain.uuid === uuid && hashDefinition(definitionXml) === definition;
    return fits ? definitionXml : null;
  } catch {
    return null;
  }
}
