/** salvor media: the commands that ask hosts where a medium is, and look at it. */
import { notePlace, noteSeen } from '../../src-core/library/edit.ts';
import { sourceKey, sourceOn } from '../../src-core/library/source.ts';
import type { LibraryMedium, Whereabouts } from '../../src-core/library/types.ts';
import { errorOf } from '../app/errors.ts';
import { mediumByName, readableLibrary } from '../app/library/changes.ts';
import { locateOn, lookAt } from '../app/library/locate.ts';
import type { LookedHost } from '../app/library/locate.ts';
import { openLibrary } from '../app/library/store.ts';
import type { LibraryStore } from '../app/library/store.ts';
import type { Hypervisor } from '../libvirt/port.ts';
import { withHost } from './connect.ts';
import { mediumText } from './media.ts';
import { print, printJson, table } from './output.ts';

export function looked(uri: string, hypervisor: Hypervisor): LookedHost {
  return { id: uri, name: uri, uri, hypervisor };
}

export interface WhereOptions {
  readonly uri: readonly string[];
  readonly json: boolean;
}

/** On each of the hosts. One that cannot be reached is told as such, and fails nothing. */
export async function whereMedium(name: string, { uri: uris, json }: WhereOptions): Promise<void> {
  const store = openLibrary();
  const medium = mediumByName(await readableLibrary(store), name);
  const found = (await Promise.all(uris.map((uri) => whereOn(store, medium, uri)))).flat();
  if (json) {
    printJson({ medium: medium.name, hosts: found });
    return;
  }
  print(
    table(
      ['host', 'is it there', 'why'],
      found.map(({ hostName, state, why }) => [hostName, STATES[state], why]),
    ),
  );
}

const STATES: Readonly<Record<Whereabouts['state'], string>> = {
  here: 'yes',
  other: 'another one',
  missing: 'no',
  'not-asked': 'not asked',
};

async function whereOn(store: LibraryStore, medium: LibraryMedium, uri: string): Promise<Whereabouts[]> {
  try {
    return await withHost(uri, false, async (hypervisor) => {
      const found = await locateOn(looked(uri, hypervisor), [medium]);
      await notePlaces(store, medium, uri, found);
      return found;
    });
  } catch (error) {
    const why = `The host could not be asked: ${errorOf(error).message}`;
    return [{ medium: medium.id, hostId: uri, hostName: uri, state: 'not-asked', why, source: null }];
  }
}

/** Where it was found in another pool, a rescue names it so from now on. */
async function notePlaces(
  store: LibraryStore,
  medium: LibraryMedium,
  uri: string,
  found: readonly Whereabouts[],
): Promise<void> {
  const source = found.find(({ state }) => state === 'here')?.source ?? null;
  const before = sourceOn(medium, uri);
  if (source === null || before === null || sourceKey(before) === sourceKey(source)) return;
  await store.change((library) => [notePlace(library, medium.id, uri, source) ?? library, null]);
}

export async function lookAtMedium(
  name: string,
  { uri, json }: { readonly uri: string; readonly json: boolean },
): Promise<void> {
  const store = openLibrary();
  const medium = mediumByName(await readableLibrary(store), name);
  const next = await withHost(uri, false, async (hypervisor) => {
    const { seen, source } = await lookAt(looked(uri, hypervisor), medium, new Date().toISOString());
    return store.change((library) => {
      const after = notePlace(noteSeen(library, medium.id, seen) ?? library, medium.id, uri, source) ?? library;
      return [after, after.media.find(({ id }) => id === medium.id) ?? medium];
    });
  });
  if (json) printJson(next);
  else print(mediumText(next));
}
