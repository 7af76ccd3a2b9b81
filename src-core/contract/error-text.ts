/** The words of one error: what happened, what was left as it was, what to do next. {{name}} is filled from its params. */
export interface ErrorText {
  readonly message: string;
  readonly unchanged: string;
  readonly next: string;
}

export const NOTHING_TOUCHED = 'Nothing was touched.';
