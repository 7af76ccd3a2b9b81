import 'i18next';
import type { ERROR_TEXTS } from '../../../src-core/contract/errors.ts';
import type { REFUSAL_TEXTS, SENTENCE_TEXTS, WARNING_TEXTS } from '../../../src-core/rescue/texts.ts';
import type en from './en.json';

// With these, a key that is in no language file does not compile.
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'ui';
    resources: {
      ui: typeof en;
      finding: typeof REFUSAL_TEXTS & typeof WARNING_TEXTS;
      sentence: typeof SENTENCE_TEXTS;
      error: typeof ERROR_TEXTS;
    };
  }
}
