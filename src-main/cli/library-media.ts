/** `--medium library:NAME`: the media of a request as the host knows them, and what the library knows of the one that boots. */
import { sourceOn } from '../../src-core/library/source.ts';
import type { MediumSpec } from '../../src-core/rescue/types.ts';
import { mediumByName, readableLibrary } from '../app/library/changes.ts';
import { openLibrary } from '../app/library/store.ts';
import { parseSpec, usage } from './arguments.ts';

const LIBRARY = 'library:';

export interface NamedMedia {
  readonly media: readonly MediumSpec[];
  /** Of the first one; empty where it was not named by the library. */
  readonly properties: Readonly<Record<string, string>>;
}

/** `uri` null: planning from files, where a shared medium is where it usually is. Throws usage and medium-not-found. */
export async function namedMedia(specs: readonly string[], uri: string | null): Promise<NamedMedia> {
  if (!specs.some((spec) => spec.startsWith(LIBRARY))) return { media: specs.map(parseSpec), properties: {} };
  const library = await readableLibrary(openLibrary());
  const named = specs.map((spec) => {
    if (!spec.startsWith(LIBRARY)) return { spec: parseSpec(spec), properties: {} };
    const medium = mediumByName(library, spec.slice(LIBRARY.length));
    const source = uri === null ? medium.source : sourceOn(medium, uri);
    if (source === null) throw usage(`“${medium.name}” of the library is for the host ${medium.host ?? ''} alone`);
    return { spec: source, properties: medium.properties };
  });
  return { media: named.map(({ spec }) => spec), properties: named[0]?.properties ?? {} };
}
