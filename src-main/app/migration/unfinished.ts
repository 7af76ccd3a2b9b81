/** A migration that was not finished: the truth about both sides, and the ways on. */
import { happened } from '../../../src-core/journal/situation.ts';
import type { Found } from '../../../src-core/journal/situation.ts';
import type { EntryOutline } from '../../../src-core/journal/types.ts';
import type { ConnectedHost } from '../unfinished.ts';

/** Rejects with what the connections fail with. */
export function lookAtMigration(
  entry: EntryOutline,
  hosts: readonly ConnectedHost[],
): Promise<Pick<Found, 'happened' | 'stands' | 'offers'> & { situation: string }> {
  const stands = hosts.length < 2 ? 'Not both of its hosts are connected.' : 'Look at both hosts.';
  return Promise.resolve({ situation: 'migration', happened: happened(entry), stands, offers: [] });
}
