/** What may be done to the library, each with its errors: the same for the window and the command line. */
import { SalvorError } from '../../../src-core/contract/errors.ts';
import type { LibraryEdit } from '../../../src-core/contract/library-schemas.ts';
import {
  MOST_MEDIA,
  addMedium,
  changeMedium,
  mediumNamed,
  noteUsed,
  removeMedium,
  setDefault,
  takenBy,
  wordsProblem,
} from '../../../src-core/library/edit.ts';
import type { MediumWords } from '../../../src-core/library/edit.ts';
import { mediumAt } from '../../../src-core/library/source.ts';
import type { Library, LibraryListing, LibraryMedium, LibrarySource } from '../../../src-core/library/types.ts';
import type { MediumSpec } from '../../../src-core/rescue/types.ts';
import type { LibraryStore } from './store.ts';

export interface NewMedium {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

export function notInLibrary(name: string): SalvorError {
  return new SalvorError('medium-not-found', { medium: name, problem: 'the library has none of that name' });
}

/** The library, where its file can be read. Throws file-unreadable. */
export async function readableLibrary(store: LibraryStore): Promise<LibraryListing> {
  const library = await store.list();
  if (library.locked !== null) throw new SalvorError('file-unreadable', { path: library.file }, library.locked);
  return library;
}

/** Throws medium-not-found. */
export function mediumById({ media }: Library, id: string): LibraryMedium {
  const medium = media.find((each) => each.id === id);
  if (medium === undefined) throw notInLibrary(id);
  return medium;
}

/** By the name that people gave it. Throws medium-not-found. */
export function mediumByName(library: Library, name: string): LibraryMedium {
  const medium = mediumNamed(library, name);
  if (medium === null) throw notInLibrary(name);
  return medium;
}

/** A new medium, or one changed. Throws usage, medium-exists, medium-not-found and library-unwritable. */
export function saveMedium(
  store: LibraryStore,
  { id, ...edit }: LibraryEdit,
  fresh: NewMedium,
): Promise<LibraryMedium> {
  const words: MediumWords = { ...edit, source: withoutOriginal(edit.source) };
  const problem = wordsProblem(words);
  if (problem !== null) throw new SalvorError('usage', { problem });
  return store.change((library) => {
    const taken = takenBy(library, words.name, id);
    if (taken !== null) throw new SalvorError('medium-exists', { medium: taken.name });
    if (id === null) {
      if (library.media.length >= MOST_MEDIA)
        throw new SalvorError('usage', { problem: `A library has ${MOST_MEDIA} media at most.` });
      const next = addMedium(library, words, fresh.id, fresh.at);
      return [next, mediumById(next, fresh.id)];
    }
    const next = changeMedium(library, id, words);
    if (next === null) throw notInLibrary(id);
    return [next, mediumById(next, id)];
  });
}

/** The schema lets none through; the type does not know that. */
function withoutOriginal(source: MediumSpec): LibrarySource {
  if (source.kind === 'original')
    throw new SalvorError('usage', {
      problem: 'The original image is another one on each machine: no library has it.',
    });
  return source;
}

/** What lies on hosts stays there. */
export function forgetMedium(store: LibraryStore, id: string): Promise<LibraryMedium> {
  return store.change((library) => {
    const medium = mediumById(library, id);
    return [removeMedium(library, id) ?? library, medium];
  });
}

/** `id` null: none any more. */
export function chooseDefault(
  store: LibraryStore,
  { arch, firmware, id }: { readonly arch: string; readonly firmware: 'bios' | 'uefi'; readonly id: string | null },
): Promise<void> {
  if (!/^[A-Za-z0-9_.-]{1,40}$/.test(arch))
    throw new SalvorError('usage', { problem: `“${arch}” is no architecture: libvirt writes x86_64, aarch64, …` });
  return store.change((library) => {
    if (id !== null) mediumById(library, id);
    return [setDefault(library, { arch, firmware }, id), undefined];
  });
}

/** A rescue went well: note it with the medium that booted it, where that is one of the library. Nothing that fails here fails the rescue. */
export async function rememberUse(
  store: LibraryStore,
  used: { readonly uri: string; readonly spec: MediumSpec | undefined; readonly domain: string; readonly at: string },
): Promise<boolean> {
  const { uri, spec, domain, at } = used;
  if (spec === undefined || mediumAt(await store.list(), uri, spec) === null) return false;
  try {
    return await store.change((library) => {
      const medium = mediumAt(library, uri, spec);
      const next = medium === null ? null : noteUsed(library, medium.id, { at, uri, domain });
      return next === null ? [library, false] : [next, true];
    });
  } catch {
    return false;
  }
}
