import type { Attachment } from './attach.ts';
import { mediumName, sourceName } from './context.ts';
import type { PlanContext } from './context.ts';
import type { PlannedMedium } from './plan-types.ts';
import type { MediumFacts } from './types.ts';

/** The media of a request as a plan names them: size and hash are what an administrator compares with the images they meant. */
export function plannedMedia({ inputs }: PlanContext, { placements }: Attachment): PlannedMedium[] {
  return inputs.media.map((medium) => ({ ...named(medium), placement: placements.get(medium) ?? null }));
}

function named({
  spec,
  source,
  size,
  format,
  content,
  hash,
  bootFiles,
}: MediumFacts): Omit<PlannedMedium, 'placement'> {
  return { name: mediumName(spec), source: sourceName(source), size, format, content, hash, bootFiles };
}
