/** The guest's own UEFI variables, where it is in rescue on others: are they at the destination? */
import { nvramLeftBehind } from '../../../src-core/migration/own-nvram.ts';
import type { NvramOrder } from '../../../src-core/migration/own-nvram.ts';
import type { OwnNvram } from '../../../src-core/migration/types.ts';
import type { Hypervisor } from '../../libvirt/port.ts';
import { within } from '../patience.ts';
import { NO_SUCH_FILE, withFinder } from '../volume-finder.ts';

const PATIENCE_MS = 10_000;

/** null: they go along, or there are none. Rejects with XmlProblem alone: what cannot be looked at in time is `unknown`. */
export async function ownNvramThere(destination: Hypervisor, order: NvramOrder): Promise<OwnNvram | null> {
  const left = nvramLeftBehind(order);
  if (left === null) return null;
  const look = withFinder(destination, async ({ find }): Promise<OwnNvram['seen']> => {
    const { volume, problem } = await find(left.destination, 0);
    if (volume !== null) return 'there';
    return problem === NO_SUCH_FILE || /No such file or directory/.test(problem) ? 'absent' : 'unknown';
  });
  const seen = await within<OwnNvram['seen'], OwnNvram['seen']>(
    PATIENCE_MS,
    look.catch(() => 'unknown' as const),
    'unknown',
  );
  return { ...left, seen };
}
