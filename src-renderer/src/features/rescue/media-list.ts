/** The media of a draft: chosen, added, taken out, moved. The first one boots. */
import type { MediumSpec } from '../../../../src-core/rescue/types.ts';
import type { Draft } from './draft.ts';

type Media = Pick<Draft, 'media' | 'current'>;

/** As many as a request may have. */
export const MOST_MEDIA = 8;

/** The medium of the place that the medium column is about. */
export function currentMedium({ media, current }: Media): MediumSpec | null {
  return media[current] ?? null;
}

/** The place of the current medium among those that are chosen, as plan and facts count them; null: it is not chosen yet. */
export function chosenIndex({ media, current }: Media): number | null {
  if ((media[current] ?? null) === null) return null;
  return media.slice(0, current).filter((medium) => medium !== null).length;
}

export function setMedium({ media, current }: Media, medium: MediumSpec | null): Pick<Draft, 'media'> {
  return { media: media.with(current, medium) };
}

/** One more place, empty and current. */
export function addMedium({ media }: Media): Media {
  return { media: [...media, null], current: media.length };
}

/** Without that place; the last one is emptied instead. */
export function removeMedium({ media, current }: Media, place: number): Media {
  if (media.length === 1) return { media: [null], current: 0 };
  const rest = media.filter((_medium, at) => at !== place);
  const next = current > place || current === rest.length ? current - 1 : current;
  return { media: rest, current: next };
}

/** One place up (-1) or down (+1); what was current stays so. */
export function moveMedium({ media, current }: Media, place: number, by: -1 | 1): Media {
  const to = place + by;
  if (to < 0 || to >= media.length) return { media, current };
  const moved = media.with(place, media[to] ?? null).with(to, media[place] ?? null);
  const next = current === place ? to : current === to ? place : current;
  return { media: moved, current: next };
}
