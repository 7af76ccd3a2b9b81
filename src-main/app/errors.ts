import { SalvorError, errorData } from '../../src-core/contract/errors.ts';
import type { ErrorData } from '../../src-core/contract/errors.ts';
import { XmlProblem } from '../../src-core/domain-xml/document.ts';

/** Any thrown thing as error data. What is none of ours is `internal`: its words go to the log, never to a user. */
export function errorOf(error: unknown): ErrorData {
  if (error instanceof SalvorError) return error.data;
  if (error instanceof XmlProblem) return errorData(error.code, error.params);
  return errorData('internal');
}
