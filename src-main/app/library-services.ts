/** What the window can ask of the media library: one handler a channel. */
import { SalvorError } from '../../src-core/contract/errors.ts';
import type { AppEvent } from '../../src-core/contract/schemas.ts';
import { notePlace, noteSeen } from '../../src-core/library/edit.ts';
import { glanceFileName, glanceJson } from '../../src-core/library/glance.ts';
import { sourceKey, sourceOn } from '../../src-core/library/source.ts';
import type { LibraryMedium, Whereabouts } from '../../src-core/library/types.ts';
import type { Connected, Hosts } from './hosts.ts';
import { chooseDefault, forgetMedium, mediumById, saveMedium } from './library/changes.ts';
import { locateOn, lookAt } from './library/locate.ts';
import type { LookedHost } from './library/locate.ts';
import { noteArrival, putMedium } from './library/put.ts';
import type { LibraryStore } from './library/store.ts';
import type { Log } from './log.ts';
import type { Handlers } from './services.ts';
import type { Transfers } from './transfers/transfers.ts';

export type LibraryChannel = Extract<keyof Handlers, `library.${string}`>;

export interface LibraryHandlersOptions {
  readonly library: LibraryStore;
  readonly hosts: Hosts;
  readonly transfers: Pick<Transfers, 'copy' | 'upload' | 'finished'>;
  /** Ask the person for one file of this computer: its path, or null where the question was cancelled. */
  readonly chooseFile: () => Promise<string | null>;
  readonly saveFile: (name: string, text: string) => Promise<string | null>;
  readonly emit: (event: AppEvent) => void;
  readonly log: Log;
  readonly newId: () => string;
  readonly now: () => Date;
}

export function lookedHost({ entry, hypervisor }: Connected): LookedHost {
  return { id: entry.id, name: entry.name, uri: entry.uri, hypervisor };
}

export function createLibraryHandlers(options: LibraryHandlersOptions): Pick<Handlers, LibraryChannel> {
  const { library, hosts, saveFile, emit, newId, now } = options;
  // The file is watched, too; what was done here is told at once.
  const told = async <T>(change: Promise<T>): Promise<T> => {
    const value = await change;
    emit({ type: 'library-changed' });
    return value;
  };
  return {
    'library.list': () => library.list(),
    'library.save': (edit) => told(saveMedium(library, edit, { id: newId(), at: now().toISOString() })),
    'library.remove': async ({ id }) => {
      await told(forgetMedium(library, id));
      return null;
    },
    'library.setDefault': async (choice) => {
      await told(chooseDefault(library, choice));
      return null;
    },
    'library.where': ({ id, hostId }) => where(options, id, hostId),
    'library.look': async ({ id, hostId }) => {
      const host = lookedHost(hosts.connected(hostId));
      const { seen, source } = await lookAt(host, mediumById(await library.list(), id), now().toISOString());
      return told(
        library.change((before) => {
          mediumById(before, id);
          const next = notePlace(noteSeen(before, id, seen) ?? before, id, host.uri, source) ?? before;
          return [next, mediumById(next, id)];
        }),
      );
    },
    'library.export': async ({ id }) => {
      const medium = mediumById(await library.list(), id);
      return saveFile(glanceFileName(medium), glanceJson(medium));
    },
    'library.put': (order) => put(options, order),
  };
}

/** All hosts at once, each with its own patience. */
async function where(
  { library, hosts, emit, log }: LibraryHandlersOptions,
  id: string | null,
  hostId: string | null,
): Promise<Whereabouts[]> {
  const known = await library.list();
  const media = id === null ? known.media : [mediumById(known, id)];
  const asked = hosts
    .list()
    .filter((host) => host.state === 'connected' && (hostId === null || host.id === hostId))
    .map((host) => lookedHost(hosts.connected(host.id)));
  const found = (await Promise.all(asked.map((host) => locateOn(host, media)))).flat();
  await notePlaces(library, media, asked, found)
    .then((some) => some && emit({ type: 'library-changed' }))
    // Where it was found is told all the same.
    .catch((error: unknown) => log.warn('places of the library', error));
  return found;
}

/** What was found in another place than where it was looked for is known there from now on: a rescue names it so. */
async function notePlaces(
  library: LibraryStore,
  media: readonly LibraryMedium[],
  hosts: readonly LookedHost[],
  found: readonly Whereabouts[],
): Promise<boolean> {
  const fresh = found.flatMap(({ medium: id, hostId, state, source }) => {
    const medium = media.find((each) => each.id === id);
    const uri = hosts.find((host) => host.id === hostId)?.uri;
    if (state !== 'here' || source === null || medium === undefined || uri === undefined) return [];
    const before = sourceOn(medium, uri);
    return before !== null && sourceKey(before) === sourceKey(source) ? [] : [{ id, uri, source }];
  });
  if (fresh.length === 0) return false;
  return library.change((before) => [
    fresh.reduce((next, { id, uri, source }) => notePlace(next, id, uri, source) ?? next, before),
    true,
  ]);
}

async function put(
  options: LibraryHandlersOptions,
  {
    id,
    from,
    to,
    pool,
  }: { readonly id: string; readonly from: string | null; readonly to: string; readonly pool: string },
) {
  const { library, hosts, transfers, chooseFile, emit, log } = options;
  const medium = mediumById(await library.list(), id);
  const target = lookedHost(hosts.connected(to));
  if (from === to) throw new SalvorError('not-supported', { what: 'a medium is copied from one host to another' });
  const file = from === null ? await chooseFile() : null;
  if (from === null && file === null) return null;
  const source = from === null ? { file: file ?? '' } : lookedHost(hosts.connected(from));
  const transfer = await putMedium(transfers, { medium, from: source, to: target, pool, verify: true });
  transfers
    .finished(transfer.id)
    .then((ended) => noteArrival(library, id, target.uri, ended))
    .then(() => emit({ type: 'library-changed' }))
    .catch((error: unknown) => log.warn('the library, after a copy', error));
  return transfer;
}
