/** Where a medium of the library lies, host by host; and which medium of the library a rescue was asked for. */
import type { MediumSpec } from '../rescue/types.ts';
import type { Library, LibraryMedium, LibrarySource } from './types.ts';

/** One line that is the same for the same place, however its keys are ordered. */
export function sourceKey(source: MediumSpec): string {
  switch (source.kind) {
    case 'volume':
      return JSON.stringify(['volume', source.pool, source.name]);
    case 'path':
      return JSON.stringify(['path', source.path]);
    case 'url':
      return JSON.stringify(['url', source.url]);
    case 'original':
      return JSON.stringify(['original']);
    case 'kernel':
      return JSON.stringify(['kernel', source.kernel, source.initrd, source.cmdline]);
  }
}

/** Is the medium one for that host? */
export function isFor(medium: LibraryMedium, uri: string): boolean {
  return medium.host === null || medium.host === uri;
}

/** Where a host has it, as far as is known; null: it is not for that host. */
export function sourceOn(medium: LibraryMedium, uri: string): LibrarySource | null {
  if (!isFor(medium, uri)) return null;
  return medium.places.find((place) => place.uri === uri)?.source ?? medium.source;
}

/** The medium of the library that lies there on that host; null: none. One that is for that host alone comes before a shared one. */
export function mediumAt(library: Library, uri: string, spec: MediumSpec): LibraryMedium | null {
  const key = sourceKey(spec);
  const found = library.media.filter((medium) => {
    const source = sourceOn(medium, uri);
    return source !== null && sourceKey(source) === key;
  });
  return found.find(({ host }) => host !== null) ?? found[0] ?? null;
}

/** The medium that a rescue of such a guest on that host begins with; null: none was chosen, or it is not for that host. */
export function defaultFor(library: Library, arch: string, firmware: string, uri: string): LibraryMedium | null {
  const chosen = library.defaults.find((each) => each.arch === arch && each.firmware === firmware);
  const medium = library.media.find(({ id }) => id === chosen?.medium) ?? null;
  return medium !== null && isFor(medium, uri) ? medium : null;
}

/** Name of the file that it is, without its folder; null: an address names no file that a host has. */
export function fileName(source: LibrarySource): string | null {
  switch (source.kind) {
    case 'volume':
      return lastOf(source.name);
    case 'path':
      return lastOf(source.path);
    case 'kernel':
      return lastOf(source.kernel);
    case 'url':
      return null;
  }
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The place in one line, as the command line takes it. */
export function sourceText(source: LibrarySource): string {
  switch (source.kind) {
    case 'volume':
      return `volume:${source.pool}/${source.name}`;
    case 'path':
      return `path:${source.path}`;
    case 'url':
      return `url:${source.url}`;
    case 'kernel':
      return [
        `kernel:${source.kernel}`,
        ...(source.initrd === null ? [] : [`initrd:${source.initrd}`]),
        ...(source.cmdline === null ? [] : [`cmdline:${source.cmdline}`]),
      ].join(',');
  }
}
