/** salvor nvram restore: UEFI variables as a copy in the journal has them. */
import { randomUUID } from 'node:crypto';
import { openJournal } from '../app/journal.ts';
import { restoredText, restoreVariables } from '../app/nvram-restore.ts';
import { who } from '../app/who.ts';
import { usage } from './arguments.ts';
import { canAsk, confirm } from './ask.ts';
import { withHost } from './connect.ts';
import { EXIT, plain, print, printJson, tell } from './output.ts';
import type { Exit } from './output.ts';
import { progress } from './progress.ts';

export interface RestoreOptions {
  readonly uri: string;
  readonly to?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

export async function restoreNvram(operationId: string, options: RestoreOptions): Promise<Exit> {
  if (!options.yes && !canAsk(options.json))
    throw usage(
      'nvram restore overwrites the guest’s UEFI variables: say --yes, or run it at a terminal and confirm there',
    );
  const journal = openJournal();
  const { began, records } = await journal.entry(operationId);
  const kept = records.findLast((record) => record.type === 'backup');
  if (!options.yes) {
    tell(
      `The UEFI variables of ${plain(began.domain.name)} (${plain(kept?.path ?? 'no copy was kept')}) become what they were at ${plain(kept?.at ?? began.at)}. What is there now is kept first.`,
    );
    await confirm(`\nPut the variables of ${plain(began.domain.name)} back now? [y/N] `);
  }
  return withHost(options.uri, false, async (host) => {
    const domain = await host.findDomain(began.domain.uuid);
    const { report, journalProblem } = progress(options.json, 'Look at the machine and at the copy of its variables');
    const order = { operationId, domain, to: options.to ?? null, by: who(), newId: randomUUID(), journal };
    const restored = await restoreVariables(host, order, report);
    if (options.json) printJson({ domain, ...restored, journalProblem: journalProblem() });
    else print(plain(restoredText(restored.path, restored.undo)));
    return EXIT.done;
  });
}
