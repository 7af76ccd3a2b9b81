import { shellWord } from '../../src-core/rescue/shell-word.ts';
import { openJournal } from '../app/journal.ts';
import { countUnfinished } from '../app/unfinished.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { plain, tell } from './output.ts';

/** How many operations on a host were not finished; said where there are any. */
export async function tellUnfinished(host: Hypervisor, uri: string): Promise<number> {
  const count = await countUnfinished(openJournal(), host);
  if (count > 0)
    tell(
      `salvor: ${count === 1 ? '1 operation was' : `${count} operations were`} not finished: ${plain(`salvor resume --uri ${shellWord(uri)}`)}`,
    );
  return count;
}
