/** Coded findings, sentences and errors in the reader's language; the core's English where a translation is missing. */
import { useTranslation } from 'react-i18next';
import type { ErrorData } from '../../../src-core/contract/errors.ts';
import type { Finding, Sentence } from '../../../src-core/rescue/types.ts';
import { visible } from './visible.ts';

export function useFindingWords(): (finding: Finding) => string {
  const { t } = useTranslation('finding');
  return (finding) => t(finding.code, { replace: finding.params, defaultValue: visible(finding.message) });
}

export function useSentenceWords(): (sentence: Sentence) => string {
  const { t } = useTranslation('sentence');
  return (sentence) => t(sentence.code, { replace: sentence.params, defaultValue: visible(sentence.text) });
}

interface ErrorWords {
  readonly message: string;
  readonly unchanged: string;
  readonly next: string;
}

/** The sentence of what is unchanged may come filled in by the runner, which alone knows how far it got: then it stands as it is. */
export function useErrorWords(): (error: ErrorData) => ErrorWords {
  const { t } = useTranslation('error');
  return (error) => {
    const replace = { ...error.params, unchanged: error.unchanged };
    return {
      message: t(`${error.code}.message`, { replace, defaultValue: visible(error.message) }),
      unchanged: t(`${error.code}.unchanged`, { replace, defaultValue: visible(error.unchanged) }),
      next: t(`${error.code}.next`, { replace, defaultValue: visible(error.next) }),
    };
  };
}
