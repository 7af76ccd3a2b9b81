import { SalvorError, errorData } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import { XmlProblem } from '../../src-core/domain-xml/document.ts';

/** Any thrown thing as error data. What is none of ours is `internal`: its words go to the log, never to a user. */
export function errorOf(error: unknown): ErrorData {
  if (error instanceof SalvorError) return error.data;
  if (error instanceof XmlProblem) return errorData(error.code, error.params);
  return errorData('internal');
}

/** Did the call end without an answer? It may have taken effect all the same. */
export function isUnanswered(error: unknown): boolean {
  return ['timeout', 'connection-lost'].includes(errorOf(error).code);
}
