import { REFUSAL_TEXTS, SENTENCE_TEXTS, WARNING_TEXTS, fillText } from './texts.ts';
import type { RefusalCode, SentenceCode, WarningCode } from './texts.ts';
import type { Finding, Params, Sentence } from './types.ts';

/** A refusal: `subject` names the device, medium or element it is about, or null for the whole domain. */
export function refusal(code: RefusalCode, subject: string | null, params: Params = {}): Finding {
  return { code, subject, params, message: fillText(REFUSAL_TEXTS[code], params) };
}

export function warning(code: WarningCode, subject: string | null, params: Params = {}): Finding {
  return { code, subject, params, message: fillText(WARNING_TEXTS[code], params) };
}

export function sentence(code: SentenceCode, params: Params = {}): Sentence {
  return { code, params, text: fillText(SENTENCE_TEXTS[code], params) };
}
