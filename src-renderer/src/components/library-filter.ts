/** Which media are shown, and how they are told in a line. */
import { sourceText } from '../../../src-core/library/source.ts';
import type { LibraryMedium } from '../../../src-core/library/types.ts';
import { searchWords } from './search-words.ts';

const COLLATOR = new Intl.Collator('en', { numeric: true });

function haystack({ name, note, host, source, properties }: LibraryMedium): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${value}`);
  return [name, note, host ?? '', sourceText(source), ...pairs].join('\n').toLowerCase();
}

/** Media with every word of the text, by name. */
export function filterMedia(media: readonly LibraryMedium[], text: string): readonly LibraryMedium[] {
  const words = searchWords(text);
  return media
    .filter((medium) => {
      const own = words.length === 0 ? '' : haystack(medium);
      return words.every((word) => own.includes(word));
    })
    .toSorted((a, b) => COLLATOR.compare(a.name, b.name));
}

/** Bytes of it, by whoever knows best; null: nobody does. */
export function sizeOf({ whole, seen, told }: LibraryMedium): number | null {
  return whole?.bytes ?? seen?.size ?? told?.size ?? null;
}
