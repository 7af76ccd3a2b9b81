/** Changing the library: each function takes one and gives the next, and leaves the one it was given as it was. */
import { isPropertyName } from '../media/properties.ts';
import { sourceKey } from './source.ts';
import type { Library, LibraryDefault, LibraryMedium, LibrarySource, SeenMedium, WholeHash } from './types.ts';

/** What a person says of a medium; the rest of it Salvor finds out. */
export type MediumWords = Pick<LibraryMedium, 'name' | 'note' | 'host' | 'source' | 'properties' | 'told'>;

export const EMPTY_LIBRARY: Library = { media: [], defaults: [] };

export const LONGEST_NAME = 200;
export const LONGEST_NOTE = 4000;
/** More than anybody has; a library without end would be read at each preview. */
export const MOST_MEDIA = 2000;

/** Characters that are not seen: two names that differ in them alone look the same. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** How a name looks: what is the same here is the same to a reader. */
export function nameKey(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/[\t-\r]/g, ' ')
    .replace(UNSEEN, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}

/** The medium of that name; null: none. A name that is written exactly so comes first. */
export function mediumNamed(library: Library, name: string): LibraryMedium | null {
  const exact = library.media.find((medium) => medium.name === name);
  if (exact !== undefined) return exact;
  const key = nameKey(name);
  return library.media.find((medium) => nameKey(medium.name) === key) ?? null;
}

/** Another medium than `id` that reads as this name does; null: the name is free. */
export function takenBy(library: Library, name: string, id: string | null): LibraryMedium | null {
  const key = nameKey(name);
  return library.media.find((medium) => medium.id !== id && nameKey(medium.name) === key) ?? null;
}

/** What is wrong with what was said of a medium, in a sentence; null: nothing. */
export function wordsProblem({ name, note, source, properties }: MediumWords): string | null {
  if (nameKey(name) === '') return 'A medium needs a name that can be seen.';
  if (name.length > LONGEST_NAME) return `A name has ${LONGEST_NAME} characters at most.`;
  if (note.length > LONGEST_NOTE) return `A note has ${LONGEST_NOTE} characters at most.`;
  const wrong = Object.keys(properties).find((key) => !isPropertyName(key));
  if (wrong !== undefined)
    return `“${wrong}” is no image property: they begin with hw_ or os_, in small letters, digits and underscores.`;
  const empty = Object.entries(properties).find(([, value]) => value.trim() === '');
  if (empty !== undefined) return `The property ${empty[0]} has no value.`;
  return sourceProblem(source);
}

function sourceProblem(source: LibrarySource): string | null {
  switch (source.kind) {
    case 'volume':
      return source.pool === '' || source.name === '' ? 'A volume is named by its pool and its name.' : null;
    case 'path':
      return isWhole(source.path) ? null : 'A path on a host begins with /.';
    case 'url':
      return urlProblem(source.url);
    case 'kernel':
      return isWhole(source.kernel) && (source.initrd === null || isWhole(source.initrd))
        ? null
        : 'The paths of a kernel and its initrd begin with /.';
  }
}

/** The address goes into definitions, which others read. */
function urlProblem(url: string): string | null {
  if (!/^https?:\/\/[^/\s]+\/\S/i.test(url)) return 'An address begins with http:// or https:// and names a file.';
  return /^https?:\/\/[^/]*@/i.test(url)
    ? 'A user name or password in the address would be readable in the definition of the machine.'
    : null;
}

function isWhole(path: string): boolean {
  return path.startsWith('/') && path.length > 1 && !path.includes('\0');
}

/** One more medium. The name must be free, and the words without a problem. */
export function addMedium(library: Library, words: MediumWords, id: string, at: string): Library {
  const medium: LibraryMedium = {
    ...spoken(words),
    ...{ id, addedAt: at, places: [], seen: null, whole: null, lastUsed: null },
  };
  return { ...library, media: [...library.media, medium] };
}

/** The same medium in other words; null: there is none of that id. In another place it is another one, until it is looked at. */
export function changeMedium(library: Library, id: string, words: MediumWords): Library | null {
  return update(library, id, (before) => {
    const moved = sourceKey(before.source) !== sourceKey(words.source) || before.host !== words.host;
    return { ...before, ...spoken(words), ...(moved ? { places: [], seen: null, whole: null } : {}) };
  });
}

function spoken({ name, note, host, source, properties, told }: MediumWords): MediumWords {
  const sorted = Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1));
  return { name: name.trim(), note: note.trim(), host, source, properties: Object.fromEntries(sorted), told };
}

/** Without that medium, nor as anybody's default; null: there is none of that id. What lies on hosts stays there. */
export function removeMedium(library: Library, id: string): Library | null {
  if (!library.media.some((medium) => medium.id === id)) return null;
  return {
    media: library.media.filter((medium) => medium.id !== id),
    defaults: library.defaults.filter(({ medium }) => medium !== id),
  };
}

/** `id` null: none any more. */
export function setDefault(
  library: Library,
  { arch, firmware }: Pick<LibraryDefault, 'arch' | 'firmware'>,
  id: string | null,
): Library {
  const others = library.defaults.filter((each) => each.arch !== arch || each.firmware !== firmware);
  return { ...library, defaults: id === null ? others : [...others, { arch, firmware, medium: id }] };
}

/** What was seen of it; null: there is none of that id. */
export function noteSeen(library: Library, id: string, seen: SeenMedium): Library | null {
  return update(library, id, (before) => ({ ...before, seen }));
}

export function noteWhole(library: Library, id: string, whole: WholeHash): Library | null {
  return update(library, id, (before) => ({ ...before, whole }));
}

/** That host has it there. */
export function notePlace(library: Library, id: string, uri: string, source: LibrarySource): Library | null {
  return update(library, id, (before) => {
    const others = before.places.filter((place) => place.uri !== uri);
    const usual = sourceKey(before.source) === sourceKey(source);
    return { ...before, places: usual ? others : [...others, { uri, source }] };
  });
}

/** It booted a rescue. */
export function noteUsed(library: Library, id: string, used: NonNullable<LibraryMedium['lastUsed']>): Library | null {
  return update(library, id, (before) => ({ ...before, lastUsed: used }));
}

function update(library: Library, id: string, change: (before: LibraryMedium) => LibraryMedium): Library | null {
  if (!library.media.some((medium) => medium.id === id)) return null;
  return { ...library, media: library.media.map((medium) => (medium.id === id ? change(medium) : medium)) };
}
