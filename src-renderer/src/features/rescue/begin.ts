/** What a rescue request begins with: the library's default for such a guest, where its host has it. */
import { defaultFor } from '../../../../src-core/library/source.ts';
import type { MachineDetails, MachineKey } from '../../../../src-core/contract/schemas.ts';
import { keyOf } from '../../app/machine-key.ts';
import { useHosts } from '../../app/stores/hosts.ts';
import { loadWhere, useLibrary } from '../../app/stores/library.ts';
import { changeDraft, useRescue } from './store.ts';

type Guest = Pick<MachineDetails, 'arch' | 'firmware'>;

/** Requests for which it was asked for already, so that each change of the machine does not ask again. */
const asked = new Set<string>();

/** Resolves when it has been chosen, or nothing is to be. A request that a person has touched meanwhile stays as it is. */
export async function beginWithDefault(machine: MachineKey, { arch, firmware }: Guest): Promise<void> {
  const key = keyOf(machine);
  const untouched = () => useRescue.getState().drafts[key] === undefined;
  const { listing } = useLibrary.getState();
  const uri = useHosts.getState().byId[machine.hostId]?.uri;
  if (!untouched() || listing === null || uri === undefined) return;
  const medium = defaultFor(listing, arch, firmware, uri);
  const question = JSON.stringify([key, medium?.id]);
  if (medium === null || asked.has(question)) return;
  asked.add(question);
  const found = await loadWhere(medium.id, machine.hostId);
  asked.delete(question);
  const source = found.find(({ hostId }) => hostId === machine.hostId)?.source ?? null;
  if (source !== null && untouched()) changeDraft(key, { media: [source] });
}
