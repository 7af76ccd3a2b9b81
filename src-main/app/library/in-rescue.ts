/** The library's part in a rescue: what it knows of the medium that boots. */
import { mediumAt } from '../../../src-core/library/source.ts';
import type { MediumSpec } from '../../../src-core/rescue/types.ts';
import type { LibraryStore } from './store.ts';

/**
 * Glance properties of the medium that boots: those of the library's medium in that place of that host, and before them what was given with
 * the request itself.
 */
export async function propertiesInRescue(
  library: LibraryStore,
  uri: string,
  spec: MediumSpec | undefined,
  given: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const medium = spec === undefined ? null : mediumAt(await library.list(), uri, spec);
  return medium === null ? given : { ...medium.properties, ...given };
}
