/** salvor sessions: the open ones, those that ended unseen, and what they left behind. */
import type { Leftover, Removal } from '../../src-core/contract/journal-schemas.ts';
import { shellWord } from '../../src-core/rescue/shell-word.ts';
import { openJournal } from '../app/journal.ts';
import { findLeftovers, removeLeftovers } from '../app/leftovers.ts';
import { listSessions } from '../app/sessions.ts';
import type { OpenSession } from '../app/sessions.ts';
import { who } from '../app/who.ts';
import { withHost } from './connect.ts';
import { EXIT, plain, print, printJson, table } from './output.ts';
import type { Exit } from './output.ts';
import { tellUnfinished } from './tell-unfinished.ts';

export interface SessionsOptions {
  readonly uri: string;
  /** Remove what is left over; snapshots stay: they are kept on purpose. */
  readonly clean: boolean;
  /** Remove the snapshots, too. */
  readonly snapshots: boolean;
  readonly json: boolean;
}

/** Exit 1 where something that was to be removed is still there. */
export async function sessions({ uri, clean, snapshots, json }: SessionsOptions): Promise<Exit> {
  const found = await withHost(uri, false, async (hypervisor) => {
    const look = { hypervisor, journal: openJournal(), by: who() };
    const open = await listSessions(hypervisor);
    const { leftovers, endedUnseen } = await findLeftovers(look);
    const chosen = leftovers.filter(({ removable, kind }) => removable && (kind === 'snapshot' ? snapshots : clean));
    const removed =
      chosen.length === 0
        ? []
        : await removeLeftovers(
            look,
            chosen.map(({ id }) => id),
          );
    return { sessions: open, endedUnseen, leftovers, removed, unfinished: await tellUnfinished(hypervisor, uri) };
  });
  if (json) printJson({ uri, ...found });
  else {
    print(sessionsText(found.sessions));
    for (const { told } of found.endedUnseen) print(plain(told));
    for (const leftover of found.leftovers) print(leftoverText(leftover, found.removed));
    for (const line of removalText(uri, found)) print(line);
  }
  return found.removed.some(({ problem }) => problem !== null) ? EXIT.failed : EXIT.done;
}

function sessionsText(open: readonly OpenSession[]): string {
  if (open.length === 0) return 'No rescue session is open.';
  const rows = open.map(({ domain, session }) => [
    domain.name,
    session.startedAt,
    session.startedBy,
    session.medium,
    session.target,
    session.transient ? 'transient' : session.kind,
    session.powerBefore,
  ]);
  return table(['name', 'since', 'by', 'medium', 'device', 'kind', 'power before'], rows);
}

/** What to type for what is left over still. */
export function removalText(
  uri: string,
  { leftovers, removed }: { readonly leftovers: readonly Leftover[]; readonly removed: readonly Pick<Removal, 'id'>[] },
): string[] {
  const command = `salvor sessions --uri ${plain(shellWord(uri))}`;
  const offered = leftovers.filter(({ id, removable }) => removable && !removed.some((each) => each.id === id));
  return [
    ...(offered.some(({ kind }) => kind !== 'snapshot') ? [`Remove what is left over: ${command} --clean`] : []),
    ...(offered.some(({ kind }) => kind === 'snapshot') ? [`Remove snapshots, too: ${command} --snapshots`] : []),
  ];
}

function leftoverText({ id, kind, name, why, removable }: Leftover, removed: readonly Removal[]): string {
  const removal = removed.find((each) => each.id === id);
  const what = `${kind} ${plain(name)} (${plain(why)})`;
  if (removal === undefined) return `${removable ? 'left over' : 'not touched'}: ${what}`;
  return removal.problem === null ? `removed: ${what}` : `still there: ${what}: ${plain(removal.problem)}`;
}
