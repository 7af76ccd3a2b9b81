/** What a medium is, in a few words of the reader's language. */
import { useTranslation } from 'react-i18next';
import { readinessOf } from '../../../src-core/library/readiness.ts';
import type { LibraryMedium } from '../../../src-core/library/types.ts';
import { bootsBy, contentKind } from './content-words.ts';
import { formatBytes } from './format.ts';
import { sizeOf } from './library-filter.ts';

/** Its content as recognised, or what Glance says of it; null: nothing is known. */
export function useKindWords(): (medium: LibraryMedium) => string | null {
  const { t } = useTranslation();
  return ({ source, seen, told }) => {
    if (source.kind === 'kernel') return t('library.kinds.kernel');
    if (source.kind === 'url' && seen === null) return t('library.kinds.url');
    const content = seen?.content ?? null;
    if (content !== null) return t(`rescue.medium.kind.${contentKind(content)}`);
    const format = seen?.format ?? told?.format ?? null;
    return format === null ? null : t('library.kinds.told', { format });
  };
}

export function useBootsWords(): (medium: LibraryMedium) => string | null {
  const { t } = useTranslation();
  return (medium) => {
    const ready = readinessOf(medium);
    const boots = bootsBy(ready);
    return boots === 'unknown' ? null : t(`rescue.medium.boots.${boots}`);
  };
}

/** One line for a list: what it is, by what it boots, how large it is. */
export function useMediumLine(): (medium: LibraryMedium) => string {
  const { t } = useTranslation();
  const kind = useKindWords();
  const boots = useBootsWords();
  return (medium) => {
    const size = sizeOf(medium);
    const words = [kind(medium) ?? t('library.kinds.unknown'), boots(medium), size === null ? null : formatBytes(size)];
    return words.filter((word) => word !== null).join(' · ');
  };
}
