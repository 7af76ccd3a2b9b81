/** A hard reboot that was not finished: how the machine stands, and the ways on. */
import { happened } from '../../../src-core/journal/situation.ts';
import type { Found } from '../../../src-core/journal/situation.ts';
import type { EntryOutline } from '../../../src-core/journal/types.ts';
import type { MachineKey } from '../../../src-core/contract/schemas.ts';
import type { ConnectedHost } from '../unfinished.ts';

/** Rejects with what the connection fails with. */
export async function lookAtReboot(
  entry: EntryOutline,
  host: ConnectedHost,
): Promise<Pick<Found, 'happened' | 'stands' | 'offers'> & { situation: string; machine: MachineKey | null }> {
  const state = await host.hypervisor.domainState(entry.began.domain.uuid);
  const machine = { hostId: host.id, uuid: entry.began.domain.uuid };
  const stands = `${entry.began.domain.name} is ${state}.`;
  return { situation: 'reboot', happened: happened(entry), stands, offers: [], machine };
}
