import i18next from 'i18next';
import type { i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { ERROR_TEXTS } from '../../../src-core/contract/errors.ts';
import { REFUSAL_TEXTS, SENTENCE_TEXTS, WARNING_TEXTS } from '../../../src-core/rescue/texts.ts';
import en from './en.json';
import { visible } from './visible.ts';

/**
 * The words of the window are in en.json; those of findings, sentences and errors are the core's own, so that window and
 * command line say the same. A further language is one more entry here with the same keys.
 */
const RESOURCES = {
  en: {
    ui: en,
    finding: { ...REFUSAL_TEXTS, ...WARNING_TEXTS },
    sentence: SENTENCE_TEXTS,
    error: ERROR_TEXTS,
  },
};

export async function startI18n(): Promise<i18n> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: RESOURCES,
    ns: ['ui', 'finding', 'sentence', 'error'],
    defaultNS: 'ui',
    // React escapes markup; what is filled in must not change how the rest of a sentence reads either.
    interpolation: { escapeValue: true, escape: visible },
    returnNull: false,
  });
  return i18next;
}
