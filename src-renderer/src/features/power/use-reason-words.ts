import { useTranslation } from 'react-i18next';
import { useSentenceWords } from '../../i18n/words.ts';
import type { reasonAgainst } from './reasons.ts';

/** A reason of reasonAgainst(), in words. */
export function useReasonWords(): (reason: NonNullable<ReturnType<typeof reasonAgainst>>) => string {
  const { t } = useTranslation();
  const words = useSentenceWords();
  return (reason) => (reason === 'busy' ? t('power.busy') : words(reason));
}
