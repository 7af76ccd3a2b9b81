import { mediumName, sourceName } from './context.ts';
import type { MediumFacts, PlannedMedium } from './types.ts';

/** A medium as a plan names it: size and hash are what an administrator compares with the image they meant. */
export function plannedMedium({ spec, source, size, format, content, hash, bootFiles }: MediumFacts): PlannedMedium {
  return { name: mediumName(spec), source: sourceName(source), size, format, content, hash, bootFiles };
}
